#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "schema/jobs/worker_store.hpp"

namespace base {
class Database;
}

namespace worker {

// Tells the database what the slots of a worker do: at each change, and every few seconds. What
// cannot be told now is told later; it holds up nobody. Safe to use from several threads.
class Board {
public:
    Board(base::Database& database, const std::vector<std::string>& names);
    ~Board();  // the slots are gone
    Board(const Board&) = delete;

    // A slot does something else while this lives.
    class Busy {
    public:
        Busy(
            Board& board,
            std::size_t slot,
            schema::Doing doing,
            std::string about,
            std::optional<std::int64_t> job = {}
        );
        ~Busy();
        Busy(const Busy&) = delete;

    private:
        Board& board_;
        std::size_t slot_;
    };

private:
    void
    set(std::size_t slot, schema::Doing doing, std::string about, std::optional<std::int64_t> job);
    void keep(std::stop_token stop);

    base::Database& database_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    bool news_ = true;
    std::vector<schema::WorkerLine> slots_;
    std::jthread thread_;
};

}  // namespace worker
