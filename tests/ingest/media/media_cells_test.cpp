// Pictures, sounds, films and documents in the cells of tables and in fields: records as files are.
#include <catch2/catch.hpp>

#include "formats/dataset/cell.hpp"
#include "formats/parquet/duckdb.hpp"
#include "tests/ingest/files.hpp"
#include "tests/ingest/media/media_cells.hpp"
#include "tests/ingest/pictures.hpp"
#include "tests/support/media_files.hpp"

using test::drafted;
using test::sql_bytes;
using test::sql_file;

namespace {

const std::string no_file = "{'bytes': NULL::BLOB, 'path': NULL::VARCHAR}";

bool duckdb_is_there() {
    if (formats::duck::is_installed()) return true;
    WARN("DuckDB is not installed: media in Parquet are not tested");
    return false;
}

// Bytes that begin as an MP3 without a tag does, and are none.
std::string hash_like_mp3() {
    return std::string("\xff\xfb\x90\x44", 4) + std::string(28, '\x5a');
}

void same_content(const schema::Draft& draft, const schema::Draft& file) {
    CHECK(draft.blob == file.blob);
    CHECK(draft.media_type == file.media_type);
    CHECK(draft.image.has_value() == file.image.has_value());
    REQUIRE(draft.media.has_value() == file.media.has_value());
    if (file.media) {
        CHECK(draft.media->kind == file.media->kind);
        CHECK(draft.media->type == file.media->type);
        CHECK(draft.media->seconds == file.media->seconds);
        CHECK(draft.media->pages == file.media->pages);
        CHECK(draft.media->width == file.media->width);
        CHECK(draft.media->channels == file.media->channels);
        CHECK(draft.media->sample_rate == file.media->sample_rate);
    }
    REQUIRE(draft.text.has_value() == file.text.has_value());
    if (file.text) {
        CHECK(draft.text->title == file.text->title);
        CHECK(draft.text->body == file.text->body);
    }
}

}  // namespace

TEST_CASE("media in a table are the records that their files are", "[ingest][media]") {
    if (!duckdb_is_there()) return;
    test::DataFolder folder;
    const std::vector<std::string> files{
        test::wav(1.5, 8000, 2),
        test::mp3(20),
        test::webm(2, 64, 48),
        test::mp4(1, 64, 64),
        test::pdf({"Hello there", "On page two"}),
        test::small_png()};
    std::string structs, bytes, lines;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const auto id = std::to_string(i);
        folder.write("files/" + id, files[i]);
        const std::string all = i > 0 ? " UNION ALL " : "";
        structs += all + "SELECT " + id + " AS id, " + sql_file(files[i]) + " AS audio";
        bytes += all + "SELECT " + id + " AS id, " + sql_bytes(files[i]) + " AS data";
        lines += "{\"id\":" + id + ",\"clip\":\"" +
                 formats::data_uri(files[i], i == 1 ? "application/octet-stream" : "audio/x-any") +
                 "\"}\n";
    }
    test::write_parquet(folder.path("structs.parquet"), structs);
    test::write_parquet(folder.path("bytes.parquet"), bytes);
    folder.write("uris.jsonl", lines);
    const auto of_files = drafted(folder.path("files"));
    REQUIRE(of_files.drafts.size() == files.size());
    for (const std::string name : {"structs.parquet", "bytes.parquet", "uris.jsonl"}) {
        CAPTURE(name);
        const auto of_cells = drafted(folder.path(name));
        CHECK(of_cells.rejects.empty());
        REQUIRE(of_cells.drafts.size() == files.size());
        for (std::size_t i = 0; i < files.size(); ++i) {
            CAPTURE(i);
            same_content(of_cells.drafts[i], of_files.drafts[i]);
            const auto id = "{\"id\":" + std::to_string(i);
            CHECK(
                of_cells.drafts[i].payload == (i == 4 ? id + ",\"title\":\"A title\"}" : id + "}")
            );
        }
    }
}

TEST_CASE("what is no whole file in a table is a reject or as it was", "[ingest][media]") {
    if (!duckdb_is_there()) return;
    test::DataFolder folder;
    auto row = [](const std::string& file, const std::string& data = "NULL::BLOB") {
        return "SELECT " + file + " AS clip, " + data + " AS data";
    };
    const auto cut = test::mp4(1, 64, 64).substr(0, 60);
    std::string select;
    for (const auto& one :
         {row(no_file),
          row("NULL::STRUCT(bytes BLOB, path VARCHAR)"),
          row("{'bytes': NULL::BLOB, 'path': 'clips/1.wav'}"),
          row(no_file, sql_bytes(hash_like_mp3())),
          row(no_file, "''::BLOB"),
          row(sql_file("")),
          row(sql_file("", "'a.png'")),
          row(sql_file("just words")),
          row(sql_file("just words", "'talk.WAV'")),
          row(sql_file(cut)),
          row(sql_file(test::pdf({"Secret"}, true))),
          row(sql_file(test::small_png().substr(0, 60))),
          row(sql_file("RIFF\1\1\1\1AVI LIST")),
          row(no_file, sql_bytes(cut))})
        select += (select.empty() ? "" : " UNION ALL ") + one;
    test::write_parquet(folder.path("odd.parquet"), select);
    const auto all = drafted(folder.path("odd.parquet"));
    std::vector<std::string> payloads;
    for (const auto& draft : all.drafts) {
        payloads.push_back(draft.payload);
        CHECK(draft.blob.empty());
        CHECK_FALSE(draft.media);
    }
    CHECK(
        payloads ==
        std::vector<std::string>{
            "{}",
            "{}",
            R"({"clip":"clips/1.wav"})",
            R"({"data":")" + std::string("//uQRFpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo=") + R"("})",
            R"({"data":""})"}
    );
    CHECK(
        all.codes() ==
        std::vector<std::string>{
            "media.unknown clip",
            "image.broken clip",
            "media.unknown clip",
            "media.broken clip",
            "media.broken clip",
            "pdf.password clip",
            "image.broken clip",
            "media.unknown clip",
            "media.broken data"}
    );
    CHECK(all.rejects[0].reason == "it is empty");
    CHECK_THAT(all.rejects[7].reason, Catch::Contains("an AVI film: make it MP4"));
    REQUIRE(all.notes.size() == 1);
    CHECK_THAT(
        all.notes.begin()->first, Catch::Contains("'clip' names a file whose bytes are not")
    );
    for (const auto& one : all.rejects) CHECK(one.reason.find('\n') == std::string::npos);
}

TEST_CASE("a struct of another shape stays JSON, and a row has its limit", "[ingest][media]") {
    if (!duckdb_is_there()) return;
    test::DataFolder folder;
    test::write_parquet(
        folder.path("a.parquet"),
        "SELECT {'bytes': 'text', 'path': 'a.wav'} AS audio UNION ALL SELECT {'bytes': NULL, "
        "'path': NULL}"
    );
    const auto other = drafted(folder.path("a.parquet"));
    CHECK(other.rejects.empty());
    REQUIRE(other.drafts.size() == 2);
    CHECK(other.drafts[0].payload == R"({"audio":{"bytes":"text","path":"a.wav"}})");
    test::write_parquet(folder.path("b.parquet"), "SELECT " + sql_file(test::wav(1)) + " AS audio");
    ingest::ReadOptions options;
    options.max_record = 1000;
    CHECK(
        drafted(folder.path("b.parquet"), {}, options).codes() ==
        std::vector<std::string>{"parquet.too_long audio"}
    );
}

TEST_CASE("of two files in a row one is the record's, and the rules choose", "[ingest][media]") {
    if (!duckdb_is_there()) return;
    test::DataFolder folder;
    const auto sound = test::wav(1), picture = test::small_png();
    test::write_parquet(
        folder.path("a.parquet"),
        "SELECT 1 AS id, " + sql_file(picture) + " AS cover, 'x' AS name, " + sql_file(sound) +
            " AS audio, 2 AS n UNION ALL SELECT 2, NULL, 'y', " + sql_file(sound) + ", 3"
    );
    folder.write(
        "b.jsonl",
        R"({"id":1,"cover":")" + formats::data_uri(picture, "image/png") +
            R"(","name":"x","audio":")" + formats::data_uri(sound, "audio/wav") + "\",\"n\":2}\n" +
            R"({"id":2,"name":"y","audio":")" + formats::data_uri(sound, "audio/wav") +
            "\",\"n\":3}\n"
    );
    for (const std::string name : {"a.parquet", "b.jsonl"}) {
        CAPTURE(name);
        const auto first = drafted(folder.path(name));
        REQUIRE(first.drafts.size() == 2);
        CHECK(first.drafts[0].blob == picture);
        CHECK(first.drafts[1].blob == sound);
        CHECK(
            first.drafts[0].payload == R"({"id":1,"name":"x","audio":")" +
                                           formats::data_uri(sound, "audio/wav") + R"(","n":2})"
        );
        REQUIRE(first.notes.size() == 1);
        CHECK_THAT(first.notes.begin()->first, Catch::Contains("'audio' is one more"));
        ingest::Rules rules;
        rules.media = {"audio"};
        const auto chosen = drafted(folder.path(name), rules);
        REQUIRE(chosen.drafts.size() == 2);
        CHECK(chosen.drafts[0].blob == sound);
        CHECK(
            chosen.drafts[0].payload == R"({"id":1,"cover":")" +
                                            formats::data_uri(picture, "image/png") +
                                            R"(","name":"x","n":2})"
        );
        CHECK(chosen.drafts[1].payload == R"({"id":2,"name":"y","n":3})");
    }
}

TEST_CASE("a field that the rules name holds Base64, too", "[ingest][media]") {
    test::DataFolder folder;
    const auto sound = test::wav(1);
    const auto uri = formats::data_uri(sound, "audio/wav");
    const auto base64 = uri.substr(uri.find(',') + 1);
    folder.write(
        "a.jsonl",
        R"({"id":1,"audio":")" + base64 + "\"}\n" +                    //
            R"({"id":2,"audio":")" + uri + "\"}\n" +                   //
            R"({"id":3,"audio":"NA"})" + "\n" +                        //
            R"({"id":4,"clip":{"data":")" + base64 + "\"}}\n" +        //
            R"({"id":5,"audio":"no Base64!"})" + "\n" +                //
            R"({"id":6,"audio":"YWJj"})" + "\n" +                      //
            R"({"id":7,"audio":"data:audio/wav;base64,YWJj"})" + "\n"  //
    );
    ingest::Rules rules;
    rules.media = {"audio", "clip.data"};
    const auto all = drafted(folder.path("a.jsonl"), rules);
    REQUIRE(all.drafts.size() == 4);
    for (auto i : {0U, 1U, 3U}) CHECK(all.drafts[i].blob == sound);
    CHECK(all.drafts[0].payload == R"({"id":1})");
    CHECK(all.drafts[2].blob.empty());
    CHECK(all.drafts[2].payload == R"({"id":3,"audio":"NA"})");
    CHECK(
        all.codes() ==
        std::vector<std::string>{"media.unknown audio", "media.unknown audio", "media.broken audio"}
    );
    // Without the rules Base64 is a text, and a URI that is none is told of.
    const auto plain = drafted(folder.path("a.jsonl"));
    CHECK(plain.drafts.size() == 6);
    CHECK(plain.codes() == std::vector<std::string>{"media.broken audio"});
    folder.write("b.jsonl", "{\"a\":\"data:audio/wav;base64,?\"}\n");
    const auto told = drafted(folder.path("b.jsonl"));
    REQUIRE(told.drafts.size() == 1);
    REQUIRE(told.notes.size() == 1);
    CHECK_THAT(told.notes.begin()->first, Catch::Contains("'a' has data: URIs whose Base64"));
}

TEST_CASE("the text of documents is no other field's place", "[ingest][media]") {
    test::DataFolder folder;
    const auto uri = formats::data_uri(test::pdf({"Hello there"}), "application/pdf");
    std::string lines;
    for (int i = 0; i < 5; ++i)
        lines += R"({"id":)" + std::to_string(i) + R"(,"file":")" + uri +
                 R"(","about":"some words of a person about document )" + std::to_string(i) +
                 "\"}\n";
    auto connector = ingest::open_files({folder.write("a.jsonl", lines)}, {});
    ingest::Page page;
    connector->next(page, 100, 1 << 20);
    const auto rules = ingest::infer_rules(page, "");
    CHECK(rules.body.empty());
    const auto all = drafted(folder.path("a.jsonl"), rules);
    REQUIRE(all.drafts.size() == 5);
    REQUIRE(all.drafts[0].text);
    CHECK_THAT(all.drafts[0].text->body, Catch::Contains("Hello there"));
}
