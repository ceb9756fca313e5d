#include "tests/ingest/runs.hpp"
#include "tests/support/media_files.hpp"

TEST_CASE(
    "media are stored with what their heads tell, and go with their records",
    "[ingest][media]"
) {
    test::TestDatabase database;
    test::DataFolder folder;
    schema::Blobs blobs(folder.path("blobs"));
    runs::add_source(*database, "m");
    folder.write("in/call.wav", test::wav(1.5, 8000, 2));
    folder.write("in/film.webm", test::webm(-1, 64, 48));
    folder.write("in/paper.pdf", test::pdf({"Hello there", "On page two"}));
    ingest::RunRequest request;
    request.source = "m";
    request.inputs = {folder.path("in")};
    auto first = ingest::run(*database, blobs, request);
    CHECK(first.state == "done");
    CHECK(first.counts == schema::Counts{3, 3, 0, 0, 0});
    auto count = [&](const std::string& where) {
        return database.number(
            "SELECT count(*) FROM content_media m JOIN record_version v USING (rk, source_id, key, "
            "version) WHERE v.blob_sha256 IS NOT NULL AND v.media_type = m.type AND " +
            where
        );
    };
    CHECK(
        count("kind = 'audio' AND type = 'audio/wav' AND seconds = 1.5 AND channels = 2 AND "
              "sample_rate = 8000") == 1
    );
    CHECK(
        count("kind = 'video' AND type = 'video/webm' AND seconds IS NULL AND width = 64 AND "
              "height = 48") == 1
    );
    CHECK(count("kind = 'pdf' AND pages = 2 AND width = 612 AND height = 792") == 1);
    CHECK(
        database.number("SELECT count(*) FROM content_text WHERE title = 'A title' AND "
                        "body LIKE '%On page two%'") == 1
    );
    // The same files again change nothing; another sound is a new version.
    CHECK(ingest::run(*database, blobs, request).counts == schema::Counts{3, 0, 0, 3, 0});
    folder.write("in/call.wav", test::wav(2));
    CHECK(ingest::run(*database, blobs, request).counts == schema::Counts{3, 0, 1, 2, 0});
    CHECK(database.number("SELECT count(*) FROM content_media WHERE kind = 'audio'") == 2);
}
