#pragma once

#include <array>

#include "base/words.hpp"

// How lines of the log are written: for people, or as one JSON object each, {"time", "level",
// "message"}, for what collects logs (journald, Loki).
namespace base::log {

enum class Format { text, json };

constexpr auto words_of(Format) {
    return std::to_array<Word<Format>>({{Format::text, "text"}, {Format::json, "json"}});
}

// Before the first line.
void set_format(Format format);

}  // namespace base::log
