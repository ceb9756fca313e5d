// No query that a cluster refuses, without a cluster: what one said to each is recorded, and a
// query that has changed since is not proven.
#include <catch2/catch.hpp>

#include "tests/schema/cluster_list.hpp"

namespace {
const std::string list = TILTH_CLUSTER_LIST;
}

TEST_CASE(
    "every named query runs on a cluster, or says that none was asked",
    "[schema][placement]"
) {
    auto all = test::named_queries();
    auto recorded = test::read_cluster_list(list);
    CHECK(all.size() > 600);
    INFO("build/tests/schema/citus_record writes the list anew; with the URL of a cluster it asks");
    CHECK(recorded.size() == all.size());
    auto known = test::with_verdicts(all, recorded);
    std::size_t unproven = 0;
    for (std::size_t i = 0; i < known.size() && i < recorded.size(); ++i) {
        INFO(known[i].module << ": " << known[i].name << " has the line of " << recorded[i].name);
        CHECK(known[i].digest == recorded[i].digest);
        CHECK(known[i].verdict != "refused");
        if (known[i].verdict == "unproven") ++unproven;
    }
    if (unproven > 0) WARN(unproven << " queries are not proven on a cluster");
}
