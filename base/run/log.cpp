#include "base/run/log.hpp"

#include <atomic>

#include "base/run/log_format.hpp"
#include "base/text/printable.hpp"
#include "base/text/utf8.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <boost/json.hpp>

namespace base::log {

namespace {

spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
        case Level::debug:
            return spdlog::level::debug;
        case Level::info:
            return spdlog::level::info;
        case Level::warning:
            return spdlog::level::warn;
        case Level::error:
            return spdlog::level::err;
        case Level::off:
            break;
    }
    return spdlog::level::off;
}

std::atomic<Format> written_as{Format::text};

spdlog::logger& logger() {
    static auto made = [] {
        auto logger = spdlog::stderr_color_mt("tilth");
        logger->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");
        logger->set_level(spdlog::level::warn);
        return logger;
    }();
    return *made;
}

}  // namespace

void set_level(Level level) {
    logger().set_level(to_spdlog(level));
}

void set_format(Format format) {
    written_as = format;
    if (format == Format::text) return;
    logger().set_pattern(
        R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%v})",
        spdlog::pattern_time_type::utc
    );
}

void write(Level level, std::string_view message) {
    auto text = printable(message);
    if (written_as == Format::json)
        text = boost::json::serialize(boost::json::string(mend_utf8(text)));
    logger().log(to_spdlog(level), "{}", text);
}

}  // namespace base::log
