// Pages: their text, what rules take out of them, where they lead.
#include <algorithm>

#include "base/bytes/hash.hpp"
#include "crawler/extract/page_text.hpp"
#include "crawler/fetch/received.hpp"
#include "crawler/frontier/discover.hpp"
#include "crawler/run/digest.hpp"
#include "crawler/scrape/item_record.hpp"
#include "formats/html/html.hpp"
#include "formats/html/select.hpp"
#include "formats/url/canonical.hpp"

namespace crawler {

void Digest::html() {
    try {
        read_html();
    } catch (const formats::SelectionLimit& limit) {
        reject({"page.too_costly", {}, limit.what()});
    }
}

void Digest::read_html() {
    auto document = formats::parse_page(response_.body, response_.header("content-type"));
    auto facts = formats::read_facts(document, url_);
    auto consent = consent_of(facts.metas);
    std::vector<formats::Link> links;
    if (rules_.follow_links) links = formats::read_links(document, facts, false);
    for (const auto& link : links) sessions_.add(link.url);
    bool refused = !consent.allowed && rules_.honour_consent;
    auto shown = refused ? std::set<std::string>() : find_media(document, facts, consent);
    std::optional<Scrape> scrape;
    if (rules_.rules) scrape = rules_.rules->scrape(document, target_.url, facts.base);
    if (rules_.follow_links) follow(links, facts, consent.nofollow, scrape, shown);
    if (rules_.feeds && !consent.nofollow)
        for (const auto& feed : feeds_of(document, facts.base))
            lead_to(feed, spelled(feed), target_.depth, 0, false, {}, Kind::feed);
    if (refused) return refuse(consent);
    name_canonical(facts);
    if (rules_.rules && !scrape && !rules_.rules->keeps_others())
        return end(Ending::skipped, SkipReason::no_rules);
    if (scrape && rules_.record_scrape) rules_.record_scrape(target_.url, response_, *scrape);
    outcome_.ruled = rules_.rules != nullptr;
    if (scrape && scrape->page.fault) return reject(*scrape->page.fault);
    if (scrape && scrape->itemised) items(document, facts, consent, *scrape);
    if (scrape && !scrape->keeps_page) return;

    auto [text, quality, about] =
        read_page_text(document, facts, scrape ? std::move(scrape->page.text) : std::string());
    store(
        scrape ? std::move(scrape->page) : Scraped(),
        std::move(text),
        std::move(quality),
        std::move(about),
        consent,
        facts.licence
    );
}

void Digest::items(
    const formats::Document& document,
    const formats::Facts& facts,
    const Consent& consent,
    Scrape& scrape
) {
    outcome_.itemised = true;
    Received received(response_.body, document.source());
    ItemPage page{
        target_.url,
        facts.licence,
        consent.json(fetched_at_),
        facts.language,
        fetched_at_,
        &response_};
    schema::Text all;
    for (auto& item : scrape.items) {
        all.body += item.scraped.text;
        all.body += '\n';
        std::string html;
        ItemBytes bytes{
            received.bytes(item.begin, item.end), received.offset(item.begin), received.is_exact()};
        if (item.begin == item.end) {
            html = document.outer_html(item.node);
            bytes = {html, -1, false};
        }
        add_item(rules_, page, std::move(item), bytes, outcome_);
    }
    if (scrape.keeps_page) return;
    outcome_.body_sha256 = base::sha256(response_.body);
    if (!outcome_.records.empty()) {
        outcome_.ending = Ending::stored;
        see(schema::simhash(all.body), all, false);
    } else if (outcome_.rejects.empty()) {
        end(Ending::skipped, SkipReason::no_items);
    } else {
        end(Ending::skipped, SkipReason::rejected, outcome_.rejects.front().code);
    }
}

void Digest::follow(
    const std::vector<formats::Link>& links,
    const formats::Facts& facts,
    bool nofollow,
    const std::optional<Scrape>& scrape,
    const std::set<std::string>& shown
) {
    std::set<std::string> next;
    if (scrape)
        for (const auto& url : scrape->follow) next.insert(spelled(url));
    bool only = scrape && scrape->follow_only;
    auto further = [&](const formats::Url& url, std::string canonical, bool no, std::string_view rel
                   ) {
        ++outcome_.links;
        if (shown.contains(canonical)) return;
        if (!next.contains(canonical)) {
            if (only) return leave_out(url, std::move(canonical), SkipReason::follow_only);
            return lead_to(url, std::move(canonical), target_.depth + 1, 0, no, rel);
        }
        next.erase(canonical);
        // The pages of a series are as deep as its first.
        lead_to(
            url, std::move(canonical), std::max(1, target_.depth), 0, no, "next", Kind::page, true
        );
    };
    for (const auto& link : links)
        further(link.url, spelled(link.url), nofollow || link.nofollow, link.rel);
    if (scrape)
        for (const auto& url : scrape->follow)
            if (auto canonical = spelled(url); next.contains(canonical))
                further(url, std::move(canonical), nofollow, {});
    if (facts.refresh)
        lead_to(*facts.refresh, spelled(*facts.refresh), target_.depth, target_.hops + 1);
}

void Digest::leave_out(const formats::Url& url, std::string canonical, SkipReason reason) {
    if (!url.is_web() || is_known(canonical, false)) return;
    Discovery found;
    found.url = std::move(canonical);
    found.host = url.host_and_port();
    found.depth = target_.depth + 1;
    found.reason = reason;
    found.found_on = target_.key;
    outcome_.found.push_back(std::move(found));
}

void Digest::name_canonical(const formats::Facts& facts) {
    const auto& named = facts.canonical;
    if (!rules_.believe_canonical || !named || facts.disputed || target_.hops > 0 ||
        named->path == "/" || named->host_and_port() != url_.host_and_port())
        return;
    auto address = spelled(*named);
    if (address == target_.url) return;
    lead_to(*named, address, target_.depth, target_.hops + 1);
    if (!rules_.scope->refusal(*named, address, target_.depth))
        outcome_.hint = CanonicalHint{std::move(address), pattern_of(url_), {}, {}};
}

void Digest::store(
    Scraped scraped,
    schema::Text text,
    schema::Quality quality,
    boost::json::object about,
    const Consent& consent,
    std::string licence
) {
    boost::json::object payload = std::move(about);
    payload["url"] = target_.url;
    payload["title"] = text.title;
    payload["status"] = response_.status;
    payload["content_type"] = media_type_;
    payload["links_out"] = outcome_.links;
    if (outcome_.itemised) payload["items"] = outcome_.records.size() + outcome_.rejects.size();
    for (auto& [name, value] : scraped.fields) payload[name] = std::move(value);
    schema::Draft draft;
    fill_draft(std::move(scraped), draft);
    draft.text = std::move(text);
    draft.quality = std::move(quality);
    keep(std::move(draft), payload, consent, std::move(licence));
    const auto& stored = outcome_.records.back();
    see(stored.simhash, *stored.draft.text, stored.words == 0);
}

}  // namespace crawler
