// Pushed pictures, sounds, films and documents.
#include <map>

#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "formats/dataset/cell.hpp"
#include "ingest/sources/push/form.hpp"
#include "ingest/sources/push/push_store.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/sources/source_store.hpp"
#include "tests/ingest/files.hpp"
#include "tests/ingest/pictures.hpp"
#include "tests/support/media_files.hpp"
#include "tests/support/test_database.hpp"

namespace {

const std::string form_type = "multipart/form-data; boundary=\"a b\"";

std::string part(const std::string& head, const std::string& body) {
    return "--a b\r\nContent-Disposition: form-data; " + head + "\r\n\r\n" + body + "\r\n";
}

struct HookWorld {
    test::TestDatabase database;
    test::DataFolder folder;
    schema::Blobs blobs{folder.path("blobs")};
    schema::Source source;
    std::chrono::system_clock::time_point now = std::chrono::system_clock::now();

    HookWorld() {
        source = *database->call([&](base::Tx& tx) {
            return schema::add_source(tx, {0, "hook", "push", "{}", "", "active"}, now);
        });
    }
    schema::Counts push(
        const std::string& id,
        const std::string& type,
        const std::string& body,
        const ingest::Rules& rules = {}
    ) {
        return database
            ->call([&](base::Tx& tx) {
                return ingest::store_push(tx, blobs, source, rules, {id, type, body}, now);
            })
            .counts;
    }
    std::int64_t rejects(const std::string& code) {
        return database.number("SELECT count(*) FROM reject WHERE code = '" + code + "'");
    }
};

constexpr schema::Counts one_new{1, 1, 0, 0, 0}, one_rejected{1, 0, 0, 0, 1};

}  // namespace

TEST_CASE("media are pushed as they are, in JSON and in forms", "[ingest][push][media]") {
    HookWorld world;
    CHECK(world.push("a", "audio/wav", test::wav(1.5)) == one_new);
    CHECK(world.push("b", "Image/PNG; x=y", test::small_png()) == one_new);
    CHECK(world.push("c", "application/pdf", test::pdf({"Hello there"})) == one_new);
    CHECK(world.push("d", "audio/wav", test::webm(2, 64, 48)) == one_new);  // it is a film
    CHECK(world.push("e", "audio/wav", "words") == one_rejected);
    CHECK(world.push("f", "image/png", "x") == one_rejected);
    ingest::Rules rules;
    rules.key = {"id"};
    rules.media = {"recording"};
    const auto uri = formats::data_uri(test::wav(2), "audio/wav");
    const auto base64 = uri.substr(uri.find(',') + 1);
    CHECK(world.push("g", "application/json", R"({"id":"g","x":")" + uri + R"("})") == one_new);
    CHECK(
        world.push(
            "h", "application/json", R"({"id":"h","recording":")" + base64 + R"("})", rules
        ) == one_new
    );
    const auto form = part("name=\"id\"", "i") +
                      part("filename=\"x.wav\"; name=recording", test::wav(3)) +
                      part("name=empty", "") + "--a b--\r\n";
    CHECK(world.push("i", form_type, form, rules) == one_new);
    CHECK(
        world.database.number(
            "SELECT count(*) FROM content_media m JOIN record_version v USING (rk, source_id, key, "
            "version) WHERE v.blob_sha256 IS NOT NULL AND v.media_type = m.type AND kind || ' ' || "
            "coalesce(seconds, pages) IN ('audio 1.5', 'video 2', 'pdf 1', 'audio 2', 'audio 3')"
        ) == 6
    );
    CHECK(world.database.number("SELECT count(*) FROM content_media WHERE seconds = 2") == 3);
    CHECK(world.database.number("SELECT count(*) FROM content_image") == 1);
    CHECK(
        world.database.number(
            R"(SELECT count(*) FROM record_version WHERE key = 'i' AND payload = '{"id": "i", "empty": ""}')"
        ) == 1
    );
    CHECK(world.rejects("media.broken") == 1);
    CHECK(world.rejects("image.broken") == 1);
}

TEST_CASE("what is wrong with a form is a reject with its bytes", "[ingest][push][media]") {
    HookWorld world;
    const auto end = std::string("--a b--");
    const std::vector<std::pair<std::string, std::string>> bad{
        {"push.form", ""},
        {"push.form", "--a b--no"},
        {"push.form", "--a b\r\nno head\r\n\r\nx\r\n" + end},
        {"push.form", "--a b\r\nContent-Type: text/plain\r\n\r\nx\r\n" + end},
        {"push.form", part("name=a", "1")},
        {"push.form", part("name=a", "1") + part("name=a", "2") + end},
        {"text.nul", part("name=a", std::string("x\0y", 3)) + end},
        {"text.encoding", part("name=a", "\xff") + end},
        {"media.unknown", part("name=a; filename=a.txt", "words") + end},
        {"media.broken", part("name=a; filename=a.wav", "words") + end},
        {"media.unknown", part("name=a; filename=a", "") + end},
        {"pdf.password", part("name=a; filename=a", test::pdf({"Secret"}, true)) + end},
    };
    std::map<std::string, std::int64_t> wanted;
    for (std::size_t i = 0; i < bad.size(); ++i) {
        CAPTURE(i);
        ++wanted[bad[i].first];
        CHECK(world.push(std::to_string(i), form_type, bad[i].second) == one_rejected);
        CHECK(world.rejects(bad[i].first) == wanted[bad[i].first]);
    }
    CHECK(world.push("x", "multipart/form-data", "--x--") == one_rejected);
    CHECK(world.database.number("SELECT count(*) FROM record") == 0);
}

TEST_CASE("parts of a form are what stands between its boundaries", "[ingest][push][media]") {
    const auto body = "before\r\n" + part("name=\"a;b=\\\"c\"", "\r\n--a\r\n") +
                      part("NAME=x ; FileName=\"d.wav\"\r\ncontent-type: audio/wav", "") +
                      "--a b--after";
    const auto read = ingest::read_form(form_type, body);
    REQUIRE(std::holds_alternative<std::vector<ingest::FormPart>>(read));
    const auto& parts = std::get<std::vector<ingest::FormPart>>(read);
    REQUIRE(parts.size() == 2);
    CHECK(parts[0].name == "a;b=\"c");
    CHECK(parts[0].body == "\r\n--a\r\n");
    CHECK(parts[0].file_name.empty());
    CHECK(parts[1].name == "x");
    CHECK(parts[1].file_name == "d.wav");
    CHECK(parts[1].media_type == "audio/wav");
    CHECK(parts[1].body.empty());
}
