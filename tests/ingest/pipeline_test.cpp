#include "ingest/pipeline/pipeline.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>

#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "ingest/pipeline/replay.hpp"
#include "ingest/pipeline/store.hpp"
#include "ingest/sql.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/sources/source_store.hpp"
#include "tests/ingest/files.hpp"
#include "tests/support/program.hpp"
#include "tests/support/test_database.hpp"

namespace {

std::int64_t add_source(base::Database& database, const std::string& name) {
    return database.call([&](base::Tx& tx) {
        return schema::add_source(
                   tx, {0, name, "files", "{}", "", "active"}, std::chrono::system_clock::now()
        )
            ->id;
    });
}

ingest::RunRequest request_for(const std::string& source, const std::string& path) {
    ingest::RunRequest request;
    request.source = source;
    request.inputs = {path};
    request.key = "id";
    request.batch_records = 100;
    return request;
}

// `rows` rows; each 50th is short by a field.
std::string table(int rows, const std::string& colour = "red") {
    std::string text = "id,n,colour\n";
    for (int i = 0; i < rows; ++i) {
        auto id = std::to_string(i);
        text += i % 50 == 7
                    ? id + ",1\n"
                    : id + "," + std::to_string(i * 3) + "," + (i % 2 ? colour : "blue") + "\n";
    }
    return text;
}

// What the tables hold of a source, whatever runs it took.
const char* fingerprint_sql =
    "SELECT ('x' || left(md5(string_agg(r.key || v.payload::text || n.values::text || r.version || "
    "v.byte_offset || v.line, ',' "
    "ORDER BY r.key)), 15))::bit(60)::bigint FROM record r JOIN record_version v USING (rk, "
    "source_id, key, version) "
    "JOIN content_numeric n USING (rk, source_id, key, version)";

}  // namespace

TEST_CASE(
    "a run counts every input once and a second one finds nothing new",
    "[ingest][pipeline]"
) {
    test::TestDatabase database;
    test::DataFolder folder;
    schema::Blobs blobs(folder.path("blobs"));
    add_source(*database, "t");
    auto path = folder.write("a.csv", table(1000));

    auto first = ingest::run(*database, blobs, request_for("t", path));
    CHECK(first.state == "done");
    CHECK(first.counts == schema::Counts{1000, 980, 0, 0, 20});
    CHECK(first.bytes > 5000);
    CHECK(database.number("SELECT count(*) FROM record") == 980);
    CHECK(database.number("SELECT count(*) FROM reject WHERE code = 'csv.too_few_fields'") == 20);
    CHECK(database.number("SELECT count(*) FROM source_cursor WHERE stream LIKE 'files%'") == 0);

    auto second = ingest::run(*database, blobs, request_for("t", path));
    CHECK(second.counts == schema::Counts{1000, 0, 0, 980, 20});
    CHECK(database.number("SELECT count(*) FROM record_version") == 980);
    CHECK(database.number("SELECT count(*) FROM reject") == 20);

    folder.write("a.csv", table(1010, "green"));
    auto third = ingest::run(*database, blobs, request_for("t", path));
    CHECK(third.counts.read == 1010);
    CHECK(third.counts.added == 9);  // row 1007 is short
    CHECK(third.counts.changed == 500 - 20);
    CHECK(third.counts.rejected == 21);
    CHECK(
        third.counts.read ==
        third.counts.added + third.counts.changed + third.counts.unchanged + third.counts.rejected
    );
}

TEST_CASE("a run that did not read a file to its end fails", "[ingest][pipeline]") {
    test::TestDatabase database;
    test::DataFolder folder;
    schema::Blobs blobs(folder.path("blobs"));
    add_source(*database, "t");
    std::string text = "id,n,colour\n";
    for (int i = 0; i < 9000; ++i)
        text += std::to_string(i) + "," + std::to_string(i * 7919 % 10007) + ",red\n";
    auto packed = test::pack("raw", "gzip", {{"a.csv", text}});
    auto path = folder.write("a.csv.gz", packed.substr(0, packed.size() / 2));
    CHECK_THROWS_WITH(
        ingest::run(*database, blobs, request_for("t", path)),
        Catch::Contains("1 file was not read to the end") && Catch::Contains("cut off")
    );
    CHECK(database.number("SELECT count(*) FROM source_run WHERE state = 'failed'") == 1);
    auto before = database.number("SELECT count(*) FROM record");
    CHECK(before > 1000);
    CHECK(database.number("SELECT count(*) FROM source_cursor WHERE stream LIKE 'files%'") == 0);

    folder.write("a.csv.gz", packed);
    auto whole = ingest::run(*database, blobs, request_for("t", path));
    CHECK(whole.state == "done");
    CHECK(whole.counts.read == 9000);
    CHECK(whole.counts.unchanged == static_cast<std::uint64_t>(before));
}

TEST_CASE(
    "a run that knew the format of no file fails, and says what to do",
    "[ingest][pipeline]"
) {
    test::TestDatabase database;
    test::DataFolder folder;
    schema::Blobs blobs(folder.path("blobs"));
    add_source(*database, "t");
    auto office = folder.write(
        "a.xlsx",
        test::pack("zip", "none", {{"[Content_Types].xml", "<T/>"}, {"xl/workbook.xml", "<w/>"}})
    );
    auto request = request_for("t", office);
    request.key.clear();
    CHECK_THROWS_WITH(
        ingest::run(*database, blobs, request),
        Catch::Contains("nothing is read of a file of Microsoft Office") &&
            Catch::Contains("save it as CSV")
    );
    CHECK(database.number("SELECT count(*) FROM source_run WHERE state = 'failed'") == 1);
    folder.write("b.csv", "id\n1\n");
    request.inputs.push_back(folder.path("b.csv"));
    CHECK(ingest::run(*database, blobs, request).state == "done");
}

TEST_CASE("records lead back to file, line and byte offset", "[ingest][pipeline]") {
    test::TestDatabase database;
    test::DataFolder folder;
    schema::Blobs blobs(folder.path("blobs"));
    add_source(*database, "t");
    auto path = folder.write("a.csv", "id,n\nx,1\ny,2\n");
    ingest::run(*database, blobs, request_for("t", path));
    CHECK(database.number("SELECT byte_offset FROM record_version WHERE key = 'y'") == 9);
    CHECK(
        database.number(
            "SELECT line FROM record_version WHERE key = 'y' AND file = '" + path + "'"
        ) == 3
    );
}

TEST_CASE(
    "a run that failed in the middle is gone on with, not begun again",
    "[ingest][pipeline]"
) {
    test::TestDatabase database;
    test::DataFolder folder;
    schema::Blobs blobs(folder.path("blobs"));
    auto id = add_source(*database, "t");
    auto request = request_for("t", folder.write("a.csv", table(1000)));

    int batches = 0;
    auto fail = [&](const ingest::RunProgress&) {
        if (++batches == 3) throw std::runtime_error("the disk is on fire");
    };
    CHECK_THROWS_WITH(ingest::run(*database, blobs, request, {}, fail), "the disk is on fire");
    auto runs = database->call([&](base::Tx& tx) { return schema::list_runs(tx, id, 5); });
    REQUIRE(runs.size() == 1);
    CHECK(runs[0].state == "failed");
    CHECK(runs[0].read >= 300);
    CHECK(runs[0].read <= 500);

    auto rest = ingest::run(*database, blobs, request);
    CHECK(rest.resumed);
    CHECK(rest.counts.read == 1000 - runs[0].read);
    CHECK(rest.counts.unchanged == 0);
    CHECK(database.number("SELECT count(*) FROM record") == 980);
}

TEST_CASE(
    "a batch that was lost before a stored one is read again, and only that",
    "[ingest][pipeline]"
) {
    test::TestDatabase database;
    test::DataFolder folder;
    schema::Blobs blobs(folder.path("blobs"));
    add_source(*database, "t");
    auto request = request_for("t", folder.write("a.csv", table(1000)));
    int batches = 0;
    auto fail = [&](const ingest::RunProgress&) {
        if (++batches == 3) throw std::runtime_error("stop here");
    };
    CHECK_THROWS(ingest::run(*database, blobs, request, {}, fail));
    auto stored = database.number("SELECT sum(read) FROM source_run") / 100;

    // As after a crash between the commits of two batches: the last but one never came.
    auto lost = stored - 2;
    database->call([&](base::Tx& tx) {
        auto these = " WHERE key::int / 100 = " + std::to_string(lost);
        for (const std::string name : {"content_numeric", "record_version", "record"})
            tx.exec("DELETE FROM " + name + these);
        tx.exec(
            "DELETE FROM source_cursor WHERE stream LIKE '%lane " + std::to_string(lost % 3) + "'"
        );
    });
    auto rest = ingest::run(*database, blobs, request);
    CHECK(rest.counts.read == 1000 - static_cast<std::uint64_t>(stored) * 100 + 100);
    CHECK(rest.counts.unchanged == 0);
    CHECK(database.number("SELECT count(*) FROM record") == 980);
}

TEST_CASE("a stop request ends a run after the batch in hand", "[ingest][pipeline]") {
    test::TestDatabase database;
    test::DataFolder folder;
    schema::Blobs blobs(folder.path("blobs"));
    add_source(*database, "t");
    auto request = request_for("t", folder.write("a.csv", table(1000)));
    std::stop_source stop;
    auto first = ingest::run(
        *database,
        blobs,
        request,
        stop.get_token(),
        [&](const ingest::RunProgress& progress) {
            if (progress.counts.read >= 200) stop.request_stop();
        }
    );
    CHECK(first.state == "interrupted");
    CHECK(first.counts.read >= 200);
    CHECK(first.counts.read <= 500);  // the batches in hand, one a lane
    CHECK(first.counts.read + ingest::run(*database, blobs, request).counts.read == 1000);
}

TEST_CASE(
    "killed at any batch and started again, the tables end the same",
    "[ingest][pipeline][kill]"
) {
    test::TestDatabase whole;
    test::TestDatabase killed;
    test::DataFolder folder;
    schema::Blobs blobs(folder.path("blobs"));
    auto path = folder.write("a.csv.gz", test::pack("raw", "gzip", {{"a.csv", table(3000)}}));
    add_source(*whole, "t");
    add_source(*killed, "t");
    ingest::run(*whole, blobs, request_for("t", path));

    int rounds = 0;
    for (bool done = false; !done && rounds < 80; ++rounds) {
        auto child = test::fork_with_threads();
        if (child == 0) {
            base::Database database(killed.url(), 2);
            int batches = 0;
            try {
                ingest::run(
                    database,
                    blobs,
                    request_for("t", path),
                    {},
                    [&](const ingest::RunProgress&) {
                        if (++batches == rounds % 3 + 2) ::kill(::getpid(), SIGKILL);
                    }
                );
            } catch (...) {
                ::_exit(1);
            }
            ::_exit(0);
        }
        int status = 0;
        if (rounds % 2 == 1) {  // at any moment, also inside of a transaction
            auto until =
                std::chrono::steady_clock::now() + std::chrono::milliseconds(10 + rounds * 7 % 60);
            bool ended = false;
            while (!ended && std::chrono::steady_clock::now() < until)
                ended = ::waitpid(child, &status, WNOHANG) == child;
            if (!ended) {
                ::kill(child, SIGKILL);
                ::waitpid(child, &status, 0);
            }
        } else {
            ::waitpid(child, &status, 0);
        }
        REQUIRE_FALSE((WIFEXITED(status) && WEXITSTATUS(status) != 0));
        // A child can be killed between its last commit and its exit: the tables know.
        done = killed.number("SELECT count(*) FROM source_run WHERE state = 'done'") > 0;
    }
    CHECK(rounds > 4);
    CHECK(rounds < 80);
    CHECK(killed.number(fingerprint_sql) == whole.number(fingerprint_sql));
    CHECK(
        killed.number("SELECT count(*) FROM reject") == whole.number("SELECT count(*) FROM reject")
    );
    CHECK(killed.number("SELECT sum(read) FROM source_run") == 3000);
    CHECK(killed.number("SELECT sum(added) FROM source_run") == 2940);
}

TEST_CASE("too many rejects stop a run before they flood the tables", "[ingest][pipeline]") {
    test::TestDatabase database;
    test::DataFolder folder;
    schema::Blobs blobs(folder.path("blobs"));
    add_source(*database, "t");
    auto request = request_for("t", folder.write("a.csv", table(5000)));
    request.max_rejects = 10;
    CHECK_THROWS_WITH(ingest::run(*database, blobs, request), Catch::Contains("were rejected"));
    CHECK(database.number("SELECT count(*) FROM reject") <= 18);
    request.max_rejects = 1000000;
    request.max_reject_share = 0.01;
    CHECK_THROWS_AS(ingest::run(*database, blobs, request), base::Error);
    request.max_reject_share = 0.1;
    CHECK(ingest::run(*database, blobs, request).state == "done");
    CHECK(database.number("SELECT sum(read) FROM source_run") == 5000);
}

TEST_CASE(
    "too large a share of rejects stops a run and says what most of them are",
    "[ingest][pipeline]"
) {
    test::TestDatabase database;
    test::DataFolder folder;
    schema::Blobs blobs(folder.path("blobs"));
    add_source(*database, "t");
    auto request = request_for("t", folder.write("a.csv", table(2000)));  // 2 % are short
    request.max_reject_share = 0.03;
    CHECK(ingest::run(*database, blobs, request).state == "done");
    request.max_reject_share = 0.01;
    CHECK_THROWS_WITH(
        ingest::run(*database, blobs, request),
        Catch::Contains("csv.too_few_fields") && Catch::Contains("at most 1 %") &&
            Catch::Contains("tilth rejects list --source t")
    );
    // The sums of the run that was stopped are those of what it stored.
    CHECK(
        database.number("SELECT count(*) FROM source_run WHERE state = 'failed' AND read = added + "
                        "changed + unchanged + rejected "
                        "AND read >= 100 AND read < 2000") == 1
    );
    // A small input is judged at its end.
    auto small = request_for("t", folder.write("b.csv", "id,n\n1\n2,2\n3,3\n"));
    small.max_reject_share = 0.1;
    CHECK_THROWS_WITH(ingest::run(*database, blobs, small), Catch::Contains("1 of 3"));
    small.max_reject_share = 0.5;
    CHECK(ingest::run(*database, blobs, small).state == "done");
}

TEST_CASE("a record that comes in two batches ends with its later content", "[ingest][pipeline]") {
    test::TestDatabase database;
    test::DataFolder folder;
    schema::Blobs blobs(folder.path("blobs"));
    add_source(*database, "t");
    std::string text = "id,n\n";
    for (int i = 0; i < 1000; ++i) text += std::to_string(i % 7) + "," + std::to_string(i) + "\n";
    auto request = request_for("t", folder.write("a.csv", text));
    request.batch_records = 10;
    auto result = ingest::run(*database, blobs, request);
    CHECK(result.counts == schema::Counts{1000, 7, 0, 993, 0});
    CHECK(
        database.number("SELECT sum((payload->>'n')::int) FROM record JOIN record_version USING "
                        "(rk, source_id, key, version)") == 993 + 994 + 995 + 996 + 997 + 998 + 999
    );
}

TEST_CASE("rejects become records when the mapping is mended", "[ingest][rejects]") {
    test::TestDatabase database;
    test::DataFolder folder;
    schema::Blobs blobs(folder.path("blobs"));
    auto source = add_source(*database, "t");
    auto request = request_for("t", folder.write("a.csv", "id,n\na,1\nb,n.a.\nc,3\nd\n"));
    ingest::Rules rules;
    rules.key = {"id"};
    rules.columns.push_back(
        {.name = "n", .field = "n", .invalid = ingest::ColumnRule::Invalid::reject}
    );
    request.rules = rules;
    CHECK(ingest::run(*database, blobs, request).counts == schema::Counts{4, 2, 0, 0, 2});

    auto listed = database->call([&](base::Tx& tx) {
        return ingest::list_rejects(
            tx, source, ingest::RejectState::open, "number.invalid", "", 10
        );
    });
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].column == "n");
    CHECK(listed[0].line == 3);
    auto shown = database->call([&](base::Tx& tx) {
        return ingest::show_reject(tx, source, listed[0].id.substr(0, 12));
    });
    REQUIRE(shown);
    CHECK(shown->raw == "b,n.a.");

    CHECK(
        ingest::replay(*database, blobs, {"t", "", rules}).counts == schema::Counts{2, 0, 0, 0, 2}
    );
    rules.columns[0].missing = {"n.a."};
    CHECK(
        ingest::replay(*database, blobs, {"t", "", rules}).counts == schema::Counts{2, 1, 0, 0, 1}
    );
    CHECK(database.number("SELECT count(*) FROM reject WHERE state = 'replayed'") == 1);
    CHECK(database.number("SELECT line FROM record_version WHERE key = 'b'") == 3);
    CHECK(database.number("SELECT count(*) FROM reject") == 2);

    auto expired = database->call([&](base::Tx& tx) {
        return ingest::expire_rejects(
            tx, source, std::chrono::system_clock::now() + std::chrono::hours(1)
        );
    });
    CHECK(expired == 1);
    auto counts = database->call([&](base::Tx& tx) { return ingest::count_rejects(tx, source); });
    REQUIRE(counts.size() == 2);
    CHECK(counts[0].state == "expired");
    CHECK(counts[0].code == "csv.too_few_fields");
}

TEST_CASE("standard input is read once, to its end", "[ingest][pipeline]") {
    test::TestDatabase database;
    test::DataFolder folder;
    schema::Blobs blobs(folder.path("blobs"));
    add_source(*database, "t");
    std::string packages;
    for (int i = 0; i < 2500; ++i)
        packages += "Package: p" + std::to_string(i) + "\nSize: " + std::to_string(i) + "\n\n";
    auto path = folder.write("Packages", packages);
    int keep = ::dup(STDIN_FILENO);
    REQUIRE(std::freopen(path.c_str(), "rb", stdin));
    auto request = request_for("t", "-");
    request.key = "Package";
    request.read.format = "deb822";
    auto result = ingest::run(*database, blobs, request);
    ::dup2(keep, STDIN_FILENO);
    ::close(keep);
    CHECK(result.counts == schema::Counts{2500, 2500, 0, 0, 0});
    CHECK(database.number("SELECT sum(values[1])::bigint FROM content_numeric") == 2500 * 2499 / 2);
}

TEST_CASE("images are stored with their pixels, measures and labels", "[ingest][pipeline]") {
    test::TestDatabase database;
    test::DataFolder folder;
    schema::Blobs blobs(folder.path("blobs"));
    add_source(*database, "t");
    std::string images("\0\0\x08\x03\0\0\0\x02\0\0\0\x02\0\0\0\x02", 16);
    for (char c = 0; c < 8; ++c) images.push_back(c);
    folder.write("d/train-images-idx3-ubyte", images);
    folder.write("d/train-labels-idx1-ubyte", std::string("\0\0\x08\x01\0\0\0\x02\x03\x04", 10));
    ingest::RunRequest request;
    request.source = "t";
    request.inputs = {folder.path("d")};
    auto result = ingest::run(*database, blobs, request);
    CHECK(result.counts == schema::Counts{2, 2, 0, 0, 0});
    CHECK(
        database.number("SELECT count(*) FROM content_image WHERE width = 2 AND format = 'raw'") ==
        2
    );
    CHECK(
        database.number("SELECT (payload->>'label')::bigint FROM record_version WHERE key = "
                        "'train-images-idx3-ubyte/1'") == 4
    );
    CHECK(database.number("SELECT count(*) FROM blob") == 2);
}

TEST_CASE("the queries of ingest are good SQL", "[ingest][sql]") {
    test::TestDatabase database;
    ingest::sql::file.each([&](std::string_view name, std::string_view query) {
        CAPTURE(std::string(name));
        CHECK_NOTHROW(database->call([&](base::Tx& tx) {
            tx.exec("PREPARE probe AS " + std::string(query));
        }));
        database->call([&](base::Tx& tx) { tx.exec("DEALLOCATE ALL"); });
    });
}
