#include "crawler/scrape/rules.hpp"

#include <cmath>
#include <thread>

#include <catch2/catch.hpp>

#include <boost/json.hpp>

#include "crawler/scrape/fixture.hpp"

using namespace crawler;
using namespace formats;
namespace json = boost::json;

namespace {

const std::string shop_url = "https://shop.example/list?page=1";

Rules rules_of(const std::string& toml) {
    return Rules::parse(toml, "r.toml");
}

json::object extract(const std::string& toml, const std::string& html) {
    return scrape_html(rules_of(toml), html, *parse_url(shop_url));
}

json::object fields(const std::string& toml, const std::string& html) {
    return extract(toml, html).at("fields").as_object();
}

const std::string shop = R"(<!doctype html><html lang=de><title>Shop</title>
<nav>menu</nav>
<ul id=list>
 <li class=p data-sku=A1><h2>Alpha</h2><b class=price>1.234,50 €</b><a href="/a?x=1#top">more</a>
   <span class=by><i>Ann</i> <a href="/ann">page</a></span><em>red</em><em>blue</em></li>
 <li class=p data-sku=B2><h2>Beta</h2><b class=price>ausverkauft</b></li>
 <li class=p><h2>Gamma</h2><b class=price>7</b></li>
</ul>
<p class=next><a href="/list?page=2">next</a></p><a href="/about">about</a></html>)";

const std::string items = R"(
follow = [".next a"]
[items]
css = "#list > .p"
key = "sku"
[items.fields.sku]
attr = "data-sku"
[items.fields.name]
css = "h2"
[items.fields.price]
css = ".price"
type = "number"
[items.fields.url]
css = "a"
type = "url"
[items.fields.colours]
xpath = ".//em"
many = true
[items.fields.author]
css = ".by"
[items.fields.author.fields.name]
css = "i"
[items.fields.author.fields.home]
css = "a"
type = "url"
)";

}  // namespace

TEST_CASE("fields of a page are taken by CSS and XPath", "[crawler][rules]") {
    auto found = fields(
        R"(
[fields.price]
css = ".price"
type = "number"
[fields.names]
css = "h2"
many = true
[fields.last]
xpath = "//h2"
index = -1
[fields.count]
xpath = 'count(//li)'
type = "integer"
[fields.links]
xpath = "//a/@href"
many = true
[fields.missing]
css = "table"
[fields.first_of]
css = ["table", "h2"]
[fields.html]
css = ".by"
type = "html"
)",
        shop
    );
    CHECK(found["price"] == 1234.5);
    CHECK(found["names"] == json::array{"Alpha", "Beta", "Gamma"});
    CHECK(found["last"] == "Gamma");
    CHECK(found["count"] == 3);
    CHECK(found["links"].as_array().size() == 4);
    CHECK(found["missing"].is_null());
    CHECK(found["first_of"] == "Alpha");
    CHECK(found["html"].as_string().find("<i>Ann</i>") != json::string::npos);
}

TEST_CASE("values have types, defaults, patterns and pointers", "[crawler][rules]") {
    const std::string page =
        R"(<html lang=en><p id=a>Stock: 12 pieces</p><p id=b>yes</p><p id=c>In stock</p>
<time datetime="2024-02-29T10:00:00Z">a while ago</time><p id=d>9.5</p><p id=e>8.0</p>
<script type="application/ld+json">{"offers":[{"price":"12,50"}],"name":"X"}</script>
<meta name=generator content="./made"></html>)";
    auto found = fields(
        R"(
[fields.stock]
css = "#a"
regex = "(\\d+) pieces"
type = "integer"
[fields.flag]
css = "#b"
type = "boolean"
[fields.available]
css = "#c"
type = "boolean"
true = "(?i)in stock"
[fields.sold]
css = "#c"
type = "boolean"
true = "sold"
[fields.at]
css = "time"
type = "datetime"
[fields.day]
css = "time"
type = "date"
[fields.half]
css = "#d"
type = "integer"
[fields.whole]
css = "#e"
type = "integer"
[fields.price]
css = "script"
pointer = "/offers/0/price"
type = "number"
[fields.data]
css = "script"
type = "json"
[fields.broken]
css = "#a"
type = "json"
[fields.made]
css = "meta"
type = "url"
[fields.old]
css = ".old"
default = 5
[fields.none]
css = "#zz"
type = "exists"
[fields.some]
css = "#a"
type = "exists"
[fields.all]
css = "p"
many = true
join = " | "
)",
        page
    );
    CHECK(found["stock"] == 12);
    CHECK(found["flag"] == true);
    CHECK(found["available"] == true);
    CHECK(found["sold"] == false);
    CHECK(found["at"] == "2024-02-29T10:00:00Z");
    CHECK(found["day"] == "2024-02-29");
    CHECK(found["half"].is_null());
    CHECK(found["whole"] == 8);
    CHECK(found["price"] == 12.5);
    CHECK(found["data"].at("name") == "X");
    CHECK(found["broken"].is_null());
    CHECK(found["made"] == "https://shop.example/made");
    CHECK(found["old"] == 5);
    CHECK(found["none"] == false);
    CHECK(found["some"] == true);
    CHECK(found["all"] == "Stock: 12 pieces | yes | In stock | 9.5 | 8.0");
}

TEST_CASE(
    "items of a page have fields of their own, objects and lists in them",
    "[crawler][rules]"
) {
    auto found = extract(items, shop);
    CHECK_FALSE(found.contains("fields"));
    const auto& list = found["items"].as_array();
    REQUIRE(list.size() == 3);
    CHECK(list[0].at("key") == "A1");
    const auto& first = list[0].at("fields");
    CHECK(first.at("price") == 1234.5);
    CHECK(first.at("url") == "https://shop.example/a?x=1#top");
    CHECK(first.at("colours") == json::array{"red", "blue"});
    CHECK(first.at("author").at("name") == "Ann");
    CHECK(first.at("author").at("home") == "https://shop.example/ann");
    CHECK(list[1].at("fields").at("price").is_null());
    CHECK(list[1].at("fields").at("author").is_null());
    CHECK(list[2].at("reject").at("code") == "key.missing");
    CHECK(found["follow"] == json::array{"https://shop.example/list?page=2"});

    auto authors = fields(
        "[fields.rows]\ncss = '.p'\nmany = true\n[fields.rows.fields.name]\ncss = 'h2'\n", shop
    );
    CHECK(authors["rows"].as_array().size() == 3);
    CHECK(authors["rows"].as_array()[2].at("name") == "Gamma");
}

TEST_CASE("what is required and lacks makes a reject of the page or the item", "[crawler][rules]") {
    auto page = extract("[fields.x]\ncss = '.x'\nrequired = true\n", shop);
    CHECK(page["reject"].at("code") == "field.missing");
    CHECK(page["reject"].at("column") == "x");
    auto list = extract(
        "[items]\ncss = '.p'\n[items.fields.price]\ncss = '.price'\ntype = 'number'\nrequired = "
        "true\n",
        shop
    );
    CHECK_FALSE(list["items"].as_array()[0].as_object().contains("reject"));
    CHECK(list["items"].as_array()[1].at("reject").at("column") == "price");
}

TEST_CASE("the same item twice is one, two items of one key are a reject", "[crawler][rules]") {
    const std::string rules =
        "[items]\ncss = 'p'\nkey = 'k'\n[items.fields.k]\nattr = 'id'\n"
        "[items.fields.t]\n";
    auto found = extract(rules, "<p id=a>one<p id=a>one<p id=a>two<p id=b>one");
    const auto& list = found["items"].as_array();
    REQUIRE(list.size() == 3);
    CHECK(list[1].at("reject").at("code") == "key.duplicate");
    CHECK(list[2].at("key") == "b");
}

TEST_CASE("numbers, flags, times and categories of fields become columns", "[crawler][rules]") {
    auto rules = rules_of(R"(
[fields.when]
css = "time"
type = "date"
[items]
css = "p"
[items.fields.cost]
css = "b"
type = "number"
unit = "EUR"
[items.fields.kind]
css = "i"
category = true
[items.fields.new]
css = "u"
type = "exists"
[items.fields.tags]
css = "s"
type = "number"
many = true
)");
    const auto& columns = rules.columns();
    REQUIRE(columns.size() == 4);
    CHECK(columns[0] == schema::Column{"when", schema::Column::Type::time, ""});
    CHECK(columns[1] == schema::Column{"cost", schema::Column::Type::number, "EUR"});
    CHECK(columns[2].type == schema::Column::Type::category);
    CHECK(columns[3].type == schema::Column::Type::flag);
    auto document = Document::parse("<p><b>2,50</b><i>x</i><u></u></p><p></p>");
    auto scrape = rules.scrape(document, shop_url, *parse_url(shop_url));
    REQUIRE(scrape->items.size() == 2);
    const auto& first = scrape->items[0].scraped;
    CHECK(first.numbers[1] == 2.5);
    CHECK(first.numbers[3] == 1);
    CHECK(std::isnan(first.numbers[0]));
    CHECK(first.categories == std::vector<std::pair<std::size_t, std::string>>{{2, "x"}});
    CHECK(std::isnan(scrape->items[1].scraped.numbers[1]));
    CHECK_THROWS_WITH(
        rules_of(
            "[fields.a]\ncss = 'p'\ntype = 'number'\n[items]\ncss = 'p'\n[items.fields.a]\ntype = "
            "'boolean'\n"
        ),
        Catch::Contains("two types")
    );
}

TEST_CASE("several sets of rules each have their pages", "[crawler][rules]") {
    auto rules = rules_of(R"(
others = false
[[page]]
pages = "/list"
follow = [".next"]
follow_only = true
[page.items]
css = ".p"
[page.items.fields.name]
css = "h2"
[[page]]
pages = "/item/\\d+$"
[page.fields.name]
css = "h1"
)");
    auto apply = [&](const std::string& url) {
        auto document = Document::parse(shop);
        return rules.scrape(document, url, *parse_url(url));
    };
    auto list = apply(shop_url);
    REQUIRE(list);
    CHECK(list->itemised);
    CHECK_FALSE(list->keeps_page);
    CHECK(list->follow_only);
    REQUIRE(list->follow.size() == 1);
    CHECK(list->follow[0].href() == "https://shop.example/list?page=2");
    CHECK_FALSE(apply("https://shop.example/item/12")->itemised);
    CHECK_FALSE(apply("https://shop.example/about"));
    CHECK_FALSE(rules.keeps_others());
    CHECK(rules.itemises());
}

TEST_CASE("what is struck out is no text, but its fields and links are there", "[crawler][rules]") {
    auto rules = rules_of(
        "remove = ['nav', '.next']\nmain = 'html'\nfollow = ['.next a']\n[fields.menu]\n"
        "css = 'nav'\n"
    );
    auto document = Document::parse(shop);
    auto scrape = rules.scrape(document, shop_url, *parse_url(shop_url));
    CHECK(scrape->page.fields.at("menu") == "menu");
    CHECK(scrape->page.text.find("menu") == std::string::npos);
    CHECK(scrape->page.text.find("Gamma") != std::string::npos);
    CHECK(scrape->follow.size() == 1);
}

TEST_CASE("an item can be read again from its own bytes", "[crawler][rules]") {
    auto rules = rules_of(
        "[items]\ncss = 'tr.row'\n[items.fields.a]\ncss = 'td'\n[items.fields.id]\n"
        "attr = 'id'\n"
    );
    auto item = rules.scrape_item(
        "<tr class=row id=r7><td>x</td><td>y</td></tr>", shop_url, *parse_url(shop_url), 7
    );
    REQUIRE(item);
    CHECK(item->number == 7);
    CHECK(item->scraped.fields.at("a") == "x");
    CHECK(item->scraped.fields.at("id") == "r7");
    CHECK_FALSE(rules.scrape_item("no markup", shop_url, *parse_url(shop_url), 1));
}

TEST_CASE("wrong rules are refused with their line", "[crawler][rules]") {
    struct Case {
        const char *toml, *says;
    };
    for (const auto& [toml, says] : std::initializer_list<Case>{
             {"main = 'p'\nmian = 'p'\n", "r.toml, line 2"},
             {"[fields.x]\ncss = 'p['\n", "r.toml, line 2"},
             {"[fields.x]\nxpath = '//p['\n", "r.toml, line 2"},
             {"[fields.x]\ncss = 'p'\nregex = '('\n", "r.toml, line 3"},
             {"[fields.x]\ncss = 'p'\ntype = 'float'\n", "r.toml, line 3"},
             {"[fields.x]\nattr = 'id'\n", "needs css or xpath"},
             {"[fields.x]\ncss = 'p'\nxpath = '//p'\n", "one of them only"},
             {"[fields.x]\ncss = 'p'\nformat = '%d'\n", "no date"},
             {"[fields.x]\ncss = 'p'\ndecimal = '.'\n", "no number"},
             {"[fields.x]\ncss = 'p'\njoin = ','\n", "many = true"},
             {"[fields.x]\ncss = 'p'\ntype = 'number'\n[fields.x.fields.y]\ncss='b'\n",
              "fields of its own"},
             {"[items]\ncss = 'p'\n", "no fields"},
             {"[items]\n[items.fields.a]\n", "css or xpath"},
             {"[items]\ncss = 'p'\nkey = 'b'\n[items.fields.a]\n", "no field with one value"},
             {"follow_only = true\n", "without follow"},
             {"pages = '['\n", "r.toml, line 1"},
             {"[images]\nmin_width = 'x'\n", "'min_width' must be a whole number"},
             {"[images]\nmin = 1\n", "unknown key 'min'"},
             {"[files]\ntypes = ['pdf']\n", "media types"},
             {"page = 1\n", "[[page]]"},
             {"a = \n", "r.toml, line 1"}}) {
        INFO(toml);
        CHECK_THROWS_WITH(rules_of(toml), Catch::Contains(says));
    }
}

TEST_CASE("rules may be used by several threads at once", "[crawler][rules]") {
    auto rules = rules_of(items);
    auto expected = json::serialize(scrape_html(rules, shop, *parse_url(shop_url)));
    std::vector<std::thread> threads;
    std::atomic<int> same = 0;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int round = 0; round < 20; ++round)
                same += json::serialize(scrape_html(rules, shop, *parse_url(shop_url))) == expected;
        });
    for (auto& thread : threads) thread.join();
    CHECK(same == 80);
}
