// One request after the other to one API: paced, signed, tried again, and read as JSON whatever it
// was sent in.
//
// An answer is judged as a whole only: whether it is all there. What stands in single values is for
// the records made of it, because one value that JSON does not have must not fail a stream. Answers
// that were asked for ahead wait here under their request's identity, before credentials, which
// differ each time.
#include "ingest/sources/api/requester.hpp"

#include "base/error.hpp"
#include "base/text/decoder.hpp"
#include "base/text/encoding_guess.hpp"
#include "base/text/utf8.hpp"
#include "formats/json/json.hpp"
#include "formats/json/mend.hpp"
#include "formats/text/media_type.hpp"
#include "ingest/sources/api/verdict.hpp"

namespace ingest::api {

namespace {

constexpr std::size_t longest_body = 256 * 1024 * 1024;

bool is_reference(const std::string& text) {
    return text.starts_with("env:") || text.starts_with("file:");
}

// Why a 2xx answer is no page; empty if it is one. Cut short on its way, most often: what is whole
// but for single values is a page, and its records are judged one by one.
std::string fault_of(const Response& response) {
    if (response.status == 204) return {};
    if (response.body.size() > longest_body) return "the answer is longer than 256 MiB";
    auto fault = formats::check_json(response.body);
    if (!fault || (fault->code != "json.depth" && formats::is_closed(response.body))) return {};
    return "the answer is no JSON: " + fault->reason;
}

// As UTF-8. JSON is UTF-8 and needs no label; labels are believed where the bytes are no UTF-8.
std::string in_utf8(std::string body, std::string_view content_type) {
    if (auto mark = base::byte_order_mark(body)) return base::decode(body, mark->encoding);
    constexpr std::string_view wide("\0\x1b", 2);  // of UTF-16 and of what shifts by escapes
    if (base::is_utf8(body) && body.find_first_of(wide) == body.npos) return body;
    auto told = base::encoding_of_label(formats::media_type_of(content_type).charset);
    if (told && *told != base::Encoding::utf8) return base::decode(body, *told);
    return base::decode(body, base::guess_encoding(body).encoding);
}

}  // namespace

Requester::Requester(const Spec& spec, const World& world)
    : spec_(spec), world_(world), credentials_(spec.auth, world) {
    for (const auto& [name, value] : spec.headers)
        headers_.emplace_back(name, is_reference(value) ? world.secrets.load(value) : value);
}

void Requester::wait(std::chrono::milliseconds span, const std::string& reason) {
    if (span.count() <= 0) return;
    if (!world_.clock.sleep(span)) throw Parked{world_.clock.now(), "stopped; " + reason};
}

void Requester::pace() {
    if (next_) {
        auto now = world_.clock.now();
        if (*next_ - now > spec_.longest_wait) throw Parked{*next_, "rate limit used up"};
        wait(std::chrono::ceil<std::chrono::milliseconds>(*next_ - now), "pacing");
    }
    next_ = world_.clock.now() + spec_.interval();
}

std::optional<Response> Requester::get(
    const Request& plain,
    const std::vector<ErrorRule>& errors,
    const std::string& what
) {
    auto identity = ahead_ || !kept_.empty() ? identity_of(plain) : std::string();
    if (ahead_) return kept_[identity] = ask(plain, errors, what);
    auto kept = kept_.extract(identity);
    return kept ? std::move(kept.mapped()) : ask(plain, errors, what);
}

std::optional<Response>
Requester::ask(Request plain, const std::vector<ErrorRule>& errors, const std::string& what) {
    if (!same_origin(plain.url, spec_.base_url))
        throw base::Error(
            what,
            "the next page is on another origin, '" + plain.url + "'; it would get the credentials",
            "check base_url and the paginator"
        );
    plain.headers.emplace_back("Accept", "application/json");
    if (!plain.body.empty()) plain.headers.emplace_back("Content-Type", "application/json");
    for (const auto& one : headers_) plain.headers.push_back(one);
    bool refreshed = false;
    for (int attempt = 1;; ++attempt) {
        pace();
        auto request = plain;
        credentials_.apply(request);
        ++sent_;
        auto response = world_.send(request);
        if (response.status / 100 == 2) {
            response.body =
                in_utf8(std::move(response.body), header(response.headers, "Content-Type"));
            if (auto fault = fault_of(response); !fault.empty())
                response = {0, response.headers, {}, fault};
        }
        auto now = world_.clock.now();
        Patience patience{
            spec_.attempts, spec_.longest_wait, credentials_.can_refresh() && !refreshed};
        auto chance = std::uniform_real_distribution<>(0, 1)(random_);
        auto verdict = judge(response, errors, patience, attempt, now, chance);
        switch (verdict.action) {
            case Action::take:
                // The window is used up: the next request would only be refused.
                if (used_up(response.headers))
                    if (auto told = told_wait(response.headers, now)) next_ = now + *told;
                return response;
            case Action::ignore:
                return std::nullopt;
            case Action::refresh:
                if (refreshed || !credentials_.can_refresh())
                    throw base::Error(what, verdict.reason);
                refreshed = true;
                credentials_.refresh();
                break;
            case Action::fail:
                throw base::Error(
                    what, verdict.reason, "see 'tilth source check', or say what to do in [[error]]"
                );
            case Action::park:
                throw Parked{now + verdict.wait, "rate limit, " + verdict.reason};
            case Action::retry:
                wait(verdict.wait, verdict.reason);
                break;
        }
    }
}

}  // namespace ingest::api
