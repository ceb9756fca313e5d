#include "crawler/run/saved_page.hpp"

#include <optional>
#include <utility>

#include <boost/json.hpp>

#include "crawler/extract/page_text.hpp"
#include "crawler/policy/consent.hpp"
#include "formats/html/html.hpp"
#include "formats/text/media_type.hpp"

namespace crawler {

namespace {

// Where the page says that it is at home.
std::optional<formats::Url> own_address(const formats::Facts& facts) {
    if (facts.canonical && facts.canonical->is_web() && !facts.disputed) return facts.canonical;
    for (const auto& [name, content] : facts.metas)
        if (name == "og:url")
            if (auto url = formats::parse_url(content); url && url->is_web()) return url;
    return std::nullopt;
}

schema::Reject refused(std::string code, std::string reason) {
    schema::Reject reject;
    reject.code = std::move(code);
    reject.reason = std::move(reason);
    return reject;
}

}  // namespace

std::variant<schema::Draft, schema::Reject> read_saved_page(
    const SavedPageRules& rules,
    std::string_view bytes,
    std::string_view content_type
) {
    auto document = formats::parse_page(bytes, content_type);
    auto facts = formats::read_facts(document, *formats::parse_url("file:///"));
    auto address = own_address(facts);
    if (address) facts = formats::read_facts(document, *address);
    ConsentQuestion question;
    question.agent = rules.user_agent;
    question.metas = facts.metas;
    auto consent = judge_consent(question);
    if (!consent.allowed && rules.honour_consent)
        return refused("page.consent", "it refuses its use: " + consent.rule);
    auto [text, quality, payload] = read_page_text(document, facts);
    if (text.body.empty()) return refused("page.empty", "it shows no text");

    if (address) payload["url"] = address->href(false);
    payload["title"] = text.title;
    auto media_type = formats::media_type_of(content_type).essence;
    payload["content_type"] = media_type;
    payload["links_out"] = formats::read_links(document, facts, false).size();
    schema::Draft draft;
    draft.payload = boost::json::serialize(payload);
    draft.text = std::move(text);
    draft.quality = std::move(quality);
    draft.media_type = std::move(media_type);
    draft.origin.licence = facts.licence;
    draft.origin.consent = consent.json();
    return draft;
}

}  // namespace crawler
