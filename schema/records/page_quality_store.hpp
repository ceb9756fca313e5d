#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "formats/text/text_quality.hpp"

namespace base {
class Database;
}

namespace schema {

// Measures the present texts of a source's records that were not measured when they were gathered
// (files, and pages stored by an earlier version): what the text alone tells. A page of records per
// transaction. Throws base::Interrupted when a stop is asked for; the next call goes on there.
// Returns how many it measured.
std::uint64_t
measure_missing(base::Database& database, std::int64_t source_id, std::stop_token stop = {});

// Calls visit for the measures of each record's present version.
void each_measured(
    base::Database& database,
    std::int64_t source_id,
    const std::function<void(const std::string& key, const formats::Measures& measures)>& visit
);

}  // namespace schema
