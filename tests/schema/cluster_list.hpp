#pragma once

#include <string>
#include <vector>

namespace test {

// A named query and what a cluster said to it.
struct ClusterQuery {
    std::string module, name;
    std::string digest;   // of its text without comments and line breaks, and of its tables' places
    std::string places;   // the places of the tables it names: "reference,rk"
    std::string verdict;  // "runs", "refused", or "unproven": no cluster was asked
    std::string note;     // the cluster's words where it refused

    bool operator==(const ClusterQuery&) const = default;
};

// Every named query as it stands, unproven; those that only a coordinator is asked are left out.
std::vector<ClusterQuery> named_queries();

// The recorded list: tab-separated, a line per query, '#' begins a comment. Throws
// std::runtime_error where a line has not six fields.
std::vector<ClusterQuery> read_cluster_list(const std::string& path);
void write_cluster_list(
    const std::string& path,
    const std::string& server,
    const std::vector<ClusterQuery>& all
);

// `all` with the verdicts of `proven` where the digest is the same.
std::vector<ClusterQuery>
with_verdicts(std::vector<ClusterQuery> all, const std::vector<ClusterQuery>& proven);

}  // namespace test
