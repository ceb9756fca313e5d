#pragma once

#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "crawler/archive/warc_replay.hpp"
#include "crawler/archive/warc_writer.hpp"
#include "crawler/frontier/page_record_store.hpp"
#include "crawler/scrape/item_record.hpp"
#include "schema/records/purge_store.hpp"
#include "tests/crawler/site/world.hpp"

namespace shop {

using namespace std::chrono_literals;
using test::page_with_links;
using test::SiteReply;
using test::SiteRequest;
using test::World;

inline const char* const shop_rules = R"(
follow = [".next a"]
[[page]]
pages = "/list"
follow = [".next a"]
[page.items]
css = ".p"
key = "sku"
[page.items.fields.sku]
attr = "data-sku"
[page.items.fields.name]
css = "h2"
required = true
[page.items.fields.price]
css = "b"
type = "number"
)";

inline std::shared_ptr<const crawler::Rules> rules_of(const std::string& toml) {
    return std::make_shared<const crawler::Rules>(crawler::Rules::parse(toml, "rules.toml"));
}

inline crawler::CrawlOptions
with_rules(World& world, const std::string& seed, const std::string& toml) {
    auto options = world.options(seed);
    options.rules = rules_of(toml);
    options.media = options.rules->media();
    options.rules_version = options.rules->sha256();
    return options;
}

inline std::string item(const std::string& sku, const std::string& name, const std::string& price) {
    return "<li class=p data-sku=" + sku + "><h2>" + name + "</h2><b>" + price + "</b></li>\n";
}

// Three pages of items, the last of which has one without a name.
inline void plant_shop(test::TestSite& site) {
    site.page(
        "/list",
        "<title>1</title><ul>" + item("a", "Alpha", "1,50") + item("b", "Beta", "2") +
            "</ul><p class=next><a href=/list?page=2>next</a></p><a href=/about>x</a>"
    );
    site.page(
        "/list?page=2",
        "<title>2</title><ul>" + item("c", "Gamma", "sold out") +
            "</ul><p class=next><a href=/list?page=3>next</a></p>"
    );
    site.page(
        "/list?page=3",
        "<title>3</title><ul>" + item("d", "", "4") + item("e", "Eta", "5") + "</ul>"
    );
    site.page("/about", page_with_links("About", {}));
}

inline std::string text(World& world, const std::string& query) {
    return world.database->call([&](base::Tx& tx) {
        auto rows = tx.exec(query);
        return rows.empty() || rows[0][0].is_null() ? std::string("nothing")
                                                    : rows[0][0].as<std::string>();
    });
}

// A grey image as portable pixmap, and what decodes such.
inline std::string picture(int width, int height, char shade) {
    return "P5 " + std::to_string(width) + " " + std::to_string(height) + " 255\n" +
           std::string(static_cast<std::size_t>(width * height), shade);
}

inline std::variant<formats::Image, std::string> examine(std::string_view bytes) {
    std::istringstream head{std::string(bytes.substr(0, 40))};
    std::string magic;
    formats::Image image;
    if (!(head >> magic >> image.width >> image.height) || magic != "P5") return "no pixmap";
    image.channels = 1;
    image.format = "pnm";
    image.phash = static_cast<unsigned char>(bytes.back());
    return image;
}

inline SiteReply reply(const std::string& type, const std::string& body) {
    SiteReply made;
    made.headers = {"Content-Type: " + type};
    made.body = body;
    return made;
}

inline void serve(test::TestSite& site, const std::string& path, const SiteReply& made) {
    site.on(path, [made](const SiteRequest&) { return made; });
}

inline bool sums_agree(World& world) {
    return world.database.number(
               "SELECT count(*) FROM source_run_count WHERE read <> added + changed + unchanged + "
               "rejected"
           ) == 0;
}

}  // namespace shop
