// Every named query of every module is prepared against a fresh schema: names, columns and types
// are right.
#include <catch2/catch.hpp>

#include <map>

#include "tests/support/named_queries.hpp"
#include "tests/support/test_database.hpp"

TEST_CASE("every named query fits the schema", "[app][queries]") {
    test::TestDatabase db(1);
    std::map<std::string, std::size_t, std::less<>> counts;
    std::size_t count = 0;
    test::each_named_query([&](std::string_view module, std::string_view name, auto query) {
        INFO(module << ": " << name);
        if (test::is_of_cluster(name) || test::preparable(query).empty()) return;
        auto statement =
            "PREPARE q" + std::to_string(++count) + " AS " + std::string(test::preparable(query));
        if (test::is_command(query)) statement = query;
        CHECK_NOTHROW(db->call([&](base::Tx& tx) { tx.exec(statement); }));
        ++counts[std::string(module)];
    });
    CHECK(counts["schema"] > 20);
    CHECK(counts["crawler"] > 5);
    CHECK(counts["ingest"] > 3);
    CHECK(counts["quality"] > 20);
    CHECK(counts["labeling"] > 10);
    CHECK(counts["training"] > 20);
}
