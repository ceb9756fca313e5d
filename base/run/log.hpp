#pragma once

#include <array>
#include <string_view>

#include <fmt/core.h>

#include "base/words.hpp"

// The program's log: one line per event on standard error, `time level message`. Errors are logged
// where they are handled, not where they pass. Thread-safe.
namespace base::log {

enum class Level { debug, info, warning, error, off };

constexpr auto words_of(Level) {
    return std::to_array<Word<Level>>({
        {Level::debug, "debug"},
        {Level::info, "info"},
        {Level::warning, "warning"},
        {Level::error, "error"},
        {Level::off, "off"},
    });
}

void set_level(Level level);

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
