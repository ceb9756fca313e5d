#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

// The times that a field of many records says.
namespace training {

struct ReadTimes {
    std::vector<std::optional<std::int64_t>> at;  // microseconds since 1970; nothing: none is said
    std::size_t missing = 0;                      // no value, or blank
    std::size_t unreadable = 0;                   // a value that is no time
    std::string example;                          // of these
    std::string format;  // of strptime, found or given; empty: by base::parse_time
};

// By `format` (of strptime), or by base::parse_time if it is empty. Dates in numbers that can be
// read in two ways (5/8/2024) are read in the one that fits more of the texts. Throws
// base::UsageError if both fit alike.
ReadTimes read_times(std::span<const std::optional<std::string>> texts, std::string format = {});

}  // namespace training
