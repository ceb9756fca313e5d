#include "crawler/page.hpp"

#include <algorithm>
#include <set>

#include <boost/json.hpp>

#include "crawler/article.hpp"
#include "crawler/canonical.hpp"
#include "crawler/characters.hpp"
#include "crawler/charset.hpp"
#include "crawler/discover.hpp"
#include "crawler/html.hpp"
#include "crawler/item_record.hpp"
#include "crawler/received.hpp"

namespace crawler {

namespace {

std::string media_type_of(const Response& response) {
    auto type = response.header("content-type");
    auto media = to_lower(trim(type.substr(0, type.find(';'))));
    if (!media.empty()) return media;
    auto start = trim(std::string_view(response.body).substr(0, 512));
    return start.starts_with('<') ? "text/html" : "application/octet-stream";
}

bool is_html(std::string_view media) {
    return media == "text/html" || media == "application/xhtml+xml";
}

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// What a page said of an image or file that it leads to.
boost::json::object context_of(const Target& target) {
    if (target.context.empty()) return {};
    boost::system::error_code error;
    auto value = boost::json::parse(target.context, error);
    return error || !value.is_object() ? boost::json::object() : value.as_object();
}

bool is_link(const Target& target) {
    auto context = context_of(target);
    const auto* link = context.if_contains("link");
    return link && link->is_bool() && link->as_bool();
}

std::vector<std::pair<std::string, std::string>> metas_in(const Target& target) {
    std::vector<std::pair<std::string, std::string>> metas;
    auto context = context_of(target);
    const auto* held = context.if_contains("metas");
    if (!held || !held->is_array()) return metas;
    for (const auto& pair : held->as_array())
        if (pair.is_array() && pair.as_array().size() == 2 && pair.as_array()[0].is_string() &&
            pair.as_array()[1].is_string())
            metas.emplace_back(pair.as_array()[0].as_string(), pair.as_array()[1].as_string());
    return metas;
}

// The name that a server gives a file, or the last part of its address.
std::string file_name(std::string_view disposition, const Url& url) {
    auto lowered = to_lower(disposition);
    if (auto at = lowered.find("filename="); at != lowered.npos) {
        auto name = disposition.substr(at + 9);
        if (name.starts_with('"')) {
            name = name.substr(1, name.find('"', 1) - 1);
        } else {
            name = name.substr(0, name.find(';'));
        }
        name = name.substr(name.find_last_of("/\\") + 1);
        return valid_utf8(trim(name));
    }
    return valid_utf8(percent_decode(url.path.substr(url.path.rfind('/') + 1)));
}

class Digest {
public:
    Digest(
        const PageRules& rules,
        const Target& target,
        const SitePolicy& site,
        Response&& response,
        Time fetched_at
    )
        : rules_(rules),
          target_(target),
          site_(site),
          response_(std::move(response)),
          fetched_at_(fetched_at),
          url_(*parse_url(target.url)) {}

    PageOutcome run() {
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

private:
    void end(Ending ending, std::string reason, std::string detail = {}) {
        outcome_.ending = ending;
        outcome_.reason = std::move(reason);
        outcome_.detail = std::move(detail);
    }

    void end_or_retry(Attempt attempt, std::string reason, std::string detail) {
        auto seed = static_cast<std::uint64_t>(target_.id);
        if (auto delay = retry_delay(rules_.retry, attempt, target_.attempts + 1, seed)) {
            outcome_.retry_in = *delay;
            return end(Ending::retry, std::move(reason), std::move(detail));
        }
        end(Ending::failed, std::move(reason), std::move(detail));
    }

    void no_answer() {
        auto detail = std::string(name_of(response_.error)) + ": " + response_.message;
        switch (response_.error) {
            case FetchError::refused_address:
                return end(Ending::skipped, "address", response_.message);
            case FetchError::too_large:
                return end(Ending::skipped, "too_large", response_.message);
            case FetchError::bad_url:
                return end(Ending::failed, "network", detail);
            case FetchError::signed_out:
                return end(Ending::failed, "signed_out", response_.message);
            case FetchError::proxy:
                return end_or_retry({}, "proxy", response_.message);
            default:
                return end_or_retry({}, "network", detail);
        }
    }

    void bad_status() {
        Attempt attempt{
            response_.status,
            false,
            parse_retry_after(response_.header("retry-after"), fetched_at_)};
        end_or_retry(attempt, "http", std::to_string(response_.status));
        if (response_.status == 404 || response_.status == 410) see(0, {}, true);
    }

    // A sitemap or feed: its entries are new addresses.
    void listing() {
        outcome_.etag = response_.header("etag");
        outcome_.last_modified = response_.header("last-modified");
        outcome_.body_sha256 = schema::sha256(response_.body);
        auto found = read_listing(target_, url_, response_.body, *rules_.scope, fetched_at_);
        if (!found) return end(Ending::skipped, "listing", "neither a sitemap nor a feed");
        outcome_.found = std::move(*found);
        outcome_.links = outcome_.found.size();
        outcome_.ending = Ending::listed;
    }

    // Notes how much news the page brings for addresses of its form.
    void see(std::uint64_t simhash, const schema::Text& text, bool empty) {
        if (!rules_.watch_traps || target_.kind != Kind::page) return;
        Sighting sighting{pattern_of(url_), 0, simhash, empty};
        if (!empty) sighting.exact = text_hash(text.title, text.body);
        if (!empty && is_suspicious(sighting.pattern))
            sighting.near = shape_of(text.title, text.body);
        outcome_.sighting = std::move(sighting);
    }

    void redirect() {
        auto to = parse_url(response_.header("location"), &url_);
        if (!to) return end(Ending::failed, "redirect", "a location that is no URL");
        auto canonical = canonical_url(*to);
        if (canonical == target_.url) {
            // Some sites only answer those who bring the cookie back that they set.
            bool cookie = !response_.header("set-cookie").empty() && target_.attempts == 0;
            return end(cookie ? Ending::retry : Ending::failed, "redirect", "to itself");
        }
        if (target_.hops + 1 > rules_.hop_limit)
            return end(
                Ending::failed,
                "redirect",
                "more than " + std::to_string(rules_.hop_limit) + " in a row"
            );
        if (is_media(target_.kind)) {
            lead_to_media(*to, canonical, target_.kind, target_.hops + 1, target_.context);
        } else {
            lead_to(*to, canonical, target_.depth, target_.hops + 1, false, {}, target_.kind);
        }
        end(Ending::skipped, "redirect", canonical);
    }

    void lead_to(
        const Url& url,
        std::string canonical,
        int depth,
        int hops,
        bool nofollow = false,
        std::string_view rel = {},
        Kind kind = Kind::page,
        bool preferred = false
    ) {
        bool from_seed = target_.depth == 0 && hops > 0;
        auto refusal = rules_.scope->refusal(url, canonical, depth, from_seed);
        if (refusal == "scheme" || refusal == "length")
            return;  // mailto:, javascript: .. are no addresses of pages
        std::string reason(refusal.empty() && nofollow ? std::string_view("nofollow") : refusal);
        if (is_known(canonical, reason.empty())) return;
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
        found.reason = std::move(reason);
        found.found_on = target_.key;
        outcome_.found.push_back(std::move(found));
    }

    void page() {
        outcome_.etag = response_.header("etag");
        outcome_.last_modified = response_.header("last-modified");
        media_type_ = media_type_of(response_);
        // What a page shows may turn out to be a page only if it was linked to.
        bool may_be_page = !is_media(target_.kind) || is_link(target_);
        if (may_be_page && is_html(media_type_)) return html();
        if (rules_.media && rules_.media->any()) {
            if (media_type_ == "application/octet-stream" || media_type_ == "binary/octet-stream")
                if (auto type = media_type_of_ending(url_.path); !type.empty()) media_type_ = type;
            if (is_image_type(media_type_) && rules_.media->images) return image();
            if (rules_.media->wants_file(media_type_)) return file();
        }
        if (may_be_page && media_type_ == "text/plain") return plain();
        end(Ending::skipped, "content_type", media_type_);
    }

    void html() {
        auto document =
            Document::parse(decode_page(response_.body, response_.header("content-type")));
        auto facts = read_facts(document, url_);
        auto consent = consent_of(facts.metas);
        std::vector<Link> links;
        if (rules_.follow_links) links = read_links(document, facts, false);
        bool refused = !consent.allowed && rules_.honour_consent;
        auto shown = refused ? std::set<std::string>() : find_media(document, facts, consent);
        std::optional<Scrape> scrape;
        if (rules_.rules) scrape = rules_.rules->scrape(document, target_.url, facts.base);
        if (rules_.follow_links) follow(links, facts, consent.nofollow, scrape, shown);
        if (rules_.feeds && !consent.nofollow)
            for (const auto& feed : feeds_of(document, facts.base))
                lead_to(feed, canonical_url(feed), target_.depth, 0, false, {}, Kind::feed);
        if (refused) return refuse(consent);
        if (moves_to_canonical(facts)) return;
        if (rules_.rules && !scrape && !rules_.rules->keeps_others())
            return end(Ending::skipped, "no_rules", {});
        if (scrape && rules_.record_scrape) rules_.record_scrape(target_.url, response_, *scrape);
        outcome_.ruled = rules_.rules != nullptr;
        if (scrape && scrape->page.fault) return reject(*scrape->page.fault);
        if (scrape && scrape->itemised) items(document, facts, consent, *scrape);
        if (scrape && !scrape->keeps_page) return;

        schema::Text text;
        text.body = scrape ? std::move(scrape->page.text) : std::string();
        if (text.body.empty()) text.body = text_of(document, find_main_part(document));
        if (text.body.empty()) text.body = document.visible_text(document.body());
        text.title = facts.title;
        text.language = facts.language.empty() ? guess_language(text.body) : facts.language;
        store(
            scrape ? std::move(scrape->page) : Scraped(), std::move(text), consent, facts.licence
        );
    }

    // Each item is a record, or a reject. A page without any is not kept, but for its links.
    void items(
        const Document& document,
        const Facts& facts,
        const Consent& consent,
        Scrape& scrape
    ) {
        outcome_.itemised = true;
        Received received(response_.body, document.source());
        ItemPage page{
            target_.url,
            facts.licence,
            dated(consent.json()),
            facts.language,
            fetched_at_,
            &response_};
        schema::Text all;
        for (auto& item : scrape.items) {
            all.body += item.scraped.text;
            all.body += '\n';
            std::string html;
            ItemBytes bytes{
                received.bytes(item.begin, item.end),
                received.offset(item.begin),
                received.is_exact()};
            if (item.begin == item.end) {
                html = document.outer_html(item.node);
                bytes = {html, -1, false};
            }
            add_item(rules_, page, std::move(item), bytes, outcome_);
        }
        if (scrape.keeps_page) return;
        outcome_.body_sha256 = schema::sha256(response_.body);
        if (!outcome_.records.empty()) {
            outcome_.ending = Ending::stored;
            see(schema::simhash(all.body), all, false);
        } else if (outcome_.rejects.empty()) {
            end(Ending::skipped, "no_items", {});
        } else {
            end(Ending::skipped, "rejected", outcome_.rejects.front().code);
        }
    }

    // Keeps the answer as one that could not become a record.
    void reject(const Fault& fault) {
        schema::Reject made;
        made.raw = http_message(response_, response_.body);
        made.file = target_.url;
        made.column = fault.column;
        made.code = fault.code;
        made.reason = fault.reason;
        outcome_.rejects.push_back(std::move(made));
        end(Ending::skipped, "rejected", fault.code);
    }

    void image() {
        const auto& wanted = *rules_.media->images;
        auto consent = consent_of(metas_in(target_), true);
        if (!consent.allowed && rules_.honour_consent) return refuse(consent);
        if (media_type_ == "image/svg+xml") return end(Ending::skipped, "format", "svg");
        if (response_.body.size() < wanted.min_bytes)
            return end(
                Ending::skipped, "too_small", std::to_string(response_.body.size()) + " bytes"
            );
        if (!rules_.examine_image) return end(Ending::skipped, "content_type", media_type_);
        auto examined = rules_.examine_image(response_.body);
        if (const auto* wrong = std::get_if<std::string>(&examined))
            return reject({"image.broken", {}, *wrong});
        auto& image = std::get<schema::Image>(examined);
        if (auto why = refusal_of(wanted, image, response_.body.size()); !why.reason.empty())
            return end(Ending::skipped, why.reason, why.detail);
        auto payload = media_payload();
        payload["width"] = image.width;
        payload["height"] = image.height;
        payload["format"] = image.format;
        schema::Draft draft;
        draft.image = std::move(image);
        keep(std::move(draft), payload, consent, {});
    }

    void file() {
        auto consent = consent_of(metas_in(target_));
        if (!consent.allowed && rules_.honour_consent) return refuse(consent);
        auto most = rules_.media->files->max_bytes;
        if (most > 0 && response_.body.size() > most)
            return end(
                Ending::skipped, "too_large", std::to_string(response_.body.size()) + " bytes"
            );
        auto payload = media_payload();
        if (auto name = file_name(response_.header("content-disposition"), url_); !name.empty())
            payload["file_name"] = name;
        if (auto modified = response_.header("last-modified"); !modified.empty())
            payload["last_modified"] = valid_utf8(modified);
        keep({}, payload, consent, {});
    }

    // What is known of an image or file, and what the page says that leads to it.
    boost::json::object media_payload() const {
        boost::json::object payload;
        payload["url"] = target_.url;
        for (const auto& [name, value] : context_of(target_))
            if (name != "metas" && name != "link") payload[name] = value;
        payload["content_type"] = media_type_;
        payload["bytes"] = response_.body.size();
        return payload;
    }

    void plain() {
        auto consent = consent_of({});
        if (!consent.allowed && rules_.honour_consent) return refuse(consent);
        schema::Text text;
        text.body = decode_page(response_.body, response_.header("content-type"));
        std::erase(text.body, '\0');
        text.language = guess_language(text.body);
        store({}, std::move(text), consent, {});
    }

    Consent
    consent_of(std::vector<std::pair<std::string, std::string>> metas, bool image = false) const {
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

    void refuse(const Consent& consent) {
        outcome_.etag.clear();  // ask for the whole page again: its signals may change
        outcome_.last_modified.clear();
        end(Ending::skipped, "consent", consent.rule);
    }

    void follow(
        const std::vector<Link>& links,
        const Facts& facts,
        bool nofollow,
        const std::optional<Scrape>& scrape,
        const std::set<std::string>& shown
    ) {
        std::set<std::string> next;
        if (scrape)
            for (const auto& url : scrape->follow) next.insert(canonical_url(url));
        bool only = scrape && scrape->follow_only;
        auto further = [&](const Url& url, std::string canonical, bool no, std::string_view rel) {
            ++outcome_.links;
            if (shown.contains(canonical)) return;
            if (!next.contains(canonical)) {
                if (only) return leave_out(url, std::move(canonical), "follow_only");
                return lead_to(url, std::move(canonical), target_.depth + 1, 0, no, rel);
            }
            next.erase(canonical);
            // The pages of a series are as deep as its first.
            lead_to(url, std::move(canonical), std::max(1, target_.depth), 0, no, "next", Kind::page, true);
        };
        for (const auto& link : links)
            further(link.url, canonical_url(link.url), nofollow || link.nofollow, link.rel);
        if (scrape)
            for (const auto& url : scrape->follow)
                if (auto canonical = canonical_url(url); next.contains(canonical))
                    further(url, std::move(canonical), nofollow, {});
        if (facts.refresh)
            lead_to(*facts.refresh, canonical_url(*facts.refresh), target_.depth, target_.hops + 1);
    }

    // Notes an address that is not to be fetched, and why.
    void leave_out(const Url& url, std::string canonical, std::string reason) {
        if (!url.is_web() || is_known(canonical, false)) return;
        Discovery found;
        found.url = std::move(canonical);
        found.host = url.host_and_port();
        found.depth = target_.depth + 1;
        found.reason = std::move(reason);
        found.found_on = target_.key;
        outcome_.found.push_back(std::move(found));
    }

    bool is_known(const std::string& canonical, bool queued) const {
        return rules_.recent && rules_.recent->contains(RecentUrls::hash(canonical, queued));
    }

    // Notes the images and files that the page leads to; returns their addresses.
    std::set<std::string>
    find_media(const Document& document, const Facts& facts, const Consent& consent) {
        std::set<std::string> shown;
        if (!rules_.media || !rules_.media->any()) return shown;
        auto images = rules_.media->images ? consent_of(facts.metas, true) : consent;
        for (const auto& link : media_links(document, *rules_.media, facts.base)) {
            auto canonical = canonical_url(link.url);
            if (!shown.insert(canonical).second) continue;
            const auto& allowed = link.kind == Kind::image ? images : consent;
            std::string reason, detail;
            if (link.link && consent.nofollow) {
                reason = "nofollow";
            } else if (!link.too_small.empty()) {
                reason = "too_small";
                detail = link.too_small;
            } else if (!allowed.allowed && rules_.honour_consent) {
                reason = "consent";
                detail = allowed.rule;
            }
            auto context = boost::json::serialize(context_for(link, facts, allowed));
            lead_to_media(
                link.url, std::move(canonical), link.kind, 0, context, std::move(reason), detail
            );
        }
        return shown;
    }

    boost::json::object
    context_for(const MediaLink& link, const Facts& facts, const Consent& consent) const {
        boost::json::object context{{"page", target_.url}};
        auto put = [&](const char* name, const std::string& text) {
            if (!text.empty()) context[name] = text;
        };
        put(link.kind == Kind::image ? "alt" : "text", link.alt);
        put("title", link.title);
        put("caption", link.caption);
        put("page_title", facts.title);
        put("page_licence", facts.licence);
        if (link.link) context["link"] = true;
        // The page's own signals hold for what it shows.
        boost::json::array metas;
        for (const auto& signal : consent.signals)
            if (signal.source == "meta" && !signal.value.empty())
                metas.push_back(boost::json::array{signal.name, signal.value});
        if (!metas.empty()) context["metas"] = std::move(metas);
        return context;
    }

    void lead_to_media(
        const Url& url,
        std::string canonical,
        Kind kind,
        int hops,
        std::string context,
        std::string reason = {},
        std::string detail = {}
    ) {
        if (!rules_.media) return;
        bool any_host = kind == Kind::image
                            ? rules_.media->images && rules_.media->images->any_host
                            : rules_.media->files && rules_.media->files->any_host;
        auto refusal = rules_.scope->media_refusal(url, canonical, any_host);
        if (refusal == "scheme" || refusal == "length") return;
        if (reason.empty()) reason = refusal;
        if (is_known(canonical, reason.empty())) return;
        Discovery found;
        found.url = std::move(canonical);
        found.host = url.host_and_port();
        found.depth = target_.depth;
        found.hops = hops;
        found.priority = priority::media;
        found.kind = kind;
        found.reason = std::move(reason);
        found.detail = std::move(detail);
        found.found_on = target_.key;
        found.context = std::move(context);
        outcome_.found.push_back(std::move(found));
    }

    // A page that names another of its host as the real one gives way to it, unless it was reached
    // by such a hint itself.
    bool moves_to_canonical(const Facts& facts) {
        if (!facts.canonical || target_.hops > 0 ||
            facts.canonical->host_and_port() != url_.host_and_port())
            return false;
        auto canonical = canonical_url(*facts.canonical);
        if (canonical == target_.url || facts.canonical->path == "/") return false;
        auto before = outcome_.found.size();
        lead_to(*facts.canonical, canonical, target_.depth, target_.hops + 1);
        if (outcome_.found.size() == before) see(0, {}, true);  // a copy of a page that is known
        end(Ending::skipped, "canonical", canonical);
        return true;
    }

    void store(Scraped scraped, schema::Text text, const Consent& consent, std::string licence) {
        boost::json::object payload;
        payload["url"] = target_.url;
        payload["title"] = text.title;
        payload["status"] = response_.status;
        payload["depth"] = target_.depth;
        payload["content_type"] = media_type_;
        payload["links_out"] = outcome_.links;
        if (outcome_.itemised)
            payload["items"] = outcome_.records.size() + outcome_.rejects.size();
        for (auto& [name, value] : scraped.fields) payload[name] = std::move(value);
        schema::Draft draft;
        fill_draft(std::move(scraped), draft);
        draft.text = std::move(text);
        keep(std::move(draft), payload, consent, std::move(licence));
        const auto& stored = outcome_.records.back();
        see(stored.simhash, *stored.draft.text, stored.words == 0);
    }

    // Makes the draft the record of this address.
    void keep(
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
        draft.origin.consent = dated(consent.json());
        draft.origin.fetched_at = fetched_at_;
        outcome_.records.push_back(
            schema::seal(rules_.source_name, std::move(draft), *rules_.blobs)
        );
        outcome_.ending = Ending::stored;
        const auto& stored = outcome_.records.back();
        outcome_.body_sha256 = stored.blob ? stored.blob->sha256 : schema::sha256({});
    }

    // A consent's JSON with the time at which it was asked.
    std::string dated(std::string json) const {
        if (json.ends_with('}')) {
            json.pop_back();
            json += ",\"at\":\"" + schema::timestamp(fetched_at_) + "\"}";
        }
        return json;
    }

    const PageRules& rules_;
    const Target& target_;
    const SitePolicy& site_;
    Response response_;
    Time fetched_at_;
    Url url_;
    std::string media_type_;
    PageOutcome outcome_;
};

}  // namespace

std::string_view name_of(Ending ending) {
    switch (ending) {
        case Ending::stored:
            return "stored";
        case Ending::unchanged:
            return "unchanged";
        case Ending::listed:
            return "listed";
        case Ending::skipped:
            return "skipped";
        case Ending::retry:
            return "retry";
        case Ending::failed:
            return "failed";
    }
    return "failed";
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
