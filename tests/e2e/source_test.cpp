#include <filesystem>

#include <catch2/catch.hpp>

#include "tests/crawler/site/test_site.hpp"
#include "tests/e2e/tilth.hpp"

using e2e::Tilth;

namespace json = boost::json;

TEST_CASE("feeds on the web are a source, and only what changed is read again", "[e2e]") {
    Tilth tilth;
    test::TestSite site;
    const std::string begin = "<rss version=\"2.0\"><channel><title>T</title>";
    const std::string one = "<item><guid>1</guid><title>one</title></item>";
    auto serve = [&](const std::string& tag, const std::string& body) {
        site.on("/feed", [tag, body](const test::SiteRequest& request) {
            auto known = request.headers.find("if-none-match");
            if (known != request.headers.end() && known->second == tag)
                return test::SiteReply{304, {}, "", {}, false, false};
            return test::SiteReply{
                200, {"Content-Type: application/rss+xml", "ETag: " + tag}, body, {}, false, false};
        });
    };
    serve("\"a\"", begin + one + "</channel></rss>");
    auto add = [&](const std::string& name, const std::string& more) {
        return tilth(
            {"source",
             "add",
             tilth.home
                 .write(
                     name + ".toml",
                     "name = \"" + name + "\"\nkind = \"feed\"\nurls = [\"" + site.url("/feed") +
                         "\", \"" + site.url("/none") + "\"]\n" + more
                 )
                 .string()}
        );
    };
    CHECK(add("blogs", "allow_private = true\n").code == 0);
    CHECK(tilth.answer({"source", "check", "blogs"}).at("plan").as_array().size() == 2);
    auto first = tilth.answer({"source", "run", "blogs", "--wait"});
    CHECK(first.at("new").as_int64() == 1);
    CHECK(first.at("rejected").as_int64() == 1);  // there is no such feed
    auto again = tilth.answer({"source", "run", "blogs", "--wait"});
    CHECK(again.at("read").as_int64() == 1);  // only what is missing
    CHECK(again.at("rejected").as_int64() == 1);
    serve("\"b\"", begin + "<item><guid>2</guid><title>two</title></item></channel></rss>");
    CHECK(tilth.answer({"source", "run", "blogs", "--wait"}).at("new").as_int64() == 1);
    CHECK(
        tilth.lines({"records", "list", "--source", "blogs"}).size() == 2
    );  // what left the feed stays
    CHECK(add("inside", "").code == 0);
    CHECK(tilth.answer({"source", "run", "inside", "--wait"}).at("rejected").as_int64() == 2);
    CHECK(add("wrong", "url = \"x\"\n").code == 2);
}

TEST_CASE("a crawl that got nothing ends with exit 1 and says why", "[e2e]") {
    Tilth tilth;
    test::TestSite site;
    site.page("/", test::page_with_links("Front", {}));
    auto crawl = [&](const std::string& source, std::vector<std::string> more) {
        std::vector<std::string> words{
            "crawl", site.url(), "--source", source, "--delay", "0", "--sitemaps", "off"};
        words.insert(words.end(), more.begin(), more.end());
        return tilth(words);
    };
    auto state = [&](const std::string& source) {
        auto shown = tilth.answer({"source", "show", source});
        return std::string(shown.at("runs").at(0).at("state").as_string());
    };
    auto inside = crawl("s", {});
    CHECK(inside.code == 1);
    CHECK(inside.err.find("private address; use --allow-private") != std::string::npos);
    CHECK(state("s") == "failed");
    CHECK(crawl("s", {"--allow-private"}).code == 0);
    CHECK(state("s") == "done");
    site.on("/robots.txt", [](const test::SiteRequest&) {
        return test::SiteReply{
            .headers = {"Content-Type: text/plain"}, .body = "User-agent: *\nDisallow: /"};
    });
    auto forbidden = crawl("t", {"--allow-private", "--refresh-robots"});
    CHECK(forbidden.code == 1);
    CHECK(forbidden.err.find("robots.txt forbids it") != std::string::npos);
    CHECK(state("t") == "empty");
}

TEST_CASE("a dry run tells what a crawl would do, and makes no source", "[e2e]") {
    Tilth tilth;
    test::TestSite site;
    site.page("/", test::page_with_links("Front", {"/a", "/b", "http://elsewhere.test/"}));
    for (const char* path : {"/a", "/b"}) site.page(path, test::page_with_links(path, {}));
    auto crawl = [&](const std::string& revisit) {
        return std::vector<std::string>{
            "crawl",
            site.url(),
            "--source",
            "s",
            "--allow-private",
            "--delay",
            "0",
            "--sitemaps",
            "off",
            "--revisit",
            revisit};
    };
    auto plan = [&](const std::string& revisit) {
        auto words = crawl(revisit);
        words.push_back("--dry-run");
        return tilth.lines(words);
    };
    CHECK(plan("all").size() == 4);
    CHECK(site.count("/a") == 0);
    CHECK(tilth({"source", "show", "s"}).code == 1);
    CHECK(tilth.answer(crawl("6h..30d")).at("new") == 3);
    // What a source has counts: nothing is due.
    CHECK(
        plan("6h..30d") ==
        std::vector<std::string>{
            R"({"url":"http://elsewhere.test/","fetch":false,"reason":"scope","detail":""})"}
    );
    CHECK(plan("all").size() == 4);
}

TEST_CASE("a foreign database is a source whose password is never told", "[e2e]") {
    Tilth tilth;
    auto add = [&](const std::string& name, const std::string& more) {
        return tilth(
            {"source",
             "add",
             tilth.home
                 .write(
                     name + ".toml",
                     "name = \"" + name + "\"\nkind = \"database\"\ntable = \"t\"\n" + more
                 )
                 .string()}
        );
    };
    auto written_out = add("open", "url = \"postgresql://u:s3cret@h/x\"\n");
    CHECK(written_out.code == 2);
    CHECK(written_out.err.find("s3cret") == std::string::npos);
    auto secret = tilth.home.write("url", "postgresql://u:s3cret@127.0.0.1:1/x\n").string();
    CHECK(add("closed", "url = \"file:" + secret + "\"\n").code == 0);
    auto checked = json::serialize(tilth.answer({"source", "check", "closed"}).at("plan"));
    CHECK_THAT(checked, Catch::Contains("its primary key") && Catch::Contains(": there"));
    auto failed = tilth({"source", "run", "closed", "--wait"});
    CHECK(failed.code == 1);
    CHECK_THAT(failed.err, Catch::Contains("refused") && !Catch::Contains("s3cret"));
    CHECK(tilth({"source", "show", "closed"}).out.find("s3cret") == std::string::npos);
}

TEST_CASE("too large a share of rejects ends an ingest, and what was read is stored", "[e2e]") {
    Tilth tilth;
    std::string table = "id,n\n";
    for (int i = 0; i < 300; ++i) table += std::to_string(i) + (i % 3 == 0 ? "\n" : ",1\n");
    auto file = tilth.home.write("a.csv", table).string();
    auto failed = tilth({"ingest", file, "--source", "s", "--max-reject-share", "0.05"});
    CHECK(failed.code == 1);
    CHECK_THAT(
        failed.err,
        Catch::Contains("csv.too_few_fields") && Catch::Contains("tilth rejects list --source s")
    );
    CHECK(tilth.answer({"source", "show", "s"}).at("records").as_int64() == 200);
}

TEST_CASE("a folder is watched from run to run", "[e2e]") {
    Tilth tilth;
    std::filesystem::create_directories(tilth.home.path / "in");
    auto file = tilth.home.write("in/a.csv", "id,n\na1,1\na2,2\n");
    auto folder = file.parent_path().string();
    CHECK(
        tilth({"source", "add", "--kind", "folder", "--name", "w", "--set", "path=in"}).code == 2
    );
    auto path = "path=" + folder;
    CHECK(tilth({"source", "add", "--kind", "folder", "--name", "w", "--set", path}).code == 0);
    CHECK(tilth.answer({"source", "run", "w", "--wait"}).at("new").as_int64() == 2);
    CHECK(tilth.answer({"source", "run", "w", "--wait"}).at("read").as_int64() == 0);
    std::filesystem::remove(file);
    auto refused = tilth({"source", "run", "w", "--wait"});  // the disk may not be mounted
    CHECK(refused.code == 1);
    CHECK(refused.err.find("set allow_empty = true") != std::string::npos);
    CHECK(tilth({"source", "set", "w", "allow_empty", "true"}).code == 0);
    auto without = tilth.answer({"source", "run", "w", "--wait"});
    CHECK(json::serialize(without.at("notes")).find("2 records are gone") != std::string::npos);
    CHECK(tilth({"source", "set", "w", "names", "*.tsv"}).code == 0);
    CHECK(tilth({"source", "set", "w", "nmaes", "*.tsv"}).code == 2);
}

TEST_CASE("a source is edited, put away, brought back and deleted by commands", "[e2e]") {
    Tilth tilth;
    std::filesystem::create_directories(tilth.home.path / "in");
    tilth.home.write("in/a.csv", "id,n\na1,1\na2,2\n");
    auto path = (tilth.home.path / "in").string();
    auto describe = [&](const std::string& more) {
        return tilth.home
            .write("w.toml", "name = \"w\"\nkind = \"folder\"\npath = \"" + path + "\"\n" + more)
            .string();
    };
    REQUIRE(tilth({"source", "add", describe("")}).code == 0);
    REQUIRE(tilth.answer({"source", "run", "w", "--wait"}).at("new") == 2);
    CHECK(
        tilth.answer({"source", "edit", "w", describe("names = [\"*.csv\"]\n")}).at("version") == 2
    );
    CHECK(tilth({"source", "edit", "w", describe("nmaes = [\"*.csv\"]\n")}).code == 2);
    CHECK(tilth.answer({"source", "revert", "w", "1"}).at("version") == 3);
    CHECK(tilth.lines({"source", "settings", "w"}).size() == 3);

    CHECK(tilth.answer({"source", "archive", "w"}).at("state") == "archived");
    CHECK(tilth.lines({"source", "list"}).empty());
    CHECK(tilth.lines({"records", "list", "--source", "w"}).size() == 2);
    CHECK(tilth({"source", "run", "w", "--wait"}).code == 1);
    CHECK(tilth.answer({"source", "restore", "w"}).at("state") == "active");

    auto asked = tilth({"source", "delete", "w"});
    CHECK(asked.code == 2);
    CHECK_THAT(asked.err, Catch::Contains("--yes"));
    CHECK(json::parse(asked.out).at("records") == 2);
    CHECK(tilth.lines({"records", "list", "--source", "w"}).size() == 2);
    CHECK(tilth.answer({"source", "delete", "w", "--yes"}).at("deleted") == true);
    CHECK(tilth({"records", "list", "--source", "w"}).code == 1);
    CHECK(tilth({"source", "add", describe("")}).code == 0);
}

TEST_CASE("what a command says of a source is for its run, unless it is to be kept", "[e2e]") {
    Tilth tilth;
    auto one = tilth.home.write("one.csv", "id,n\na,1\n").string();
    auto two = tilth.home.write("two.csv", "id,n\nb,1\n").string();
    auto inputs = [&] {
        return json::serialize(tilth.answer({"source", "show", "s"}).at("spec").at("inputs"));
    };
    REQUIRE(tilth.answer({"ingest", one, "--source", "s"}).at("new") == 1);
    auto other = tilth.answer({"ingest", two, "--source", "s"});
    CHECK(other.at("new") == 1);
    CHECK_THAT(json::serialize(other.at("notes")), Catch::Contains("--save"));
    CHECK_THAT(inputs(), Catch::Contains("one.csv"));
    tilth.answer({"ingest", two, "--source", "s", "--save"});
    CHECK_THAT(inputs(), Catch::Contains("two.csv"));
}

TEST_CASE("a first ingest that fails leaves no source behind", "[e2e]") {
    Tilth tilth;
    CHECK(tilth({"ingest", (tilth.home.path / "none.csv").string(), "--source", "s"}).code != 0);
    CHECK(tilth({"source", "show", "s"}).code == 1);
    auto bad = tilth.home.write("bad.json", "[1, 2").string();
    tilth({"ingest", bad, "--source", "b", "--max-rejects", "1"});
    auto good = tilth.home.write("good.csv", "id,n\na,1\n").string();
    REQUIRE(tilth.answer({"ingest", good, "--source", "g"}).at("new") == 1);
    CHECK(tilth({"ingest", (tilth.home.path / "none.csv").string(), "--source", "g"}).code != 0);
    CHECK(tilth.answer({"source", "show", "g"}).at("records") == 1);  // what there was stays
}

TEST_CASE("saved pages become what a crawl of them would have stored", "[e2e]") {
    Tilth tilth;
    test::TestSite site;
    const std::string text =
        "<p>The ferry leaves the old harbour at seven in the morning, and it carries bread and a "
        "few people to the islands, whatever the weather says.</p>";
    auto page = [&](const std::string& head) {
        return "<!doctype html><html lang=en><title>The ferry</title>" + head + "<article>" + text +
               "</article></html>";
    };
    site.page("/", page("<meta name=author content='Ada Byron'>"));
    REQUIRE(
        tilth({"crawl", site.url(), "--source", "live", "--allow-private", "--delay", "0"}).code ==
        0
    );
    std::filesystem::create_directories(tilth.home.path / "pages/cats");
    tilth.home.write("pages/a.html", page("<meta name=author content='Ada Byron'>"));
    tilth.home.write("pages/cats/b.htm", page({}));
    tilth.home.write("pages/no.html", page("<meta name=robots content=noai>"));
    tilth.home.write("pages/none.html", "<!doctype html><title>App</title><div id=app></div>");
    auto folder = (tilth.home.path / "pages").string();
    auto first = tilth.answer({"ingest", folder, "--source", "saved", "--format", "html"});
    CHECK(first.at("new") == 2);
    CHECK(first.at("rejected") == 2);
    auto record = [&](const std::string& source, const std::string& key) {
        return tilth.answer({"records", "show", key, "--source", source});
    };
    auto live = record("live", site.url());
    auto saved = record("saved", "a.html");
    CHECK(saved.at("text") == live.at("text"));
    for (auto name : {"title", "byline", "page_type", "markdown", "content_type"}) {
        INFO(name);
        CHECK(saved.at("fields").at(name) == live.at("fields").at(name));
    }
    CHECK(record("saved", "cats/b.htm").at("fields").at("folder") == "cats");
    CHECK(tilth.answer({"ingest", folder, "--source", "saved"}).at("unchanged") == 2);
    auto kept = tilth.answer({"ingest", folder, "--source", "all", "--consent", "record"});
    CHECK(kept.at("new") == 3);
}

TEST_CASE("a damaged archive ends as failed, and what could be read is stored", "[e2e]") {
    Tilth tilth;
    auto record = [](const std::string& url) {
        const std::string block =
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>T</title><p>A page with "
            "some words on it.</p>";
        return "WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: " + url +
               "\r\nWARC-Date: 2024-05-06T07:08:09Z\r\nContent-Type: application/http; "
               "msgtype=response\r\nContent-Length: " +
               std::to_string(block.size()) + "\r\n\r\n" + block + "\r\n\r\n";
    };
    auto one = record("http://a.example/1"), two = record("http://a.example/2");
    auto state = [&](const std::string& source) {
        return tilth.answer({"source", "show", source}).at("runs").at(0).at("state");
    };
    auto cut = tilth.home.write("cut.warc", (one + two).substr(0, one.size() + 100)).string();
    auto ended = tilth({"ingest", cut, "--source", "cut"});
    CHECK(ended.code == 1);
    CHECK_THAT(ended.err, Catch::Contains("not read to the end"));
    CHECK(state("cut") == "failed");
    CHECK(tilth.answer({"source", "show", "cut"}).at("records") == 1);
    auto hole =
        tilth.home.write("hole.warc", one + std::string(300, '\x01') + "\r\n" + two).string();
    CHECK(tilth({"ingest", hole, "--source", "hole"}).code == 1);
    CHECK(state("hole") == "failed");
    CHECK(tilth.answer({"source", "show", "hole"}).at("records") == 2);
    auto whole = tilth.home.write("whole.warc", one + two).string();
    CHECK(tilth.answer({"ingest", whole, "--source", "whole"}).at("state") == "done");
}

TEST_CASE("a description whose kind is misspelt is told so", "[e2e]") {
    Tilth tilth;
    auto file =
        tilth.home.write("a.toml", "name = \"a\"\nkidn = \"feed\"\nurls = [\"http://a/\"]\n");
    auto refused = tilth({"source", "add", file.string()});
    CHECK(refused.code == 2);
    CHECK_THAT(refused.err, Catch::Contains("kidn") && Catch::Contains("did you mean 'kind'"));
}
