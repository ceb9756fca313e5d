#pragma once

#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace base {

// A fixed number of threads for work that would hold up the sockets' thread: parsing, hashing,
// decoding, and blocking SQL.
//
//     auto page = co_await workers.run(job);
//
// Name the job before the co_await: g++ 12 frees captures of a lambda written inside it twice.
class Workers {
public:
    explicit Workers(std::size_t threads) : pool_(threads) {}
    ~Workers() { pool_.join(); }

    // Runs job() on one of the threads and resumes the caller on its own executor with the result,
    // which must be default constructible. An exception of the job arrives at the caller.
    template <typename Job>
    auto run(Job job) -> boost::asio::awaitable<std::invoke_result_t<Job>> {
        co_return co_await boost::asio::co_spawn(
            pool_.get_executor(), task(std::move(job)), boost::asio::use_awaitable
        );
    }

private:
    template <typename Job>
    static auto task(Job job) -> boost::asio::awaitable<std::invoke_result_t<Job>> {
        co_return job();
    }

    boost::asio::thread_pool pool_;
};

}  // namespace base
