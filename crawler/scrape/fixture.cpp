// A fixture is the answer as it was received and what the rules made of it, in two files that a
// version control system can show. JSON is written with a line a value, so that a change of the
// rules is a readable difference. Files are written beside their place and renamed: crawls write
// them from several threads, and another process may read them.
#include "crawler/scrape/fixture.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <unistd.h>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/text/ascii.hpp"
#include "crawler/fetch/received.hpp"
#include "crawler/frontier/frontier.hpp"
#include "formats/html/html.hpp"
#include "formats/text/charset.hpp"
#include "formats/url/canonical.hpp"
#include "formats/warc/warc.hpp"

namespace crawler {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t largest_body = 64U << 20U;

// JSON with a line for each value, so that versions of it can be compared.
void write_lines(const json::value& value, const std::string& indent, std::string& out) {
    auto deeper = indent + "  ";
    if (value.is_object() && !value.as_object().empty()) {
        out += "{\n";
        const char* gap = "";
        for (const auto& [key, held] : value.as_object()) {
            out.append(gap).append(deeper).append(json::serialize(json::string(key))).append(": ");
            write_lines(held, deeper, out);
            gap = ",\n";
        }
        out.append("\n").append(indent).append("}");
    } else if (value.is_array() && !value.as_array().empty()) {
        out += "[\n";
        const char* gap = "";
        for (const auto& held : value.as_array()) {
            out.append(gap).append(deeper);
            write_lines(held, deeper, out);
            gap = ",\n";
        }
        out.append("\n").append(indent).append("]");
    } else {
        out += json::serialize(value);
    }
}

void write_file(const fs::path& path, const std::string& bytes) {
    auto fresh = path;
    fresh += "." + std::to_string(::getpid()) + ".new";
    {
        std::ofstream file(fresh, std::ios::binary);
        file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        file.flush();
        if (!file) throw base::Error(path.string(), "cannot be written", "is the disk full?");
    }
    std::error_code error;
    fs::rename(fresh, path, error);
    if (error) throw base::Error(path.string(), error.message());
}

std::string read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    if (!file) throw base::Error(path.string(), "cannot be read");
    return std::move(bytes).str();
}

void write_expected(const fs::path& path, const std::string& url, const json::object& extraction) {
    std::string text;
    write_lines(json::object{{"url", url}, {"extraction", extraction}}, "", text);
    write_file(path, text + "\n");
}

std::string name_for(const std::string& url) {
    std::string name;
    auto rest = std::string_view(url);
    if (auto scheme = rest.find("://"); scheme != rest.npos) rest.remove_prefix(scheme + 3);
    for (char c : rest.substr(0, 60)) {
        bool plain = base::is_alnum(c) || c == '.' || c == '_';
        if (plain || (!name.empty() && name.back() != '-')) name += plain ? c : '-';
    }
    while (name.ends_with('-')) name.pop_back();
    return name + "-" + url_key(url).substr(0, 8);
}

// An extraction counts as equal whatever way its numbers are written.
bool same(const json::value& a, const json::value& b) {
    if (a.is_number() && b.is_number()) {
        boost::system::error_code none;
        return a == b || a.to_number<double>(none) == b.to_number<double>(none);
    }
    return a == b;
}

class Comparison {
public:
    Comparison(FixtureDifference place, std::vector<FixtureDifference>& found)
        : place_(std::move(place)), found_(found) {}

    // Null: there is no such value.
    void compare(const std::string& path, const json::value* expected, const json::value* now) {
        if (expected && now && expected->is_object() && now->is_object()) {
            std::set<std::string> keys;
            for (const auto* side : {expected, now})
                for (const auto& held : side->as_object()) keys.emplace(held.key());
            for (const auto& key : keys)
                compare(
                    path.empty() ? key : path + "." + key,
                    expected->as_object().if_contains(key),
                    now->as_object().if_contains(key)
                );
            return;
        }
        if (expected && now && expected->is_array() && now->is_array()) {
            const auto &a = expected->as_array(), &b = now->as_array();
            for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i)
                compare(path + "[" + std::to_string(i) + "]", a.if_contains(i), b.if_contains(i));
            return;
        }
        if (expected && now && same(*expected, *now)) return;
        auto made = place_;
        made.path = path;
        if (expected) made.expected = json::serialize(*expected);
        if (now) made.now = json::serialize(*now);
        found_.push_back(std::move(made));
    }

private:
    FixtureDifference place_;
    std::vector<FixtureDifference>& found_;
};

// What the rules say of a kept answer now.
json::object extract_again(const Rules& rules, const fs::path& path, const formats::Url& url) {
    auto bytes = read_file(path);
    auto message = formats::parse_http_response(bytes);
    auto body = message ? formats::decoded_body(*message, largest_body) : std::nullopt;
    if (!body) throw base::Error(path.string(), "is no HTTP answer", "record the fixture again");
    return scrape_html(rules, formats::decode_page(*body, message->header("content-type")), url);
}

}  // namespace

json::object extraction_of(const Scrape& scrape) {
    auto put = [](const Scraped& scraped, json::object& out) {
        out["fields"] = scraped.fields;
        if (!scraped.fault) return;
        json::object fault{{"code", scraped.fault->code}};
        if (!scraped.fault->column.empty()) fault["column"] = scraped.fault->column;
        out["reject"] = std::move(fault);
    };
    json::object out;
    if (scrape.keeps_page) put(scrape.page, out);
    if (!scrape.page.text.empty()) out["text"] = scrape.page.text;
    if (scrape.itemised) {
        json::array items;
        for (const auto& item : scrape.items) {
            json::object made;
            if (!item.key.empty()) made["key"] = item.key;
            put(item.scraped, made);
            items.push_back(std::move(made));
        }
        out["items"] = std::move(items);
    }
    if (scrape.has_follow) {
        json::array follow;
        for (const auto& url : scrape.follow) follow.emplace_back(formats::canonical_url(url));
        out["follow"] = std::move(follow);
    }
    return out;
}

json::object scrape_html(const Rules& rules, std::string html, const formats::Url& url) {
    auto document = formats::Document::parse(std::move(html));
    auto base = formats::read_facts(document, url).base;
    auto scrape = rules.scrape(document, formats::canonical_url(url), base);
    if (!scrape) return {{"rules", false}};
    return extraction_of(*scrape);
}

void write_fixture(
    const std::string& folder,
    const std::string& url,
    const Response& response,
    const Scrape& scrape
) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) throw base::Error(folder, error.message(), "name a folder that can be made");
    auto path = fs::path(folder) / name_for(url);
    write_file(path.string() + ".http", http_message(response, response.body));
    write_expected(path.string() + ".json", url, extraction_of(scrape));
}

FixtureReport check_fixtures(const Rules& rules, const std::string& folder, bool update) {
    std::error_code error;
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(folder, error))
        if (entry.path().extension() == ".http") paths.push_back(entry.path());
    if (error) throw base::Error(folder, error.message(), "name the folder given to --record");
    if (paths.empty())
        throw base::Error(
            folder, "holds no fixtures", "make some with 'tilth crawl .. --record DIR'"
        );
    std::sort(paths.begin(), paths.end());
    FixtureReport report;
    for (const auto& path : paths) {
        auto expected_path = fs::path(path).replace_extension(".json");
        auto expected = json::parse(read_file(expected_path), error);
        const auto* object = expected.if_object();
        const auto* address = object ? object->if_contains("url") : nullptr;
        auto url = address && address->is_string() ? formats::parse_url(address->as_string())
                                                   : std::nullopt;
        if (error || !url)
            throw base::Error(
                expected_path.string(), "is no JSON of a fixture", "record it again, or remove it"
            );
        json::value now = extract_again(rules, path, *url);
        auto before = report.differences.size();
        Comparison(
            {path.stem().string(), std::string(address->as_string()), {}, {}, {}},
            report.differences
        )
            .compare("", object->if_contains("extraction"), &now);
        ++report.fixtures;
        if (report.differences.size() == before) continue;
        ++report.changed;
        if (update)
            write_expected(expected_path, std::string(address->as_string()), now.as_object());
    }
    return report;
}

}  // namespace crawler
