#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace test {

// What a cluster would refuse, or may, in a query: one line a fault; empty where nothing is found.
// By PostgreSQL's own parser and the rules that Citus' refusals have taught; docs/inside/scale.md
// tells them. Throws std::runtime_error for a text that is no SQL.
std::vector<std::string> cluster_faults(std::string_view query);

}  // namespace test
