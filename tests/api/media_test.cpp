// Sounds, films, documents and pages of records over HTTP.
#include <catch2/catch.hpp>

#include "tests/api/support/client.hpp"
#include "tests/api/support/fixture.hpp"
#include "tests/support/media_files.hpp"
#include "tests/support/test_database.hpp"

using Catch::Contains;

namespace {

struct World {
    test::TestDatabase database;
    std::unique_ptr<test::Running> server;
    World() {
        test::make_media(*database);
        server = std::make_unique<test::Running>(*database);
    }
    test::Client labeler(const std::string& name) {
        test::Client client(server->port());
        client.bearer = api::bearer_token(*database, name, "labeler");
        return client;
    }
};

// Items of all tasks of a project, by key.
std::map<std::string, boost::json::value>
items(const test::Client& client, const std::string& project) {
    auto reply = client.send("POST", "/api/v1/projects/" + project + "/claim", {{"n", 20}});
    REQUIRE(reply.status == 200);
    std::map<std::string, boost::json::value> found;
    const auto body = reply.json();
    for (const auto& task : body.at("tasks").as_array())
        found[std::string(task.at("item").at("key").as_string())] = task.at("item");
    return found;
}

std::string url_of(const boost::json::value& item) {
    return std::string(item.at("media").at("url").as_string());
}

}  // namespace

TEST_CASE("a task says what there is to hear, to watch or to read", "[api][media]") {
    World world;
    auto seen = items(world.labeler("lena"), "sounds");
    REQUIRE(seen.size() == 4);
    const auto& sound = seen.at("call.wav").at("media");
    CHECK(sound.at("kind") == "audio");
    CHECK(sound.at("type") == "audio/wav");
    CHECK(sound.at("seconds").to_number<double>() == Approx(2));
    CHECK(sound.at("pages").is_null());
    const auto& film = seen.at("film.mp4").at("media");
    CHECK(film.at("kind") == "video");
    CHECK(film.at("width") == 640);
    const auto& document = seen.at("paper.pdf");
    CHECK(document.at("media").at("kind") == "pdf");
    CHECK(document.at("media").at("pages") == 2);
    CHECK_THAT(std::string(document.at("text").as_string()), Contains("On page two"));
    // A page is its text, unless the project asks for the page.
    CHECK(seen.at("page.html").at("media").is_null());
    auto pages = items(world.labeler("otto"), "pages-as-they-are");
    CHECK(pages.at("page.html").at("media").at("kind") == "html");
    CHECK(pages.at("page.html").at("text") == "");
}

TEST_CASE("media are for those to whom their task was handed", "[api][media]") {
    World world;
    auto lena = world.labeler("lena");
    auto otto = world.labeler("otto");
    auto url = url_of(items(lena, "sounds").at("call.wav"));
    auto whole = lena.get(url);
    CHECK(whole.status == 200);
    CHECK(whole.body == test::wav(2));
    CHECK(whole.headers["content-type"] == "audio/wav");
    CHECK(whole.headers["x-content-type-options"] == "nosniff");
    CHECK(whole.headers["accept-ranges"] == "bytes");
    CHECK(otto.get(url).status == 404);
    CHECK(test::Client(world.server->port()).get(url).status == 401);
    CHECK(lena.get(url, {"If-None-Match: " + whole.headers["etag"]}).status == 304);
}

TEST_CASE("a task's media are those of its version, as the project shows them", "[api][media]") {
    World world;
    auto lena = world.labeler("lena");
    auto url = url_of(items(lena, "sounds").at("call.wav"));
    CHECK_THAT(url, Contains("/media?version=1"));
    auto bare = url.substr(0, url.find('?'));
    // The record becomes another sound, which nobody was handed.
    test::change_media(*world.database, "call.wav", test::wav(1));
    CHECK(lena.get(url).body == test::wav(2));
    CHECK(lena.get(bare).body == test::wav(2));
    CHECK(lena.get(bare + "?version=2").status == 404);
    CHECK(lena.get(bare + "?version=x").status == 404);
    test::Client analyst(world.server->port());
    analyst.bearer = api::bearer_token(*world.database, "ana", "analyst");
    CHECK(analyst.get(bare).body == test::wav(1));
    CHECK(analyst.get(bare + "?version=1").body == test::wav(2));
    CHECK(analyst.get(bare + "?version=3").status == 404);
    // A page as it is, and what the project does not show.
    auto page = boost::json::value(items(lena, "sounds").at("page.html")).at("id");
    auto hidden = "/api/v1/records/" + std::string(page.as_string()) + "/media";
    CHECK(lena.get(hidden).status == 404);
    world.database.number(
        "WITH p AS (UPDATE label_project SET spec = jsonb_set(spec, '{show}', '[\"text\"]') "
        "WHERE name = 'sounds' RETURNING 1) SELECT count(*) FROM p"
    );
    CHECK(lena.get(url).status == 404);
    CHECK(analyst.get(bare).status == 200);
}

TEST_CASE("who reviews or owns a project sees a record as it was handed out", "[api][media]") {
    World world;
    auto lena = world.labeler("lena");
    auto url = url_of(items(lena, "sounds").at("call.wav"));
    auto bare = url.substr(0, url.find('?'));
    test::Client opal(world.server->port());
    opal.bearer = api::bearer_token(*world.database, "opal", "operator");
    auto rae = world.labeler("rae"), ola = world.labeler("ola");
    auto member = [&](const char* who, const char* role) {
        auto path = "/api/v1/projects/sounds/members/" + std::string(who);
        return opal.send("PUT", path, {{"role", role}}).status;
    };
    REQUIRE(member("lena", "labeler") == 200);
    REQUIRE(member("rae", "reviewer") == 200);
    REQUIRE(member("ola", "owner") == 200);
    test::change_media(*world.database, "call.wav", test::wav(1));
    for (const auto* who : {&rae, &ola}) {
        CHECK(who->get(url).body == test::wav(2));
        CHECK(who->get(bare).body == test::wav(2));
        CHECK(who->get(bare + "?version=2").status == 404);
    }
    world.database.number(
        "WITH p AS (UPDATE label_project SET spec = jsonb_set(spec, '{show}', '[\"text\"]') "
        "WHERE name = 'sounds' RETURNING 1) SELECT count(*) FROM p"
    );
    for (const auto* who : {&rae, &ola}) CHECK(who->get(url).status == 404);
    CHECK(opal.get(url).status == 200);
}

TEST_CASE("a part of a sound is sent by its range", "[api][media]") {
    World world;
    auto lena = world.labeler("lena");
    auto url = url_of(items(lena, "sounds").at("call.wav"));
    auto all = test::wav(2);
    auto size = std::to_string(all.size());
    auto part = [&](const std::string& range, std::vector<std::string> more = {}) {
        more.push_back("Range: " + range);
        return lena.get(url, more);
    };
    auto first = part("bytes=0-99");
    CHECK(first.status == 206);
    CHECK(first.headers["content-range"] == "bytes 0-99/" + size);
    CHECK(first.body == all.substr(0, 100));
    CHECK(part("bytes=100-").body == all.substr(100));
    CHECK(part("bytes=-7").body == all.substr(all.size() - 7));
    CHECK(
        part("bytes=5-9999999").headers["content-range"] ==
        "bytes 5-" + std::to_string(all.size() - 1) + "/" + size
    );
    auto none = part("bytes=9999999-");
    CHECK(none.status == 416);
    CHECK(none.headers["content-range"] == "bytes */" + size);
    // Of other content, or in other units, it is the whole.
    CHECK(part("bytes=0-99", {"If-Range: \"other\""}).status == 200);
    CHECK(part("bytes=0-99", {"If-Range: " + first.headers["etag"]}).status == 206);
    CHECK(part("seconds=0-1").status == 200);
}

TEST_CASE("a part is short for an element that plays, and whole for others", "[api][media]") {
    World world;
    auto lena = world.labeler("lena");
    auto url = url_of(items(lena, "long").at("long.wav"));
    auto part = lena.get(url, {"Range: bytes=44-", "Sec-Fetch-Dest: audio"});
    CHECK(part.status == 206);
    CHECK(part.body.size() == 4U << 20U);
    CHECK_THAT(part.headers["content-range"], Contains("bytes 44-4194347/"));
    // A worker of the page asks for it, or the page came over plain HTTP: there is no such header.
    const std::string browser = "User-Agent: Mozilla/5.0 (X11; Linux x86_64)";
    CHECK(lena.get(url, {"Range: bytes=44-", browser}).body.size() == 4U << 20U);
    auto again = lena.get(url, {"Range: bytes=44-", browser, "If-Range: " + part.headers["etag"]});
    CHECK(again.status == 206);
    CHECK(again.body.size() > 4U << 20U);
    // A download that broke off is taken up so.
    auto size = lena.get(url).body.size();
    REQUIRE(size - 44 > 4U << 20U);
    auto rest = lena.get(url, {"Range: bytes=44-"});
    CHECK(rest.body.size() == size - 44);
    auto closed = lena.get(url, {"Range: bytes=1-" + std::to_string(size - 2)});
    CHECK(closed.body.size() == size - 2);
}

TEST_CASE("a page can do nothing in the labeler's origin", "[api][media]") {
    World world;
    auto lena = world.labeler("lena");
    auto page = lena.get(url_of(items(lena, "pages-as-they-are").at("page.html")));
    CHECK(page.status == 200);
    CHECK(page.headers["content-type"] == "text/html; charset=utf-8");
    CHECK_THAT(page.body, Contains("<script>") && Contains("caf\xc3\xa9"));  // it came as Latin-1
    const auto& policy = page.headers["content-security-policy"];
    CHECK_THAT(
        policy,
        Contains("default-src 'none'") && Contains("sandbox;") && Contains("frame-ancestors 'self'")
    );
    CHECK_THAT(policy, !Contains("script-src") && !Contains("allow-"));
    CHECK(page.headers["x-frame-options"] == "SAMEORIGIN");
    CHECK(page.headers["x-content-type-options"] == "nosniff");
    auto document = lena.get(url_of(items(lena, "sounds").at("paper.pdf")));
    CHECK(document.headers["content-type"] == "application/pdf");
    CHECK_THAT(
        document.headers["content-security-policy"],
        Contains("default-src 'none'") && !Contains("script-src")
    );
}

TEST_CASE("ranges of time are answered and held to the length of the record", "[api][media]") {
    World world;
    auto lena = world.labeler("lena");
    auto reply = lena.send("POST", "/api/v1/projects/sounds/claim", {{"n", 20}});
    const auto body = reply.json();
    for (const auto& task : body.at("tasks").as_array()) {
        if (task.at("item").at("key") != "call.wav") continue;
        auto submit = "/api/v1/tasks/" + std::to_string(task.at("id").as_int64()) + "/submit";
        auto range = [](double from, double to) {
            return boost::json::array{boost::json::object{
                {"from", from}, {"to", to}, {"label", "speech"}, {"text", "hello"}}};
        };
        auto beyond =
            lena.send("POST", submit, {{"lease", task.at("lease")}, {"value", range(1, 30)}});
        CHECK(beyond.status == 422);
        CHECK_THAT(beyond.body, Contains("the record ends at 2"));
        CHECK(
            lena.send(
                    "POST", submit, {{"lease", task.at("lease")}, {"value", range(0.5, 1.5)}}
            ).status == 200
        );
    }
    CHECK(
        world.database.number("SELECT count(*) FROM annotation WHERE value->0->>'text' = 'hello'"
        ) == 1
    );
}
