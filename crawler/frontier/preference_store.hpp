#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "crawler/policy/site_parts.hpp"

namespace base {
class Tx;
}

// What waits in the frontier, and what of it comes first. Each function is one step inside the
// caller's transaction.
namespace crawler {

class Scope;

// Pages that wait, of each of these prefixes of addresses: queued, or left for a budget's sake.
std::vector<std::uint64_t>
count_waiting(base::Tx& tx, std::int64_t source, const std::vector<std::string>& prefixes);

// The pages of a source by the directories of their addresses, but those that hold hardly any.
std::vector<DirectoryCount> count_by_directory(base::Tx& tx, std::int64_t source);

// Puts the queued pages of a source in the order that `scope` prefers, whatever it preferred when
// they were found: links by their depth, entries of sitemaps by what these said of them. Without
// `prefers` only those are looked at that were preferred. Returns how many changed their place.
std::uint64_t prefer_again(base::Tx& tx, std::int64_t source, const Scope& scope, bool prefers);

// Calls visit(key, address) with each record of a source that has an address, in key order.
void each_page_address(
    base::Tx& tx,
    std::int64_t source,
    const std::function<void(const std::string& key, const std::string& url)>& visit
);

}  // namespace crawler
