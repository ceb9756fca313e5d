// What runs make of odd inputs: many rejects, records that come twice, images, rejects read again.
#include "tests/ingest/runs.hpp"

using namespace runs;

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
    CHECK(killed.number("SELECT sum(read) FROM source_run_count") == 3000);
    CHECK(killed.number("SELECT sum(added) FROM source_run_count") == 2940);
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
    CHECK(database.number("SELECT sum(read) FROM source_run_count") == 5000);
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
        database.number(
            "SELECT count(*) FROM source_run r JOIN source_run_count c ON c.run_id = r.id "
            "WHERE state = 'failed' AND read = added + "
            "changed + unchanged + rejected "
            "AND read >= 100 AND read < 2000"
        ) == 1
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
