// What Citus refused once is found without it, and no query as it stands is taken for such.
#include "tests/schema/cluster_rules.hpp"

#include <catch2/catch.hpp>

#include "tests/support/named_queries.hpp"

using test::cluster_faults;

namespace {

void check_found(std::string_view query, const std::string& fault) {
    INFO(query);
    const auto faults = cluster_faults(query);
    REQUIRE(faults.size() == 1);
    CHECK_THAT(faults[0], Catch::Contains(fault));
}

}  // namespace

TEST_CASE("no named query has what a cluster refuses", "[schema][placement]") {
    std::size_t seen = 0;
    test::each_named_query(
        [&](std::string_view module, std::string_view name, std::string_view query) {
            const auto text = test::preparable(query);
            if (test::is_of_cluster(name) || text.empty()) return;
            ++seen;
            for (const auto& fault : cluster_faults(text))
                FAIL_CHECK(module << ": " << name << " has " << fault);
        }
    );
    CHECK(seen > 600);
}

TEST_CASE("tables that lie apart are joined through a CTE", "[schema][placement]") {
    check_found(
        "SELECT t.id FROM label_task t JOIN annotation a ON a.task_id = t.id",
        "'annotation' and 'label_task'"
    );
    check_found(
        "SELECT v.rk FROM record_version v JOIN blob b ON b.sha256 = v.blob_sha256", "'blob'"
    );
    check_found(
        "SELECT t.id FROM label_task t WHERE EXISTS (SELECT 1 FROM annotation a WHERE a.task_id = "
        "t.id)",
        "lie apart"
    );
    check_found(
        "UPDATE label_task t SET state = 'open' FROM record r WHERE r.rk = t.rk", "lie apart"
    );
    CHECK(cluster_faults("WITH t AS MATERIALIZED (SELECT id FROM label_task LIMIT 5) SELECT a.rk "
                         "FROM t JOIN annotation a ON a.task_id = t.id")
              .empty());
    CHECK(cluster_faults("SELECT id FROM label_task WHERE id = ANY (ARRAY(SELECT task_id FROM "
                         "annotation WHERE user_id = $1))")
              .empty());
    CHECK(cluster_faults("SELECT r.key, s.name FROM record r JOIN source s ON s.id = r.source_id")
              .empty());
}

TEST_CASE("other forms that a cluster has refused are found", "[schema][placement]") {
    check_found("SELECT EXISTS (SELECT FROM record WHERE rk = $1)", "without columns");
    check_found(
        "INSERT INTO model (name, version) VALUES ($1, (SELECT max(version) FROM model))",
        "among the VALUES"
    );
    check_found(
        "INSERT INTO frontier_url (address) SELECT address FROM unnest($1::text[]) AS w (address) "
        "ON CONFLICT (address) DO UPDATE SET next_fetch_at = $2",
        "ON CONFLICT"
    );
    CHECK(cluster_faults(
              "INSERT INTO frontier_url (address) SELECT address FROM unnest($1::text[]) AS w "
              "(address) ON CONFLICT (address) DO UPDATE SET next_fetch_at = $2::timestamptz"
    )
              .empty());
    check_found(
        "SELECT b.rk FROM text_sketch b JOIN LATERAL (SELECT l.rk FROM text_sketch l WHERE l.bands "
        "&& b.bands OFFSET 0) l ON true",
        "OFFSET"
    );
    check_found(
        "WITH ended AS (SELECT task_id FROM label_lease) SELECT t.id FROM label_task t WHERE NOT "
        "EXISTS (SELECT 1 FROM ended e WHERE e.task_id = t.id) FOR UPDATE",
        "FOR UPDATE"
    );
    check_found(
        "UPDATE source s SET name = r.key FROM record r WHERE r.source_id = s.id", "'source'"
    );
    CHECK_THROWS_WITH(cluster_faults("SELEC 1"), Catch::Contains("syntax error"));
}
