#include <boost/json.hpp>

#include "base/error.hpp"
#include "crawler/extract/media.hpp"
#include "crawler/scrape/rules.hpp"
#include "tests/fuzz/input.hpp"

namespace {

// Rules of every kind, and the page that is left of the input; or rules from the input itself.
const char* const all_kinds = R"(
remove = ["nav"]
main = "main"
follow = ["a.next", "[rel=next]"]
[fields.text]
css = ["p", "div"]
many = true
join = " "
[fields.number]
css = "b"
type = "number"
[fields.when]
css = "time"
type = "datetime"
[fields.data]
css = "script"
pointer = "/a/0"
[fields.link]
css = "a"
type = "url"
[fields.match]
css = "i"
regex = "(\\w+)\\s*=\\s*(\\w+)?"
[items]
css = "li, tr"
key = "id"
page = true
[items.fields.id]
attr = "id"
[items.fields.cells]
xpath = "./*"
many = true
[items.fields.cells.fields.html]
type = "html"
[images]
css = "main"
[files]
types = ["application/*"]
)";

void scrape(const crawler::Rules& rules, std::string_view html) {
    auto url = *crawler::parse_url("http://example.org/list?page=1");
    auto document = crawler::Document::parse(std::string(html));
    if (rules.media().any()) crawler::media_links(document, rules.media(), url);
    auto scrape = rules.scrape(document, "http://example.org/list?page=1", url);
    if (!scrape) return;
    for (const auto& item : scrape->items) {
        must(item.begin <= item.end && item.end <= document.source().size());
        must(item.number >= 1);
        must(!boost::json::serialize(item.scraped.fields).empty());
        rules.scrape_item(
            document.source().substr(item.begin, item.end - item.begin),
            "http://example.org/",
            url,
            item.number
        );
    }
}

}  // namespace

// A page under rules of all kinds; or, after a first line "rules", TOML up to a line "---", then a
// page.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto rules = crawler::Rules::parse(all_kinds, "all");
    Input input(data, size);
    auto text = input.rest();
    if (!text.starts_with("rules\n")) {
        scrape(rules, text.substr(0, 8000));
        return 0;
    }
    text.remove_prefix(6);
    auto end = text.find("\n---\n");
    try {
        auto given = crawler::Rules::parse(text.substr(0, end), "input");
        if (end != text.npos) scrape(given, text.substr(end + 5, 4000));
    } catch (const base::UsageError&) {
    }
    return 0;
}
