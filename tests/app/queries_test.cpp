// Every named query of every module is prepared against a fresh schema: names, columns and types
// are right.
#include <catch2/catch.hpp>

#include "crawler/sql.hpp"
#include "ingest/sql.hpp"
#include "labeling/sql.hpp"
#include "quality/sql.hpp"
#include "schema/sql.hpp"
#include "tests/support/test_database.hpp"
#include "training/sql.hpp"

namespace {

std::size_t prepare_all(const char* module, const base::QueryFile& file) {
    test::TestDatabase db(1);
    std::size_t count = 0;
    file.each([&](std::string_view name, std::string_view query) {
        INFO(module << ": " << name);
        std::string statement = "PREPARE q" + std::to_string(++count) + " AS " + std::string(query);
        if (query.starts_with("CREATE ") || query.starts_with("ANALYZE ") ||
            query.starts_with("LOCK "))
            statement = query;                    // nothing to prepare
        if (query.starts_with("FETCH ")) return;  // of a cursor that is none now
        if (query.starts_with("DECLARE "))
            statement = "PREPARE q" + std::to_string(count) + " AS " +
                        std::string(query.substr(query.find("SELECT")));
        CHECK_NOTHROW(db->call([&](base::Tx& tx) { tx.exec(statement); }));
    });
    return count;
}

}  // namespace

TEST_CASE("every named query fits the schema", "[app][queries]") {
    CHECK(prepare_all("schema", schema::sql::file) > 20);
    CHECK(prepare_all("crawler", crawler::sql::file) > 5);
    CHECK(prepare_all("ingest", ingest::sql::file) > 3);
    CHECK(prepare_all("quality", quality::sql::file) > 20);
    CHECK(prepare_all("labeling", labeling::sql::file) > 10);
    CHECK(prepare_all("training", training::sql::file) > 20);
}
