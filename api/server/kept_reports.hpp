#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <string>

#include "api/server/message.hpp"

namespace api {

// Reports that were made a short while ago, by their path and query: a report of a run takes a
// second and more, and does not change. Any thread may ask.
class KeptReports {
public:
    using Clock = std::chrono::steady_clock;

    std::optional<Response> find(const std::string& what, Clock::time_point now);
    void keep(const std::string& what, const Response& report, Clock::time_point now);

private:
    struct Kept {
        std::string what;
        Response report;
        Clock::time_point until;
    };

    std::mutex mutex_;
    std::list<Kept> kept_;  // the newest first
    std::size_t bytes_ = 0;
};

}  // namespace api
