// Each kind of question is a function from fields to an answer, in one table, which `tilth inspect`
// and the conformance suites ask. Whatever a question holds, the answer is one line of JSON: a
// wrong field throws and becomes {"error"}, so a stream of a million questions does not end at the
// first bad one.
#include "crawler/inspect.hpp"

#include <cmath>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>

#include <boost/json.hpp>

#include "base/bytes/base64.hpp"
#include "base/json/described.hpp"
#include "base/text/decoder.hpp"
#include "crawler/extract/article/article_meta.hpp"
#include "crawler/extract/content/posts.hpp"
#include "crawler/extract/metadata.hpp"
#include "crawler/policy/consent.hpp"
#include "crawler/scrape/fixture.hpp"
#include "crawler/scrape/rules.hpp"
#include "formats/feed/feed.hpp"
#include "formats/html/html.hpp"
#include "formats/html/select.hpp"
#include "formats/robots/robots.hpp"
#include "formats/sitemap/sitemap.hpp"
#include "formats/text/charset.hpp"
#include "formats/url/canonical.hpp"

namespace crawler {

namespace json = boost::json;

namespace {

// The fields of a question; a wrong one throws std::runtime_error with words for people.
class Question {
public:
    explicit Question(const json::object& fields) : fields_(fields) {}

    std::optional<std::string> maybe(std::string_view name) const {
        const auto* value = fields_.if_contains(name);
        if (!value || value->is_null()) return std::nullopt;
        if (!value->is_string())
            throw std::runtime_error("\"" + std::string(name) + "\" is not a text");
        return std::string(value->as_string());
    }
    std::string text(std::string_view name) const {
        auto found = maybe(name);
        if (!found) throw std::runtime_error("\"" + std::string(name) + "\" is missing");
        return *found;
    }
    std::optional<std::string> bytes(std::string_view name) const {
        auto text = maybe(name);
        if (!text) return std::nullopt;
        auto bytes = base::from_base64(*text);
        if (!bytes) throw std::runtime_error("\"" + std::string(name) + "\" is not base64");
        return bytes;
    }
    formats::Url url(std::string_view name = "url") const {
        auto given = maybe(name);
        auto found = formats::parse_url(given && !given->empty() ? *given : "http://localhost/");
        if (!found) throw std::runtime_error("\"" + std::string(name) + "\" is not a URL");
        return *found;
    }
    const json::value* value(std::string_view name) const { return fields_.if_contains(name); }

private:
    const json::object& fields_;
};

json::array urls_of(const std::vector<formats::Enclosure>& enclosures) {
    json::array urls;
    for (const auto& one : enclosures) urls.emplace_back(one.url);
    return urls;
}

json::value or_null(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}

json::object robots(const Question& question) {
    auto bytes = question.bytes("robots_b64");
    auto robots = formats::Robots::parse(bytes ? *bytes : question.text("robots"));
    auto agent = question.text("agent");
    auto address = question.text("url");
    auto url = formats::parse_url(address);
    auto target = url && url->is_web() ? url->target() : address;
    auto verdict = robots.check(agent, target);
    json::object out{
        {"allowed", verdict.allowed}, {"rule", or_null(verdict.rule)}, {"crawl_delay", nullptr}};
    if (auto delay = robots.crawl_delay(agent))
        out["crawl_delay"] = static_cast<double>(delay->count()) / 1000;
    return out;
}

json::object url(const Question& question) {
    std::optional<formats::Url> base;
    if (auto text = question.maybe("base")) {
        base = formats::parse_url(*text);
        if (!base) return {{"failure", true}};
    }
    auto found = formats::parse_url(question.text("input"), base ? &*base : nullptr);
    if (!found) return {{"failure", true}};
    auto marked = [](char mark, const std::optional<std::string>& text) {
        return text && !text->empty() ? mark + *text : std::string();
    };
    return {
        {"href", found->href()},
        {"protocol", found->scheme + ":"},
        {"username", found->username},
        {"password", found->password},
        {"host", found->host_and_port()},
        {"hostname", found->host.value_or("")},
        {"port", found->port ? std::to_string(*found->port) : ""},
        {"pathname", found->path},
        {"search", marked('?', found->query)},
        {"hash", marked('#', found->fragment)},
        {"origin", found->origin()},
    };
}

json::object canonical(const Question& question) {
    auto found = formats::parse_url(question.text("url"));
    if (!found) throw std::runtime_error("\"url\" is not a URL");
    return {{"canonical", formats::canonical_url(*found)}};
}

std::string bytes_of(const Question& question) {
    if (auto bytes = question.bytes("html_b64")) return *bytes;
    auto path = question.text("path");
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("can not read " + path);
    std::ostringstream all;
    all << file.rdbuf();
    return all.str();
}

std::string page_of(const Question& question) {
    if (auto html = question.maybe("html")) return *html;
    return formats::decode_page(bytes_of(question), question.maybe("content_type").value_or(""));
}

formats::Document document_of(const Question& question) {
    if (auto html = question.maybe("html")) return formats::Document::parse(*html);
    return formats::parse_page(bytes_of(question), question.maybe("content_type").value_or(""));
}

json::object select(const Question& question) {
    auto document = formats::Document::parse(question.text("html"));
    json::array ids, texts;
    std::vector<formats::NodeId> nodes;
    if (auto css = question.maybe("css")) {
        nodes = formats::Selector::parse(*css).select(document);
        for (auto id : nodes) texts.emplace_back(document.text(id));
    } else {
        auto found = formats::select_xpath(document, question.text("xpath"));
        nodes = std::move(found.nodes);
        for (auto& text : found.texts) texts.emplace_back(std::move(text));
    }
    for (auto id : nodes) {
        auto name = document.attribute(id, "id");
        ids.push_back(name ? json::value(*name) : json::value(nullptr));
    }
    return {{"ids", std::move(ids)}, {"texts", std::move(texts)}};
}

json::object charset(const Question& question) {
    auto bytes = question.bytes("bytes_b64");
    if (!bytes) throw std::runtime_error("\"bytes_b64\" is missing");
    auto found = formats::detect_charset(*bytes, question.maybe("content_type").value_or(""));
    return {{"encoding", base::name_of(found.encoding)}, {"from", name_of(found.from)}};
}

json::object decode_bytes(const Question& question) {
    auto bytes = question.bytes("bytes_b64");
    if (!bytes) throw std::runtime_error("\"bytes_b64\" is missing");
    auto label = question.text("encoding");
    auto encoding = base::encoding_of_label(label);
    if (!encoding) throw std::runtime_error("no encoding is called '" + label + "'");
    return {{"text", base::decode(*bytes, *encoding)}};
}

json::object article(const Question& question) {
    auto document = document_of(question);
    auto facts = formats::read_facts(document, question.url());
    auto found = read_article(document, facts);
    const auto& content = found.content;
    auto language = facts.language.empty() ? formats::guess_language(content.text) : facts.language;
    json::object out;
    if (const auto* id = question.value("id")) out["id"] = *id;
    out["title"] = found.title;
    out["byline"] = or_null(found.byline);
    out["published"] = or_null(found.published);
    out["language"] = or_null(language);
    out["type"] = base::name_of(content.kind);
    out["confidence"] = std::round(content.confidence * 1000) / 1000;
    out["articleBody"] = content.text;
    out["markdown"] = markdown_of(document, content, {.base = &facts.base});
    if (auto posts = posts_of(document, content); !posts.empty())
        out["posts"] = base::to_json(posts);
    out["licence"] = or_null(facts.licence);
    return out;
}

json::object links(const Question& question) {
    auto document = document_of(question);
    auto facts = formats::read_facts(document, question.url());
    json::array list;
    for (const auto& link : formats::read_links(document, facts, true))
        list.push_back(json::object{
            {"url", link.url.href()}, {"text", link.text}, {"rel", link.rel}});
    return {{"links", std::move(list)}};
}

json::object sitemap(const Question& question) {
    auto bytes = question.bytes("bytes_b64");
    if (!bytes) throw std::runtime_error("\"bytes_b64\" is missing");
    auto found =
        formats::parse_sitemap(*bytes, question.url(), question.maybe("content_type").value_or(""));
    json::array urls;
    for (const auto& entry : found.urls) {
        json::object row{
            {"loc", entry.loc}, {"lastmod", or_null(entry.lastmod)}, {"priority", nullptr}};
        if (entry.priority) row["priority"] = *entry.priority;
        urls.push_back(std::move(row));
    }
    json::object out{
        {"type", name_of(found.type)},
        {"urls", std::move(urls)},
        {"sitemaps", json::array(found.sitemaps.begin(), found.sitemaps.end())}};
    if (!found.fault.empty()) out["fault"] = found.fault;
    return out;
}

json::object feed(const Question& question) {
    auto bytes = question.bytes("bytes_b64");
    if (!bytes) throw std::runtime_error("\"bytes_b64\" is missing");
    auto found =
        formats::parse_feed(*bytes, question.url(), question.maybe("content_type").value_or(""));
    if (!found) throw std::runtime_error("not a feed");
    json::array entries;
    for (const auto& entry : found->entries) {
        json::object one{
            {"id", entry.id},
            {"title", entry.title},
            {"link", entry.link},
            {"published", or_null(entry.published)},
            {"updated", or_null(entry.updated)},
            {"author", or_null(entry.author)},
            {"summary", entry.summary},
            {"content", or_null(entry.content)},
            {"categories", json::array(entry.categories.begin(), entry.categories.end())},
            {"enclosures", urls_of(entry.enclosures)},
        };
        json::object more;
        for (const auto& [name, value] : entry.more) {
            auto& values = more[name];
            if (!values.is_array()) values = json::array();
            values.as_array().emplace_back(value);
        }
        if (!more.empty()) one["more"] = std::move(more);
        entries.push_back(std::move(one));
    }
    json::object about{
        {"version", found->version},
        {"title", found->title},
        {"link", found->link},
        {"description", found->description},
        {"language", or_null(found->language)},
        {"updated", or_null(found->updated)},
    };
    json::object out{{"feed", std::move(about)}, {"entries", std::move(entries)}};
    if (!found->fault.empty()) out["fault"] = found->fault;
    return out;
}

void add_headers(const json::value& given, ConsentQuestion& consent) {
    auto add = [&](std::string_view name, const json::value& value) {
        if (value.is_string()) consent.headers.emplace_back(name, std::string(value.as_string()));
        if (value.is_array())
            for (const auto& entry : value.as_array())
                if (entry.is_string())
                    consent.headers.emplace_back(name, std::string(entry.as_string()));
    };
    if (given.is_object())
        for (const auto& [name, value] : given.as_object()) add(name, value);
    if (given.is_array())
        for (const auto& pair : given.as_array())
            if (pair.is_array() && pair.as_array().size() == 2 && pair.as_array()[0].is_string())
                add(pair.as_array()[0].as_string(), pair.as_array()[1]);
}

json::object consent(const Question& question) {
    auto address = question.url();
    auto target = address.target();
    auto agent = question.maybe("agent").value_or("tilth");
    formats::Robots robots;
    if (auto text = question.maybe("robots")) robots = formats::Robots::parse(*text);
    ConsentQuestion asked;
    asked.target = target;
    asked.agent = agent;
    asked.robots = &robots;
    if (const auto* headers = question.value("headers")) add_headers(*headers, asked);
    if (auto html = question.maybe("html"))
        asked.metas = formats::read_facts(formats::Document::parse(*html), address).metas;
    if (const auto* files = question.value("files"); files && files->is_object())
        for (const auto& [name, text] : files->as_object())
            asked.files[name] =
                text.is_string() ? std::string(text.as_string()) : json::serialize(text);
    return json::parse(judge_consent(asked).json()).as_object();
}

using Answer = json::object (*)(const Question&);
constexpr std::pair<std::string_view, Answer> answers[] = {
    {"robots", robots},
    {"url", url},
    {"canonical", canonical},
    {"select", select},
    {"charset", charset},
    {"decode", decode_bytes},
    {"article", article},
    {"metadata",
     [](const Question& question) { return read_metadata(document_of(question), question.url()); }},
    {"links", links},
    {"sitemap", sitemap},
    {"feed", feed},
    {"consent", consent},
    {"scrape",
     [](const Question& question) {
         auto rules = Rules::parse(question.text("rules"), "rules");
         return scrape_html(rules, page_of(question), question.url());
     }},
};

Answer answer_of(std::string_view kind) {
    for (const auto& [name, answer] : answers)
        if (name == kind) return answer;
    return nullptr;
}

}  // namespace

bool can_inspect(std::string_view kind) {
    return answer_of(kind) != nullptr;
}

namespace {

// Answers a line by `answer`, or with what is wrong with it.
template <typename Work>
std::string answer_line(std::string_view line, Work answer) {
    auto failed = [](std::string_view reason) {
        return json::serialize(json::object{{"error", reason}});
    };
    try {
        json::parse_options options;
        options.allow_invalid_utf8 = true;
        auto parsed = json::parse(line, {}, options);
        if (!parsed.is_object()) return failed("not a JSON object");
        return json::serialize(answer(Question(parsed.as_object())));
    } catch (const boost::system::system_error& error) {
        return failed("not JSON: " + error.code().message());
    } catch (const std::exception& error) {
        return failed(error.what());
    }
}

}  // namespace

std::string inspect(std::string_view kind, std::string_view line) {
    auto answer = answer_of(kind);
    if (!answer) return json::serialize(json::object{{"error", "no such question"}});
    return answer_line(line, answer);
}

std::string inspect_scrape(const Rules& rules, std::string_view line) {
    return answer_line(line, [&](const Question& question) {
        return scrape_html(rules, page_of(question), question.url());
    });
}

}  // namespace crawler
