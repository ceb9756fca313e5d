#include "base/run/log.hpp"

#include "base/text/printable.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

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

void write(Level level, std::string_view message) {
    logger().log(to_spdlog(level), "{}", printable(message));
}

}  // namespace base::log
