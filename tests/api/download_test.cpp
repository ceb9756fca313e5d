// Files that are read over HTTP. They are of any size, and the server holds none of them: not while
// they are made and not while a client takes its time to read.
#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>

#include <boost/json/object.hpp>

#include "base/database/database.hpp"
#include "base/run/spool.hpp"
#include "base/run/stop.hpp"
#include "service/context.hpp"
#include "service/labels/files.hpp"
#include "service/verb.hpp"
#include "tests/api/support/stage.hpp"

namespace {

constexpr int labels_sent = 20'000;

// A project "many" with a label of each of 20,000 records; its export is half a megabyte.
void make_labels(base::Database& database) {
    database.call([](base::Tx& tx) {
        tx.exec(
            "INSERT INTO source (id, name, kind, created_at) VALUES (900, 'many', 'files', "
            "now())"
        );
        tx.exec(
            "INSERT INTO source_run (id, source_id, state, started_at) VALUES (900, 900, "
            "'done', now())"
        );
        tx.exec(
            "INSERT INTO record (rk, source_id, key, version, content_sha256, first_run, "
            "last_run, first_seen, last_seen) SELECT i, 900, 'key-' || i, 1, "
            "sha256('x'), 900, 900, now(), now() FROM generate_series(1, 20000) i"
        );
        tx.exec(
            "INSERT INTO record_version (rk, source_id, key, version, run_id, content_sha256, "
            "payload, url, stored_at) SELECT rk, 900, key, 1, 900, content_sha256, '{}', "
            "'http://a/' || key, now() FROM record WHERE source_id = 900"
        );
        tx.exec(
            "INSERT INTO label_project (id, name, source_id, kind, spec, created_at) VALUES "
            "(900, 'many', 900, 'classification', '{}', now())"
        );
        tx.exec("INSERT INTO label_class (project_id, class_id, name) VALUES (900, 0, 'a')");
        tx.exec(
            "INSERT INTO ground_truth (rk, source_id, key, project_id, class_id, probability, "
            "method, set_at) SELECT rk, 900, key, 900, 0, 1, 'import', now() FROM record "
            "WHERE source_id = 900"
        );
    });
}

}  // namespace

TEST_CASE("an export of many labels is whole over HTTP, also on a used connection", "[api]") {
    test::Stage stage;
    make_labels(*stage.database);
    auto ann = stage.bearer("ann", "analyst");
    const std::string path = "/api/v1/projects/many/export?format=csv";
    auto whole = ann.get(path);
    REQUIRE(whole.status == 200);
    CHECK(whole.body.size() > 500'000);
    CHECK(whole.headers["content-length"] == std::to_string(whole.body.size()));
    CHECK(std::count(whole.body.begin(), whole.body.end(), '\n') == labels_sent + 1);
    CHECK_THAT(whole.body, Catch::Contains("key-20000,"));
    CHECK_THAT(whole.headers["content-disposition"], Catch::Contains("labels.csv"));

    // Two requests over one connection: the second answer begins where the first ends.
    auto bearer = "Authorization: Bearer " + ann.bearer + "\r\n";
    auto both = test::Client::raw(
        stage.server->port(),
        "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + bearer + "\r\n" + "HEAD " + path +
            " HTTP/1.1\r\nHost: a\r\n" + bearer + "Connection: close\r\n\r\n"
    );
    auto end = both.find(whole.body);
    REQUIRE(end != both.npos);
    auto second = both.substr(end + whole.body.size());
    CHECK_THAT(second, Catch::StartsWith("HTTP/1.1 200 OK"));
    CHECK_THAT(second, Catch::Contains("Content-Length: " + std::to_string(whole.body.size())));
    CHECK_THAT(second, Catch::EndsWith("\r\n\r\n"));
}

TEST_CASE("a download that broke off goes on where it did", "[api]") {
    test::Stage stage;
    make_labels(*stage.database);
    auto ann = stage.bearer("ann", "analyst");
    const std::string path = "/api/v1/projects/many/export?format=csv";
    auto whole = ann.get(path);
    auto etag = whole.headers["etag"];
    CHECK(whole.headers["accept-ranges"] == "bytes");
    REQUIRE(etag.size() > 20);
    auto ask = [&](const std::string& range, const std::string& of) {
        return test::Client::raw(
            stage.server->port(),
            "GET " + path + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + ann.bearer +
                "\r\nRange: " + range + "\r\n" + (of.empty() ? "" : "If-Range: " + of + "\r\n") +
                "Connection: close\r\n\r\n"
        );
    };
    auto size = std::to_string(whole.body.size());
    auto rest = ask("bytes=300000-", etag);
    CHECK_THAT(rest, Catch::StartsWith("HTTP/1.1 206 "));
    CHECK_THAT(rest, Catch::Contains("Content-Range: bytes 300000-"));
    CHECK_THAT(rest, Catch::EndsWith("\r\n\r\n" + whole.body.substr(300'000)));
    auto middle = ask("bytes=10-19", etag);
    CHECK_THAT(middle, Catch::Contains("Content-Range: bytes 10-19/" + size));
    CHECK_THAT(middle, Catch::EndsWith("\r\n\r\n" + whole.body.substr(10, 10)));
    CHECK_THAT(
        ask("bytes=-5", etag),
        Catch::EndsWith("\r\n\r\n" + whole.body.substr(whole.body.size() - 5))
    );
    auto beyond = ask("bytes=" + size + "-", etag);
    CHECK_THAT(beyond, Catch::StartsWith("HTTP/1.1 416 "));
    CHECK_THAT(beyond, Catch::Contains("Content-Range: bytes */" + size));
    // Of what is another file by now, or is no such range, all is sent.
    for (const std::string range :
         {"bytes=9-5", "bytes=a-", "items=3-", "bytes=1-2,5-9", "bytes=-"})
        CHECK_THAT(ask(range, etag), Catch::StartsWith("HTTP/1.1 200 "));
    CHECK_THAT(ask("bytes=300000-", ""), Catch::EndsWith(whole.body));
    stage.database->call([](base::Tx& tx) {
        tx.exec("UPDATE ground_truth SET probability = 0.5 WHERE rk = 7 AND project_id = 900");
    });
    CHECK_THAT(ask("bytes=300000-", etag), Catch::StartsWith("HTTP/1.1 200 "));
}

TEST_CASE("an export is held on disk and not in memory, a refused one nowhere", "[api]") {
    test::TestDatabase database;
    make_labels(*database);
    base::StopOnSignal stop;
    service::Context context(stop);
    context.config.database.url = database.url();
    context.config.home = std::filesystem::temp_directory_path();
    service::Environment here{
        context.database(), context.blobs(), context.config, std::stop_token()};
    auto exported = [&](const std::string& format) {
        service::Download download;
        service::run_locally(here, [&](service::Work& work) {
            download = service::export_labels(work, {.project = "many", .format = format});
        });
        return download;
    };
    for (const std::string format : {"csv", "jsonl"}) {
        auto download = exported(format);
        INFO(format);
        CHECK(download.bytes.empty());
        REQUIRE(download.file);
        CHECK(download.file->size() > 500'000);
    }
    CHECK_THROWS(exported("coco"));
}

TEST_CASE("records are exported over HTTP, as a file or as a tar of several", "[api]") {
    test::Stage stage;
    make_labels(*stage.database);
    auto client = stage.bearer("ann", "analyst");
    auto csv = client.get("/api/v1/sources/many/export?format=csv");
    REQUIRE(csv.status == 200);
    CHECK_THAT(
        csv.body, Catch::StartsWith("key,source,url,") && Catch::Contains("\r\nkey-7,many,")
    );
    CHECK(std::count(csv.body.begin(), csv.body.end(), '\n') == labels_sent + 1);
    auto tar = client.get("/api/v1/sources/many/export?format=webdataset");
    REQUIRE(tar.status == 200);
    CHECK(tar.body.size() % 512 == 0);
    CHECK_THAT(
        tar.body,
        Catch::Contains("many/README.md") && Catch::Contains("many/train-000000.tar") &&
            Catch::Contains("many/train-000001.tar")
    );
    CHECK(client.get("/api/v1/sources/many/export?format=papyrus").status == 400);
    CHECK(client.get("/api/v1/sources/nobody/export").status == 404);
}
