#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "ingest/pipeline/pipeline.hpp"
#include "ingest/pipeline/replay.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/sources/source_store.hpp"
#include "tests/ingest/files.hpp"
#include "tests/support/test_database.hpp"

namespace {

// Reads pages as a crawler that has not learnt yet to read those with `unknown` in them.
ingest::ReadPage reader(const std::string& unknown) {
    return [unknown](
               std::string_view bytes, std::string_view media_type
           ) -> std::variant<schema::Draft, schema::Reject> {
        schema::Reject reject;
        reject.code = bytes.find("noai") != bytes.npos ? "page.consent" : "page.empty";
        reject.reason = "no";
        if (bytes.find(unknown) != bytes.npos || reject.code == "page.consent") return reject;
        schema::Draft draft;
        draft.payload = R"({"title":"T"})";
        draft.text = schema::Text{"T", "words of a page", "en"};
        draft.quality = schema::Quality{{3}, "en"};
        draft.media_type = media_type;
        draft.origin.consent = R"({"decision":"allow"})";
        return draft;
    };
}

}  // namespace

TEST_CASE("pages are stored as they are read, and rejects are read again", "[ingest][html]") {
    test::TestDatabase database;
    test::DataFolder folder;
    schema::Blobs blobs(folder.path("blobs"));
    database->call([&](base::Tx& tx) {
        schema::add_source(
            tx, {0, "t", "files", "{}", "", "active"}, std::chrono::system_clock::now()
        );
    });
    folder.write("in/a.html", "<html>one");
    folder.write("in/cats/b.html", "<html>two");
    folder.write("in/c.html", "<html>odd");
    folder.write("in/d.html", "<html>noai");
    ingest::RunRequest request;
    request.source = "t";
    request.inputs = {folder.path("in")};
    request.read_page = reader("odd");
    auto first = ingest::run(*database, blobs, request);
    CHECK(first.state == "done");
    CHECK(first.counts == schema::Counts{4, 2, 0, 0, 2});
    CHECK(
        database.number("SELECT count(*) FROM record_version v JOIN content_text t USING (rk, "
                        "source_id, key, version) WHERE v.key = 'cats/b.html' AND t.language = "
                        "'en' AND v.file LIKE '%in/cats/b.html' AND v.consent IS NOT NULL AND "
                        "v.payload = '{\"name\":\"b.html\",\"folder\":\"cats\",\"title\":\"T\"}'"
        ) == 1
    );
    CHECK(database.number("SELECT count(*) FROM content_quality") == 2);
    CHECK(ingest::run(*database, blobs, request).counts == schema::Counts{4, 0, 0, 2, 2});

    ingest::ReplayRequest again{"t", "", {}, reader("nothing")};
    auto replayed = ingest::replay(*database, blobs, again);
    CHECK(replayed.counts.added == 1);
    CHECK(database.number("SELECT count(*) FROM record WHERE key = 'c.html'") == 1);
    CHECK(
        database.number("SELECT count(*) FROM reject WHERE state = 'open' AND code = 'page.consent'"
        ) == 1
    );
}
