#include "ingest/sources/api/times.hpp"

#include "base/numbers/parse.hpp"
#include "base/text/ascii.hpp"
#include "base/time/parse.hpp"
#include "base/time/time.hpp"

namespace ingest::api {

namespace {

constexpr double earliest_epoch = 1e9;
constexpr double earliest_epoch_ms = 1e12;

// Seconds since 1970 of a text that is a time; plain numbers only where they look like one.
std::optional<double> seconds_of(const std::string& text) {
    if (auto number = base::parse_number(text)) {
        if (*number >= earliest_epoch_ms) return *number / 1000;
        if (*number >= earliest_epoch) return *number;
        return std::nullopt;
    }
    auto time = base::parse_time(text);
    if (!time) return std::nullopt;
    return std::chrono::duration<double>(time->time_since_epoch()).count();
}

}  // namespace

bool is_endless(std::string_view value) {
    auto word = base::to_lower(base::trim(value));
    if (word.starts_with('-') || word.starts_with('+')) word.erase(0, 1);
    return word == "infinity" || word == "inf" || word == "nan";
}

std::string written(Time time, const std::string& format) {
    auto whole = std::chrono::floor<std::chrono::seconds>(time);
    auto epoch = whole.time_since_epoch().count();
    if (format == "epoch") return std::to_string(epoch);
    if (format == "epoch_ms")
        return std::to_string(
            std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count()
        );
    if (format == "datetime") return base::rfc3339(time);
    if (format == "date") return base::iso_date(time);
    return base::formatted(time, format);
}

std::vector<std::pair<Time, Time>> spans(Time start, Time end, std::chrono::seconds step) {
    std::vector<std::pair<Time, Time>> all;
    for (auto from = start; from < end; from += step)
        all.emplace_back(from, std::min<Time>(from + step, end));
    return all;
}

const std::string& newer(const std::string& a, const std::string& b) {
    if (a.empty()) return b;
    if (b.empty()) return a;
    auto first = base::parse_number(a);
    auto second = base::parse_number(b);
    if (first && second) return *first < *second ? b : a;
    auto earlier = base::parse_time(a);
    auto later = base::parse_time(b);
    if (earlier && later) return *earlier < *later ? b : a;
    // "infinity", "never": nothing would ever come behind it.
    bool a_counts = first || earlier;
    bool b_counts = second || later;
    if (a_counts != b_counts) return a_counts ? a : b;
    if (is_endless(a) != is_endless(b)) return is_endless(a) ? b : a;
    return a < b ? b : a;
}

std::string since(const std::string& newest, const Incremental& incremental, Time now) {
    auto seconds = seconds_of(newest);
    auto present = std::chrono::duration<double>(now.time_since_epoch()).count();
    bool future = seconds && *seconds > present;
    if (!future && incremental.lag.count() == 0) return newest;
    if (!seconds) {
        auto number = base::parse_number(newest);
        if (!number || *number != static_cast<double>(static_cast<std::int64_t>(*number)))
            return newest;
        return std::to_string(static_cast<std::int64_t>(*number) - incremental.lag.count());
    }
    auto base = future ? present : *seconds;
    auto at = Time(std::chrono::duration_cast<Time::duration>(std::chrono::duration<double>(base)));
    auto format = incremental.format;
    if (auto number = base::parse_number(newest); number && format == "datetime")
        format = *number >= earliest_epoch_ms ? "epoch_ms" : "epoch";
    return written(at - incremental.lag, format);
}

}  // namespace ingest::api
