#include <filesystem>

#include <sqlite3.h>
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "ingest/sources/database/connector.hpp"
#include "ingest/sources/database/statement.hpp"
#include "tests/ingest/files.hpp"

namespace {

namespace json = boost::json;
using ingest::database::Spec;

void execute(const std::string& path, const std::string& sql) {
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
    char* message = nullptr;
    auto code = sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &message);
    INFO((message ? message : ""));
    CHECK(code == SQLITE_OK);
    sqlite3_free(message);
    sqlite3_close(database);
}

Spec spec_of(const std::string& text) {
    return Spec::settings.read(base::Document::json(text));
}

std::string no_secret(const std::string& reference) {
    throw base::Error("secret '" + reference + "'", "is not there");
}

struct Read {
    std::vector<std::string> rows;  // "key|name=value|.."
    std::vector<std::string> cursors;
    std::vector<std::size_t> before;
    std::size_t rejects = 0;
    std::string bookmark;
};

Read read(
    const Spec& spec,
    std::size_t page_size = 3,
    const std::string& cursor = {},
    const std::string& bookmark = {}
) {
    Read all;
    auto connector = ingest::database::open_database(spec, no_secret, cursor, bookmark);
    ingest::Page page;
    for (bool more = true; more;) {
        page.clear();
        more = connector->next(page, page_size, 1 << 20);
        for (const auto& record : page.records) {
            auto& row = all.rows.emplace_back(record.key);
            for (const auto& field : page.fields_of(record))
                row +=
                    "|" + std::string(field.name) + "=" +
                    (field.kind == formats::Field::Kind::null ? "NULL" : std::string(field.value));
            for (const auto& cell : page.cells_of(record))
                row += "|blob of " + std::to_string(cell.bytes.size());
        }
        all.rejects += page.rejects.size();
        all.cursors.push_back(page.cursor);
        all.before.push_back(all.rows.size());
    }
    all.bookmark = connector->bookmark();
    return all;
}

std::string items(const test::DataFolder& folder) {
    auto path = folder.path("a.db");
    execute(
        path,
        "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, price REAL, ok BOOLEAN, doc JSON, "
        "pic BLOB, at TEXT);"
        "INSERT INTO item VALUES (1, 'a', 1.5, 1, '{\"x\":[1]}', x'0102', '2020-01-01 10:00:00'),"
        "(2, 'b \"q\"', NULL, 0, NULL, NULL, '2020-01-01 10:00:00'), (3, NULL, 3, 1, '[1]', x'ff', "
        "'2020-01-02 00:00:00'),"
        "(9, 'd', 4, 0, '1', NULL, '2020-01-02 00:00:00'), (12, 'e', 5, 0, NULL, NULL, NULL), (7, "
        "'c', -1, NULL, NULL, NULL, '2020-01-03 00:00:00')"
    );
    return path;
}

}  // namespace

TEST_CASE("rows keep their types, and null is null", "[ingest][database]") {
    test::DataFolder folder;
    auto all = read(spec_of(R"({"url":"sqlite:)" + items(folder) + R"(","table":"item"})"));
    REQUIRE(all.rows.size() == 6);
    CHECK(
        all.rows[0] ==
        R"(1|id=1|name=a|price=1.5|ok=true|doc={"x":[1]}|at=2020-01-01 10:00:00|blob of 2)"
    );
    CHECK(
        all.rows[1] == R"(2|id=2|name=b "q"|price=NULL|ok=false|doc=NULL|at=2020-01-01 10:00:00)"
    );
    CHECK(all.rows[4] == "9|id=9|name=d|price=4|ok=false|doc=1|at=2020-01-02 00:00:00");
    CHECK(all.rows[5].starts_with("12|"));
}

TEST_CASE("each cursor of a database leads to exactly the rows that follow", "[ingest][database]") {
    test::DataFolder folder;
    auto url = R"({"url":"sqlite:)" + items(folder) + R"(","page":2,)";
    for (const std::string rest :
         {R"("table":"item"})",
          R"("table":"item","incremental":{"cursor":"at"}})",
          R"("table":"item","key":["name","id"]})",
          R"("query":"SELECT id, name FROM item WHERE id > 1;"})",
          R"("query":"SELECT id, name FROM item ORDER BY name","key":"id"})"})
        for (std::size_t size : {1U, 2U, 5U}) {
            CAPTURE(rest, size);
            auto spec = spec_of(url + rest);
            auto all = read(spec, size);
            CHECK(all.rows.size() + all.rejects >= 5);
            for (std::size_t i = 0; i < all.cursors.size(); ++i) {
                CAPTURE(all.cursors[i]);
                auto left = read(spec, size, all.cursors[i]);
                CHECK(
                    (left.rows == std::vector(
                                      all.rows.begin() + static_cast<std::ptrdiff_t>(all.before[i]),
                                      all.rows.end()
                                  ))
                );
            }
        }
}

TEST_CASE(
    "an incremental read takes the boundary again, and what is late by the lag",
    "[ingest][database]"
) {
    test::DataFolder folder;
    auto path = items(folder);
    auto text =
        R"({"url":"sqlite:)" + path + R"(","table":"item","page":2,"incremental":{"cursor":"at")";
    auto spec = spec_of(text + "}}");
    auto first = read(spec);
    CHECK(first.rows.size() == 6);  // the one without a time too
    execute(
        path,
        "INSERT INTO item (id, at) VALUES (20, '2020-01-03 00:00:00'), (21, '2020-01-02 "
        "12:00:00'), (22, '2020-01-04 00:00:00')"
    );
    auto second = read(spec, 3, {}, first.bookmark);
    REQUIRE(second.rows.size() == 4);
    CHECK(second.rows[0].starts_with("7|"));
    CHECK(second.rows[1].starts_with("20|"));
    CHECK(second.rows[2].starts_with("22|"));
    CHECK(second.rows[3].starts_with("12|"));
    CHECK(read(spec_of(text + R"(,"lag":"1d"}})"), 3, {}, first.bookmark).rows.size() == 7);
    CHECK(read(spec_of(text + R"(,"start":"2020-01-02 00:00:00"}})")).rows.size() == 7);
    CHECK(read(spec, 3, {}, second.bookmark).rows.size() == 2);
}

TEST_CASE("a bound less its lag is written as the bound was", "[ingest][database]") {
    using ingest::database::less;
    CHECK(less("100", "30") == "70");
    CHECK(less("1.5", "1") == "0.5");
    CHECK(less("2020-01-01 00:00:10", "20s") == "2019-12-31 23:59:50");
    CHECK(less("2020-01-01T00:00:10Z", "1m") == "2019-12-31T23:59:10Z");
    CHECK(less("2020-01-02", "1d") == "2020-01-01");
    CHECK(less("2020-01-01 00:00:10.250000+00", "1s") == "2020-01-01 00:00:09.250000+00:00");
    CHECK(less("abc", "1d") == "abc");
}

TEST_CASE("what is wrong with a database is said in one line", "[ingest][database]") {
    test::DataFolder folder;
    auto path = items(folder);
    auto url = R"({"url":"sqlite:)" + path + R"(",)";
    auto fails = [&](const std::string& text, const std::string& part) {
        CAPTURE(text);
        CHECK_THROWS_WITH(
            read(spec_of(text)),
            Catch::Contains(part) && !Catch::Contains("\n") && !Catch::Contains("s3cret")
        );
    };
    fails(url + R"("table":"nope"})", "no such table");
    fails(url + R"("table":"item","key":"nope"})", "the columns are id, name");
    fails(url + R"("query":"DELETE FROM item"})", "check the names of table");
    fails(url + R"("table":"item","blob":"name"})", "no binary column");
    fails(R"({"url":"sqlite:/nowhere/a.db","table":"t"})", "unable to open");
    fails(R"({"url":"postgresql://127.0.0.1:1/x","table":"t"})", "refused");
    fails(R"({"url":"odbc:Driver=None;Database=x","table":"t"})", "check the connection string");
    fails(R"({"url":"env:NONE","table":"t"})", "is not there");
    fails(R"({"url":"postgresql://u:s3cret@h/x","table":"t"})", "holds a password");
    fails(R"({"url":"odbc:Driver=X;Pwd=s3cret","table":"t"})", "holds a password");
    fails(R"({"url":"mysql://h/x","table":"t"})", "no known kind");
    fails(url + R"("table":"t","query":"SELECT 1"})", "one of them");
    fails(url + R"("table":"t","nonsense":1})", "unknown");
    fails(url + R"("query":"SELECT 1","incremental":{"cursor":"at"}})", "needs a key");
    fails(
        url + R"("table":"t","incremental":{"cursor":"at"},"deletes":"mark"})", "does not list all"
    );
    execute(path, "CREATE TABLE loose (at TEXT)");
    fails(url + R"("table":"loose","incremental":{"cursor":"at"}})", "no primary key");
}

TEST_CASE("another database is read through its ODBC driver", "[ingest][database][odbc]") {
    if (!std::filesystem::exists("/etc/odbcinst.ini")) {
        WARN("no ODBC driver is here: install libsqliteodbc");
        return;
    }
    test::DataFolder folder;
    auto path = items(folder);
    execute(
        path,
        "CREATE TABLE plain (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(20), price DOUBLE);"
        "INSERT INTO plain SELECT id * 1000, name, price FROM item"
    );
    auto url = R"({"url":"odbc:Driver=SQLite3;Database=)" + path + R"(","page":2,)";
    auto spec = spec_of(url + R"("table":"plain"})");
    auto all = read(spec, 1);
    REQUIRE(all.rows.size() == 6);
    CHECK(all.rows[0] == "1000|id=1000|name=a|price=1.5");
    CHECK(all.rows[2] == "3000|id=3000|name=NULL|price=3.0");
    CHECK(all.rows[5].starts_with("12000|"));
    for (std::size_t i = 0; i < all.cursors.size(); ++i)
        CHECK(read(spec, 1, all.cursors[i]).rows.size() == 6 - all.before[i]);
    CHECK(read(spec_of(url + R"("table":"plain","key":["name","id"]})"), 2).rows.size() == 5);
    CHECK(
        read(
            spec_of(url + R"("table":"item","incremental":{"cursor":"at","start":"2020-01-02"}})"),
            2
        )
            .rows.size() == 4
    );
    CHECK_THROWS_WITH(read(spec_of(url + R"("table":"nope"})")), Catch::Contains("no such table"));
}
