// Runs that end, fail, are stopped or killed: what is counted and what stands in the tables.
#include "tests/ingest/runs.hpp"

using namespace runs;

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
        "a.docx",
        test::pack("zip", "none", {{"[Content_Types].xml", "<T/>"}, {"word/document.xml", "<w/>"}})
    );
    auto request = request_for("t", office);
    request.key.clear();
    CHECK_THROWS_WITH(
        ingest::run(*database, blobs, request),
        Catch::Contains("nothing is read of a file of Microsoft Office") &&
            Catch::Contains("save it as text")
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
    auto stored = database.number("SELECT sum(read) FROM source_run_count") / 100;

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
