// From an answer to a verdict, without network or database: that is why it may run on any thread,
// and why archives use it too. Each way out is one `end()` with a reason, so that the log can say
// of every address what became of it.
//
// Nothing is stored before consent was asked. When it refuses, the validators are dropped as well:
// the page must be asked for whole the next time, or its signals would never be seen to change.
#include "crawler/run/page.hpp"

#include "base/bytes/hash.hpp"
#include "base/text/ascii.hpp"
#include "crawler/extract/page_quality.hpp"
#include "crawler/fetch/received.hpp"
#include "crawler/frontier/discover.hpp"
#include "crawler/run/crawl.hpp"
#include "crawler/run/digest.hpp"
#include "formats/text/charset.hpp"
#include "formats/text/media_type.hpp"
#include "formats/url/canonical.hpp"

namespace crawler {

namespace {

std::string media_type_of(const Response& response) {
    auto media = formats::media_type_of(response.header("content-type")).essence;
    if (!media.empty()) return media;
    auto start = base::trim(std::string_view(response.body).substr(0, 512));
    return start.starts_with('<') ? "text/html" : "application/octet-stream";
}

bool is_html(std::string_view media) {
    return media == "text/html" || media == "application/xhtml+xml";
}

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

PageOutcome Digest::run() {
    if (response_.error != FetchError::none) {
        no_answer();
    } else if (response_.status == 304 && !(target_.etag.empty() && target_.last_modified.empty())) {
        outcome_.ending = is_listing(target_.kind) ? Ending::listed : Ending::unchanged;
    } else if (is_redirect(response_.status) && !response_.header("location").empty()) {
        redirect();
    } else if (response_.status >= 200 && response_.status < 300 && is_listing(target_.kind)) {
        listing();
    } else if (response_.status >= 200 && response_.status < 300) {
        page();
    } else {
        bad_status();
    }
    return std::move(outcome_);
}

void Digest::end(Ending ending, SkipReason reason, std::string detail) {
    outcome_.ending = ending;
    outcome_.reason = reason;
    outcome_.detail = std::move(detail);
}

void Digest::end_or_retry(Attempt attempt, SkipReason reason, std::string detail) {
    auto seed = static_cast<std::uint64_t>(target_.id);
    if (auto delay = retry_delay(rules_.retry, attempt, target_.attempts + 1, seed)) {
        outcome_.retry_in = *delay;
        return end(Ending::retry, reason, std::move(detail));
    }
    end(Ending::failed, reason, std::move(detail));
}

void Digest::no_answer() {
    auto detail = std::string(name_of(response_.error)) + ": " + response_.message;
    switch (response_.error) {
        case FetchError::refused_address:
            return end(Ending::skipped, SkipReason::address, response_.message);
        case FetchError::untrusted:
            return end(Ending::failed, SkipReason::network, response_.message);
        case FetchError::too_large:
            return end(Ending::skipped, SkipReason::too_large, response_.message);
        case FetchError::bad_url:
            return end(Ending::failed, SkipReason::network, detail);
        case FetchError::signed_out:
            return end(Ending::failed, SkipReason::signed_out, response_.message);
        case FetchError::proxy:
            return end_or_retry({}, SkipReason::proxy, response_.message);
        default:
            return end_or_retry({}, SkipReason::network, detail);
    }
}

void Digest::bad_status() {
    Attempt attempt{
        response_.status, false, parse_retry_after(response_.header("retry-after"), fetched_at_)};
    end_or_retry(attempt, SkipReason::http, std::to_string(response_.status));
    if (response_.status == 404 || response_.status == 410) see(0, {}, true);
}

void Digest::listing() {
    outcome_.etag = response_.header("etag");
    outcome_.last_modified = response_.header("last-modified");
    outcome_.body_sha256 = base::sha256(response_.body);
    auto found = read_listing(
        target_, url_, response_.body, response_.header("content-type"), *rules_.scope, fetched_at_
    );
    if (!found) return end(Ending::skipped, SkipReason::listing, "neither a sitemap nor a feed");
    outcome_.found = std::move(found->found);
    outcome_.detail = std::move(found->fault);
    outcome_.links = outcome_.found.size();
    outcome_.ending = Ending::listed;
}

void Digest::see(std::uint64_t simhash, const schema::Text& text, bool empty) {
    if (outcome_.hint) {
        outcome_.hint->title = text.title;
        outcome_.hint->body = text.body;
    }
    if (!rules_.watch_traps || target_.kind != Kind::page) return;
    Sighting sighting{pattern_of(url_), 0, simhash, empty};
    if (!empty) sighting.exact = text_hash(text.title, text.body);
    if (!empty && is_suspicious(sighting.pattern)) sighting.near = shape_of(text.title, text.body);
    outcome_.sighting = std::move(sighting);
}

void Digest::redirect() {
    auto to = formats::parse_url(response_.header("location"), &url_);
    if (!to) return end(Ending::failed, SkipReason::redirect, "a location that is no URL");
    auto canonical = spelled(*to);
    if (canonical == target_.url) {
        // Some sites only answer those who bring the cookie back that they set.
        bool cookie = !response_.header("set-cookie").empty() && target_.attempts == 0;
        return end(cookie ? Ending::retry : Ending::failed, SkipReason::redirect, "to itself");
    }
    if (target_.hops + 1 > rules_.hop_limit)
        return end(
            Ending::failed,
            SkipReason::redirect,
            "more than " + std::to_string(rules_.hop_limit) + " in a row"
        );
    if (is_media(target_.kind)) {
        lead_to_media(*to, canonical, target_.kind, target_.hops + 1, target_.context);
    } else {
        lead_to(*to, canonical, target_.depth, target_.hops + 1, false, {}, target_.kind);
    }
    end(Ending::skipped, SkipReason::redirect, canonical);
}

void Digest::lead_to(
    const formats::Url& url,
    std::string canonical,
    int depth,
    int hops,
    bool nofollow,
    std::string_view rel,
    Kind kind,
    bool preferred
) {
    bool from_seed = target_.depth == 0 && hops > 0;
    auto refusal = rules_.scope->refusal(url, canonical, depth, from_seed);
    if (is_no_address(refusal)) return;
    auto reason = !refusal && nofollow ? std::optional(SkipReason::nofollow) : refusal;
    if (is_known(canonical, !reason)) return;
    Discovery found;
    found.url = std::move(canonical);
    found.host = url.host_and_port();
    found.depth = depth;
    found.hops = hops;
    found.priority = kind == Kind::page ? priority::of_link(depth, is_next(rel, url))
                                        : priority::listing - 100 * (kind == Kind::feed);
    if (kind == Kind::page && (preferred || rules_.scope->prefers(found.url)))
        found.priority += priority::preferred;
    found.kind = kind;
    found.reason = reason;
    found.found_on = target_.key;
    outcome_.found.push_back(std::move(found));
}

void Digest::page() {
    outcome_.etag = response_.header("etag");
    outcome_.last_modified = response_.header("last-modified");
    media_type_ = media_type_of(response_);
    // What a page shows may turn out to be a page only if it was linked to.
    bool may_be_page = !is_media(target_.kind) || is_link();
    if (may_be_page && is_html(media_type_)) return html();
    if (rules_.media && rules_.media->any()) {
        if (media_type_ == "application/octet-stream" || media_type_ == "binary/octet-stream")
            if (auto type = media_type_of_ending(url_.path); !type.empty()) media_type_ = type;
        if (is_image_type(media_type_) && rules_.media->images) return image();
        if (rules_.media->wants_file(media_type_)) return file();
    }
    if (may_be_page && media_type_ == "text/plain") return plain();
    end(Ending::skipped, SkipReason::content_type, media_type_);
}

void Digest::reject(const Fault& fault) {
    schema::Reject made;
    made.raw = http_message(response_, response_.body);
    made.file = target_.url;
    made.column = fault.column;
    made.code = fault.code;
    made.reason = fault.reason;
    outcome_.rejects.push_back(std::move(made));
    end(Ending::skipped, SkipReason::rejected, fault.code);
}

void Digest::plain() {
    if (rules_.rules && !rules_.rules->keeps_others())
        return end(Ending::skipped, SkipReason::no_rules);
    auto consent = consent_of({});
    if (!consent.allowed && rules_.honour_consent) return refuse(consent);
    schema::Text text;
    text.body = formats::decode_page(response_.body, response_.header("content-type"));
    std::erase(text.body, '\0');
    auto guess = formats::judge_language(text.body);
    if (guess.reliable) text.language = guess.language;
    auto quality = measure_plain(text, guess);
    store({}, std::move(text), std::move(quality), {}, consent, {});
}

Consent Digest::consent_of(std::vector<std::pair<std::string, std::string>> metas, bool image)
    const {
    ConsentQuestion question;
    question.image = image;
    auto target = url_.target();
    question.target = target;
    question.agent = rules_.user_agent;
    question.robots = &site_.robots;
    question.files = site_.files;
    question.headers = response_.headers;
    question.metas = std::move(metas);
    return judge_consent(question);
}

void Digest::refuse(const Consent& consent) {
    outcome_.etag.clear();  // ask for the whole page again: its signals may change
    outcome_.last_modified.clear();
    end(Ending::skipped, SkipReason::consent, consent.rule);
}

bool Digest::is_known(const std::string& canonical, bool queued) const {
    return rules_.recent && rules_.recent->contains(RecentUrls::hash(canonical, queued));
}

void Digest::keep(
    schema::Draft draft,
    const boost::json::object& payload,
    const Consent& consent,
    std::string licence
) {
    draft.key = target_.url;
    draft.payload = boost::json::serialize(payload);
    draft.blob = std::move(response_.body);
    draft.media_type = media_type_;
    draft.origin.url = target_.url;
    draft.origin.licence = std::move(licence);
    draft.origin.consent = consent.json(fetched_at_);
    draft.origin.fetched_at = fetched_at_;
    outcome_.records.push_back(schema::seal(rules_.source_name, std::move(draft), *rules_.blobs));
    outcome_.ending = Ending::stored;
    const auto& stored = outcome_.records.back();
    outcome_.body_sha256 = stored.blob ? stored.blob->sha256 : base::sha256({});
}

PageRules page_rules(const CrawlOptions& options, const Scope& scope, const schema::Blobs& blobs) {
    PageRules rules;
    rules.source_name = options.source_name;
    rules.user_agent = options.fetch.user_agent;
    rules.scope = &scope;
    rules.blobs = &blobs;
    rules.rules = options.rules.get();
    rules.media = &options.media;
    rules.examine_image = options.examine_image;
    rules.record_scrape = options.record_scrape;
    rules.honour_consent = options.honour_consent;
    rules.retry = options.retry;
    rules.believe_canonical = options.believe_canonical;
    rules.follow_links = options.discovery.sitemaps != SitemapUse::only;
    rules.feeds = options.discovery.feeds;
    rules.watch_traps = options.shut_traps;
    return rules;
}

PageOutcome digest_page(
    const PageRules& rules,
    const Target& target,
    const SitePolicy& site,
    Response response,
    Time fetched_at
) {
    return Digest(rules, target, site, std::move(response), fetched_at).run();
}

}  // namespace crawler
