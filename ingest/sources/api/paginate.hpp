#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ingest/sources/api/http.hpp"
#include "ingest/sources/api/spec.hpp"

namespace ingest::api {

// Where a page is: its number, offset, cursor or address, as text; empty for the first one.
struct Place {
    std::string at;
    std::string tie;  // keyset only

    bool operator==(const Place&) const = default;
};

// A page as it came.
struct Answer {
    std::string_view body;
    const Headers& headers;
    const std::string& address;  // that it was asked for at
    const std::vector<std::string_view>& records;
};

// The place behind a page; empty when it is the last one. Throws base::Error for an answer that
// does not have what the paginator reads.
Place next_place(const Paginator& paginator, const Place& place, const Answer& answer);

}  // namespace ingest::api
