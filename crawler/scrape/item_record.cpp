// An item's reject keeps only the item's own HTML with the page's headers: whole pages for each
// item would multiply. digest_reject() turns such bytes into an answer again and lets the present
// rules at them; consent is asked anew, for a reject that is replayed is stored now.
//
// The byte offset is that of the item within the page as received. If the page was not UTF-8 the
// item is stored in UTF-8 and says so in its media type.
#include "crawler/scrape/item_record.hpp"

#include <charconv>

#include <boost/json.hpp>

#include "crawler/fetch/received.hpp"
#include "formats/html/html.hpp"
#include "formats/text/charset.hpp"
#include "formats/url/canonical.hpp"
#include "formats/warc/warc.hpp"

namespace crawler {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_key = 2000;
constexpr std::size_t largest_body = 64U << 20U;

std::string title_of(const json::object& fields) {
    for (const char* name : {"title", "name", "headline"})
        if (const auto* value = fields.if_contains(name); value && value->is_string())
            return std::string(value->as_string());
    return {};
}

std::string member_of(const Item& item) {
    return "#" + std::to_string(item.number);
}

// The number that a member "#12" names; 0 if it names none.
std::size_t item_number(std::string_view member) {
    std::size_t number = 0;
    if (member.starts_with('#'))
        std::from_chars(member.data() + 1, member.data() + member.size(), number);
    return number;
}

}  // namespace

void fill_draft(Scraped scraped, schema::Draft& draft) {
    draft.numbers = std::move(scraped.numbers);
    draft.categories = std::move(scraped.categories);
    draft.group = std::move(scraped.group);
    draft.time = scraped.time;
}

void add_item(
    const PageRules& rules,
    const ItemPage& page,
    Item item,
    const ItemBytes& bytes,
    PageOutcome& outcome
) {
    auto key = item.key.empty() ? page.url + member_of(item) : std::move(item.key);
    if (key.size() > longest_key && !item.scraped.fault)
        item.scraped.fault = {"key.too_long", {}, "the page's address leaves no room for a key"};
    if (item.scraped.fault) {
        const auto& fault = *item.scraped.fault;
        schema::Reject reject;
        reject.raw = http_message(
            *page.response, bytes.html, bytes.as_received ? std::string_view() : "utf-8"
        );
        reject.file = page.url;
        reject.member = member_of(item);
        reject.byte_offset = bytes.offset;
        reject.column = fault.column;
        reject.code = fault.code;
        reject.reason = fault.reason;
        outcome.rejects.push_back(std::move(reject));
        return;
    }
    schema::Draft draft;
    draft.key = std::move(key);
    draft.payload = json::serialize(item.scraped.fields);
    draft.text.emplace();
    draft.text->title = title_of(item.scraped.fields);
    draft.text->body = std::move(item.scraped.text);
    draft.text->language =
        page.language.empty() ? formats::guess_language(draft.text->body) : page.language;
    fill_draft(std::move(item.scraped), draft);
    draft.blob = bytes.html;
    draft.media_type = bytes.as_received ? "text/html" : "text/html; charset=utf-8";
    draft.origin.url = page.url;
    draft.origin.member = member_of(item);
    draft.origin.byte_offset = bytes.offset;
    draft.origin.licence = page.licence;
    draft.origin.consent = page.consent;
    draft.origin.fetched_at = page.fetched_at;
    outcome.records.push_back(schema::seal(rules.source_name, std::move(draft), *rules.blobs));
}

namespace {

// A page that became a reject as a whole.
PageOutcome digest_whole(
    const PageRules& rules,
    const schema::Reject& reject,
    const SitePolicy& site,
    const formats::Url& url,
    Response response,
    Time now
) {
    Target target;
    target.url = formats::canonical_url(url);
    target.key = url_key(target.url);
    target.host = url.host_and_port();
    auto outcome = digest_page(rules, target, site, std::move(response), now);
    for (auto& again : outcome.rejects)  // it stays where it was
        if (again.member.empty()) again.raw = reject.raw;
    return outcome;
}

Consent consent_of_item(
    const PageRules& rules,
    const SitePolicy& site,
    const formats::Url& url,
    const Response& response
) {
    auto target = url.target();
    ConsentQuestion question;
    question.target = target;
    question.agent = rules.user_agent;
    question.robots = &site.robots;
    question.files = site.files;
    question.headers = response.headers;
    return judge_consent(question);
}

}  // namespace

PageOutcome digest_reject(
    const PageRules& rules,
    const schema::Reject& reject,
    const SitePolicy& site,
    Time now
) {
    PageOutcome outcome;
    auto still = [&](std::string reason) {
        auto kept = reject;
        kept.reason = std::move(reason);
        outcome.rejects = {std::move(kept)};
        outcome.records.clear();
        return std::move(outcome);
    };
    if (reject.code.starts_with("warc."))
        return still("what a broken archive holds; mend the archive and ingest it again");
    auto url = formats::parse_url(reject.file);
    auto message = formats::parse_http_response(reject.raw);
    if (!url || !url->is_web() || !message)
        return still("its bytes are no answer of a web site; crawl or ingest the source again");
    auto body = formats::decoded_body(*message, largest_body);
    if (!body) return still("the body cannot be decoded");
    Response response;
    response.status = message->status;
    response.headers = std::move(message->headers);
    response.body = std::move(*body);
    auto number = item_number(reject.member);
    if (number == 0) {
        outcome = digest_whole(rules, reject, site, *url, std::move(response), now);
        if (outcome.records.empty() && outcome.rejects.empty())
            return still(
                "would not be kept: " + std::string(name_of(outcome.reason)) + " " + outcome.detail
            );
        return outcome;
    }
    auto html = formats::decode_page(response.body, response.header("content-type"));
    auto item = rules.rules ? rules.rules->scrape_item(html, reject.file, *url, number)
                            : std::optional<Item>();
    if (!item) return still("the present rules find no item in it");
    auto consent = consent_of_item(rules, site, *url, response);
    if (!consent.allowed && rules.honour_consent)
        return still("may not be kept by the site's word: " + consent.rule);
    bool utf8 = response.body == html;
    ItemPage page{reject.file, {}, consent.json(), {}, now, &response};
    add_item(
        rules,
        page,
        std::move(*item),
        {utf8 ? response.body : html, reject.byte_offset, utf8},
        outcome
    );
    for (auto& again : outcome.rejects) again.raw = reject.raw;
    return outcome;
}

}  // namespace crawler
