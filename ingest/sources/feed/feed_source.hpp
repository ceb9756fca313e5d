#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/sources/api/http.hpp"
#include "ingest/sources/connector.hpp"

namespace ingest {

// A connector over the entries of feeds on the web, one feed after the other; a record's file is
// its feed's address, its key the entry's id or link.
//
// Each feed is asked for once, with the ETag and Last-Modified of `bookmark`, which an earlier run
// left; a feed that has not changed has no records. A feed that cannot be had, or is none, is one
// reject (feed.unavailable, feed.unknown) and the next one follows. A server that asks to wait
// (429, 503 with Retry-After) parks the reading. Redirects are followed by `world.send`.
std::unique_ptr<Connector> open_feeds(
    const std::vector<std::string>& urls,
    const ReadOptions& options,
    api::World world,
    std::string_view cursor = {},
    std::string_view bookmark = {}
);

}  // namespace ingest
