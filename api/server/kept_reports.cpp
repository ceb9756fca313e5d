#include "api/server/kept_reports.hpp"

#include <algorithm>

namespace api {

namespace {

constexpr std::size_t most_bytes = 32 << 20;
constexpr std::chrono::minutes good_for{5};

}  // namespace

std::optional<Response> KeptReports::find(const std::string& what, Clock::time_point now) {
    std::lock_guard lock(mutex_);
    for (const auto& one : kept_)
        if (one.what == what && now < one.until) return one.report;
    return std::nullopt;
}

void KeptReports::keep(const std::string& what, const Response& report, Clock::time_point now) {
    auto size = report.bytes().size();
    if (report.status != 200 || size > most_bytes / 4) return;
    std::lock_guard lock(mutex_);
    std::erase_if(kept_, [&](const Kept& one) {
        bool over = one.what == what || one.until <= now;
        if (over) bytes_ -= one.report.bytes().size();
        return over;
    });
    kept_.push_front({what, report, now + good_for});
    bytes_ += size;
    while (bytes_ > most_bytes) {
        bytes_ -= kept_.back().report.bytes().size();
        kept_.pop_back();
    }
}

}  // namespace api
