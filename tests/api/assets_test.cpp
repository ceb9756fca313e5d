#include "api/server/assets.hpp"

#include <filesystem>
#include <fstream>

#include <unistd.h>
#include <catch2/catch.hpp>

namespace {

namespace fs = std::filesystem;

struct Folder {
    fs::path path = fs::temp_directory_path() / ("tilth-assets-" + std::to_string(getpid()));
    Folder() {
        fs::create_directories(path / "assets");
        write("index.html", "<!doctype html><title>page</title>" + std::string(500, ' '));
        write("assets/app-1a2b.js", std::string(5000, 'x'));
    }
    ~Folder() { fs::remove_all(path); }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(path / name) << text;
    }
};

api::Request
get(const std::string& path, std::vector<std::pair<std::string, std::string>> headers = {}) {
    api::Request request;
    request.path = path;
    request.headers = std::move(headers);
    return request;
}

std::string value(const api::Response& response, const std::string& name) {
    for (const auto& [key, text] : response.headers)
        if (key == name) return text;
    return {};
}

}  // namespace

TEST_CASE("hashed files are kept for a year, pages are asked for anew", "[api][assets]") {
    Folder folder;
    api::Assets assets(folder.path.string());
    auto script = assets.get(get("/assets/app-1a2b.js"));
    CHECK(script.status == 200);
    CHECK(script.media_type == "text/javascript; charset=utf-8");
    CHECK_THAT(value(script, "Cache-Control"), Catch::Contains("immutable"));
    CHECK(script.bytes().size() == 5000);

    auto page = assets.get(get("/projects/some%20name"));
    CHECK(page.status == 200);
    CHECK(page.media_type == "text/html; charset=utf-8");
    CHECK(value(page, "Cache-Control") == "no-cache");
    for (auto path : {"/records/1.80d4de6af8c88615", "/sources/shop.csv/records/a.png", "/"})
        CHECK(assets.get(get(path)).status == 200);
    CHECK(assets.get(get("/favicon.ico")).status == 404);
    auto again = assets.get(get("/", {{"if-none-match", value(page, "ETag")}}));
    CHECK(again.status == 304);
    CHECK(again.bytes().empty());
}

TEST_CASE("files go compressed to those who accept it", "[api][assets]") {
    Folder folder;
    api::Assets assets(folder.path.string());
    auto packed = assets.get(get("/assets/app-1a2b.js", {{"accept-encoding", "br, gzip"}}));
    CHECK(value(packed, "Content-Encoding") == "gzip");
    CHECK(packed.bytes().size() < 200);
    CHECK(value(packed, "Vary") == "Accept-Encoding");
}

TEST_CASE("nothing outside the folder can be asked for", "[api][assets]") {
    Folder folder;
    api::Assets assets(folder.path.string());
    for (auto path :
         {"/../etc/passwd.txt",
          "/assets/../../x.js",
          "/assets/missing.js",
          "/%2e%2e/x.js",
          "/.git/config.txt"})
        CHECK(assets.get(get(path)).status == 404);
}

TEST_CASE("a missing folder gives a page that says how to build one", "[api][assets]") {
    api::Assets assets("/nowhere");
    auto page = assets.get(get("/"));
    CHECK(page.status == 200);
    CHECK_THAT(std::string(page.bytes()), Catch::Contains("--target web"));
}

TEST_CASE(
    "every answer is told not to be sniffed, framed or scripted from elsewhere",
    "[api][assets]"
) {
    api::Response page;
    api::secure(page, false);
    CHECK(value(page, "X-Content-Type-Options") == "nosniff");
    auto policy = value(page, "Content-Security-Policy");
    CHECK_THAT(policy, Catch::Contains("default-src 'none'"));
    CHECK_THAT(policy, Catch::Contains("frame-ancestors 'none'"));
    CHECK_THAT(policy, !Catch::Contains("unsafe"));

    api::Response kept;
    kept.set("cache-control", "private");
    api::secure(kept, true);
    CHECK(value(kept, "cache-control") == "private");
    CHECK(value(kept, "Cache-Control").empty());
    CHECK_THAT(value(kept, "Content-Security-Policy"), Catch::Contains("sandbox"));
}
