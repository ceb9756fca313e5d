// Images and files: those that pages lead to, and what comes when they are asked for.
#include "base/bytes/percent.hpp"
#include "base/text/ascii.hpp"
#include "base/text/utf8.hpp"
#include "crawler/extract/page_quality.hpp"
#include "crawler/frontier/discover.hpp"
#include "crawler/run/digest.hpp"
#include "formats/content/content.hpp"

namespace crawler {

namespace {

// What a page said of an image or file that it leads to.
boost::json::object context_of(const Target& target) {
    if (target.context.empty()) return {};
    boost::system::error_code error;
    auto value = boost::json::parse(target.context, error);
    return error || !value.is_object() ? boost::json::object() : value.as_object();
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
std::string file_name(std::string_view disposition, const formats::Url& url) {
    auto storable = [](std::string_view name) {
        auto text = base::mend_utf8(base::trim(name));
        std::erase(text, '\0');
        return text;
    };
    auto lowered = base::to_lower(disposition);
    if (auto at = lowered.find("filename="); at != lowered.npos) {
        auto name = disposition.substr(at + 9);
        if (name.starts_with('"')) {
            name = name.substr(1, name.find('"', 1) - 1);
        } else {
            name = name.substr(0, name.find(';'));
        }
        name = name.substr(name.find_last_of("/\\") + 1);
        return storable(name);
    }
    return storable(base::percent_decode(url.path.substr(url.path.rfind('/') + 1)));
}

}  // namespace

// Whether the page that leads here links to it, instead of showing it.
bool Digest::is_link() const {
    auto context = context_of(target_);
    const auto* link = context.if_contains("link");
    return link && link->is_bool() && link->as_bool();
}

void Digest::image() {
    const auto& wanted = *rules_.media->images;
    auto consent = consent_of(metas_in(target_), true);
    if (!consent.allowed && rules_.honour_consent) return refuse(consent);
    if (media_type_ == "image/svg+xml") return end(Ending::skipped, SkipReason::format, "svg");
    if (response_.body.size() < wanted.min_bytes)
        return end(
            Ending::skipped, SkipReason::too_small, std::to_string(response_.body.size()) + " bytes"
        );
    if (!rules_.examine_image) return end(Ending::skipped, SkipReason::content_type, media_type_);
    auto examined = rules_.examine_image(response_.body);
    if (const auto* wrong = std::get_if<std::string>(&examined))
        return reject({"image.broken", {}, *wrong});
    auto& image = std::get<formats::Image>(examined);
    if (auto why = refusal_of(wanted, image, response_.body.size()))
        return end(Ending::skipped, why->reason, why->detail);
    auto payload = media_payload();
    payload["width"] = image.width;
    payload["height"] = image.height;
    payload["format"] = image.format;
    schema::Draft draft;
    draft.image = std::move(image);
    keep(std::move(draft), payload, consent, {});
}

void Digest::file() {
    auto consent = consent_of(metas_in(target_));
    if (!consent.allowed && rules_.honour_consent) return refuse(consent);
    auto most = rules_.media->files->max_bytes;
    if (most > 0 && response_.body.size() > most)
        return end(
            Ending::skipped, SkipReason::too_large, std::to_string(response_.body.size()) + " bytes"
        );
    auto payload = media_payload();
    if (auto name = file_name(response_.header("content-disposition"), url_); !name.empty())
        payload["file_name"] = name;
    if (auto modified = response_.header("last-modified"); !modified.empty())
        payload["last_modified"] = base::mend_utf8(modified.substr(0, modified.find('\0')));
    schema::Draft draft;
    auto examined = formats::examine_content(response_.body);
    if (auto* content = examined ? std::get_if<formats::Content>(&*examined) : nullptr) {
        draft.image = std::move(content->image);
        draft.media = std::move(content->media);
        if (!content->note.empty()) payload["note"] = content->note;
        if (!content->text.empty() || !content->title.empty()) {
            auto& text = draft.text.emplace();
            text.title = std::move(content->title);
            text.body = std::move(content->text);
            auto guess = formats::judge_language(text.body);
            if (guess.reliable) text.language = guess.language;
            draft.quality = measure_plain(text, guess);
        }
    } else if (examined) {  // a file is kept whatever it is
        payload["note"] = std::get<formats::ContentFault>(*examined).reason;
    }
    keep(std::move(draft), payload, consent, {});
}

boost::json::object Digest::media_payload() const {
    boost::json::object payload;
    payload["url"] = target_.url;
    for (const auto& [name, value] : context_of(target_))
        if (name != "metas" && name != "link") payload[name] = value;
    payload["content_type"] = media_type_;
    payload["bytes"] = response_.body.size();
    return payload;
}

std::set<std::string> Digest::find_media(
    const formats::Document& document,
    const formats::Facts& facts,
    const Consent& consent
) {
    std::set<std::string> shown;
    if (!rules_.media || !rules_.media->any()) return shown;
    auto images = rules_.media->images ? consent_of(facts.metas, true) : consent;
    for (const auto& link : media_links(document, *rules_.media, facts.base)) {
        auto canonical = spelled(link.url);
        if (!shown.insert(canonical).second) continue;
        const auto& allowed = link.kind == Kind::image ? images : consent;
        std::optional<SkipReason> reason;
        std::string detail;
        if (link.link && consent.nofollow) {
            reason = SkipReason::nofollow;
        } else if (!link.too_small.empty()) {
            reason = SkipReason::too_small;
            detail = link.too_small;
        } else if (!allowed.allowed && rules_.honour_consent) {
            reason = SkipReason::consent;
            detail = allowed.rule;
        }
        auto context = boost::json::serialize(context_for(link, facts, allowed));
        lead_to_media(link.url, std::move(canonical), link.kind, 0, context, reason, detail);
    }
    return shown;
}

boost::json::object Digest::context_for(
    const MediaLink& link,
    const formats::Facts& facts,
    const Consent& consent
) const {
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
        if ((signal.source == "meta" || signal.source == "header") && !signal.value.empty())
            metas.push_back(boost::json::array{
                signal.name == "x-robots-tag" ? "robots" : signal.name.c_str(), signal.value});
    if (!metas.empty()) context["metas"] = std::move(metas);
    return context;
}

void Digest::lead_to_media(
    const formats::Url& url,
    std::string canonical,
    Kind kind,
    int hops,
    std::string context,
    std::optional<SkipReason> reason,
    std::string detail
) {
    if (!rules_.media) return;
    auto hosts = MediaHosts::scope;
    if (kind == Kind::image && rules_.media->images) hosts = rules_.media->images->hosts;
    if (kind != Kind::image && rules_.media->files) hosts = rules_.media->files->hosts;
    auto refusal = rules_.scope->media_refusal(url, canonical, hosts == MediaHosts::any);
    if (is_no_address(refusal)) return;
    if (!reason) reason = refusal;
    if (is_known(canonical, !reason)) return;
    Discovery found;
    found.url = std::move(canonical);
    found.host = url.host_and_port();
    found.depth = target_.depth;
    found.hops = hops;
    found.priority = priority::media;
    found.kind = kind;
    found.reason = reason;
    found.detail = std::move(detail);
    found.found_on = target_.key;
    found.context = std::move(context);
    outcome_.found.push_back(std::move(found));
}

}  // namespace crawler
