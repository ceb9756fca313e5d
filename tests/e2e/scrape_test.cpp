// Scraping with the real program: items, images decoded by libvips, fixtures, rejects that are read
// again.
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "tests/crawler/site/test_site.hpp"
#include "tests/e2e/tilth.hpp"
#include "tests/ingest/pictures.hpp"

using e2e::Tilth;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

const char* const rules = R"(
[images]
min_width = 10
[items]
css = ".p"
key = "sku"
[items.fields.sku]
attr = "data-sku"
[items.fields.price]
css = "b"
type = "number"
required = true
)";

const std::string dot(
    "GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02"
    "D\x01\0;",
    35
);

std::string write(const Tilth& tilth, const std::string& name, const std::string& text) {
    auto path = tilth.home.path / name;
    std::ofstream(path) << text;
    return path.string();
}

}  // namespace

TEST_CASE("a shop is scraped, its fixtures hold, and its rejects come back", "[e2e]") {
    test::TestSite site;
    site.page(
        "/",
        "<ul><li class=p data-sku=a><b>1.234,50 €</b></li><li class=p "
        "data-sku=b><b>sold</b><s>3</s></li></ul>"
        "<img src=/big.png alt=Big><img src=/small.gif>"
    );
    auto image = [&](const std::string& path, const std::string& type, const std::string& bytes) {
        site.on(path, [type, bytes](const test::SiteRequest&) {
            test::SiteReply reply;
            reply.headers = {"Content-Type: " + type};
            reply.body = bytes;
            return reply;
        });
    };
    image("/big.png", "image/png", test::small_png());
    image("/small.gif", "image/gif", dot);
    Tilth tilth;
    auto file = write(tilth, "rules.toml", rules);
    auto fixtures = (tilth.home.path / "fixtures").string();
    auto crawl = tilth.answer(
        {"crawl",
         site.url("/"),
         "--source",
         "shop",
         "--allow-private",
         "--delay",
         "0",
         "--sitemaps",
         "off",
         "--extract",
         file,
         "--record",
         fixtures,
         "--warc",
         (tilth.home.path / "warc").string()}
    );
    CHECK(crawl["new"] == 2);  // a and the big image
    CHECK(crawl["rejected"] == 1);
    auto shown = tilth.answer({"records", "show", "--source", "shop", "a"});
    CHECK(shown["payload"].at("price").to_number<double>() == 1234.5);
    auto big = tilth.answer({"records", "show", "--source", "shop", site.url("/big.png")});
    CHECK(big["payload"].at("alt") == "Big");
    CHECK(big["payload"].at("width") == 16);
    auto left_out = tilth.lines({"source", "urls", "shop", "--reason", "too_small"});
    CHECK(left_out.size() == 1);

    CHECK(tilth({"inspect", "scrape", "--rules", file, "--fixtures", fixtures}).code == 0);
    auto other = std::string(rules);
    other.replace(other.find("\"b\""), 3, "\"b:not(:contains(sold)), s\"");
    auto changed = write(tilth, "other.toml", other);
    auto differ = tilth({"inspect", "scrape", "--rules", changed, "--fixtures", fixtures});
    CHECK(differ.code == 1);
    CHECK(differ.out.find("items[1].fields.price") != std::string::npos);
    CHECK(
        tilth({"inspect", "scrape", "--rules", changed, "--fixtures", fixtures, "--update"}).code ==
        0
    );
    CHECK(tilth({"inspect", "scrape", "--rules", changed, "--fixtures", fixtures}).code == 0);

    auto still = tilth.answer({"rejects", "replay", "--source", "shop"});
    CHECK(still["rejected"] == 1);
    auto replayed = tilth.answer({"rejects", "replay", "--source", "shop", "--map", changed});
    CHECK(replayed["new"] == 1);
    CHECK(replayed["rejected"] == 0);
    CHECK(tilth.lines({"rejects", "list", "--source", "shop", "--state", "open"}).empty());

    auto archive = fs::directory_iterator(tilth.home.path / "warc")->path().string();
    auto copy = tilth.answer({"ingest", archive, "--source", "copy", "--map", changed});
    CHECK(copy["new"] == 3);
}
