// One thread writes for all slots, so that no job waits for what is told of it.
#include "worker/board.hpp"

#include <chrono>

#include "base/database/database.hpp"
#include "base/run/log.hpp"
#include "service/version.hpp"

namespace worker {

namespace {

using Clock = std::chrono::system_clock;

constexpr auto told_every = std::chrono::seconds(5);
constexpr auto dead_after = std::chrono::hours(1);

}  // namespace

Board::Board(base::Database& database, const std::vector<std::string>& names)
    : database_(database) {
    const auto now = Clock::now();
    for (const auto& name : names)
        slots_.push_back(
            {.name = name,
             .about = {},
             .job = {},
             .version = service::version,
             .started_at = now,
             .since = now,
             .seen_at = now}
        );
    thread_ = std::jthread([this](std::stop_token stop) { keep(stop); });
}

Board::~Board() {
    thread_.request_stop();
    thread_.join();
    try {
        std::vector<std::string> names;
        for (const auto& slot : slots_) names.push_back(slot.name);
        database_.call([&](base::Tx& tx) { schema::drop_workers(tx, names); });
    } catch (const std::exception& error) {
        base::log::warning("worker: {}: it is shown until it was silent for an hour", error.what());
    }
}

void Board::set(
    std::size_t slot,
    schema::Doing doing,
    std::string about,
    std::optional<std::int64_t> job
) {
    {
        const std::lock_guard lock(mutex_);
        auto& line = slots_.at(slot);
        line.doing = doing;
        line.about = std::move(about);
        line.job = job;
        line.since = Clock::now();
        news_ = true;
    }
    changed_.notify_one();
}

// Nothing may leave this function: an exception that ends a thread ends the program.
void Board::keep(std::stop_token stop) {
    while (!stop.stop_requested()) {
        std::vector<schema::WorkerLine> lines;
        const auto now = Clock::now();
        {
            const std::lock_guard lock(mutex_);
            news_ = false;
            for (auto& slot : slots_) slot.seen_at = now;
            lines = slots_;
        }
        try {
            database_.call([&](base::Tx& tx) { schema::tell_workers(tx, lines, now - dead_after); }
            );
        } catch (const std::exception& error) {
            base::log::warning("worker: what it does is not told yet: {}", error.what());
        }
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, stop, told_every, [this] { return news_; });
    }
}

Board::Busy::Busy(
    Board& board,
    std::size_t slot,
    schema::Doing doing,
    std::string about,
    std::optional<std::int64_t> job
)
    : board_(board), slot_(slot) {
    board_.set(slot, doing, std::move(about), job);
}

Board::Busy::~Busy() {
    board_.set(slot_, schema::Doing::idle, {}, {});
}

}  // namespace worker
