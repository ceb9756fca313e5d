#pragma once

#include <string_view>

#include <fmt/core.h>

// The program's log: one line per event on standard error, `time level message`. Errors are logged
// where they are handled, not where they pass. Thread-safe.
namespace base::log {

enum class Level { debug, info, warning, error, off };

void set_level(Level level);
// "debug", "info", "warning", "error" or "off"; throws base::UsageError for another word.
Level level_of(std::string_view word);

void write(Level level, std::string_view message);

template <typename... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::debug, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::info, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::warning, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::error, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace base::log
