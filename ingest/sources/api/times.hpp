#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ingest/sources/api/http.hpp"
#include "ingest/sources/api/spec.hpp"

namespace ingest::api {

// A time as an API wants it: "datetime" (RFC 3339 in UTC), "date", "epoch", "epoch_ms", else a
// strftime pattern in UTC.
std::string written(Time time, const std::string& format);

// The spans [from, to) of `step` each from `start` until `end`, the last one cut at the end. Empty
// if nothing lies between.
std::vector<std::pair<Time, Time>> spans(Time start, Time end, std::chrono::seconds step);

// Whether a value of a cursor field is none that others can come behind: infinity, -infinity, NaN.
bool is_endless(std::string_view value);

// The newer of two values of one cursor field: as times, else as numbers, else as texts. One that
// is neither time nor number, and one that is endless, is newer only than its like.
const std::string& newer(const std::string& a, const std::string& b);

// {since} of the next run: `newest` less the lag; a newest value in the future of `now` (a wrong
// clock) counts as now, so that nothing hides behind it. What is no time or number stays as it is.
std::string since(const std::string& newest, const Incremental& incremental, Time now);

}  // namespace ingest::api
