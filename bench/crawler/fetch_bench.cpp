// How many pages a second the fetch layer alone brings: fetch_bench URL [AT_ONCE] [SECONDS]. Prints
// pages/s, MB/s and the CPU time that a page costs.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <sys/resource.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "crawler/fetch/fetch.hpp"

namespace {

using Clock = std::chrono::steady_clock;

struct Tally {
    std::uint64_t pages = 0, bytes = 0, failed = 0;
};

boost::asio::awaitable<void>
ask_again(crawler::Fetcher& fetcher, std::string url, Clock::time_point until, Tally& tally) {
    while (Clock::now() < until) {
        crawler::Request request;
        request.url = url;
        auto response = co_await fetcher.get(std::move(request));
        if (response.status == 200) {
            ++tally.pages;
            tally.bytes += response.body.size();
        } else {
            ++tally.failed;
        }
    }
}

double cpu_seconds() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

}  // namespace

int main(int count, char** words) {
    if (count < 2) {
        std::fprintf(stderr, "usage: fetch_bench URL [AT_ONCE] [SECONDS]\n");
        return 2;
    }
    int at_once = count > 2 ? std::atoi(words[2]) : 64;
    int seconds = count > 3 ? std::atoi(words[3]) : 5;
    crawler::FetchOptions options;
    options.allow_private = true;
    boost::asio::io_context io{1};
    crawler::Fetcher fetcher(io.get_executor(), options);
    Tally tally;
    auto start = Clock::now();
    auto until = start + std::chrono::seconds(seconds);
    for (int i = 0; i < at_once; ++i)
        boost::asio::co_spawn(
            io,
            ask_again(fetcher, words[1], until, tally),
            [](std::exception_ptr error) {
                if (error) std::rethrow_exception(error);
            }
        );
    io.run();
    auto took = std::chrono::duration<double>(Clock::now() - start).count();
    auto pages = static_cast<double>(tally.pages);
    std::printf(
        "%.0f pages/s %.1f MB/s %.1f us CPU/page %llu failed\n",
        pages / took,
        static_cast<double>(tally.bytes) / took / 1e6,
        cpu_seconds() / pages * 1e6,
        static_cast<unsigned long long>(tally.failed)
    );
    return tally.failed == 0 ? 0 : 1;
}
