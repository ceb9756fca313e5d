// Tests are ordered from cheap to dear and from "never ours" to "not now", for the first reason
// that holds is the one that is told. Domains are registrable ones by the Public Suffix List:
// "co.uk" is nobody's domain, and a crawl of one site must not become one of a country.
//
// A path whose segments repeat comes from relative links that build upon themselves, the commonest
// trap; it can be seen from the address alone.
#include "crawler/policy/scope.hpp"

#include <algorithm>

#include <libpsl.h>
#include <boost/container/small_vector.hpp>

#include "base/bytes/hash.hpp"
#include "base/error.hpp"
#include "base/text/pattern.hpp"
#include "formats/url/canonical.hpp"

namespace crawler {

struct Scope::Patterns {
    std::vector<base::Pattern> include, exclude, prefer;
};

namespace {

std::vector<base::Pattern> compile(const std::vector<std::string>& texts) {
    std::vector<base::Pattern> patterns;
    for (const auto& text : texts) patterns.push_back(base::Pattern::parse(text));
    return patterns;
}

bool any_matches(const std::vector<base::Pattern>& patterns, std::string_view text) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const base::Pattern& pattern) {
        return pattern.found_in(text);
    });
}

// A segment four times in a path, or three times in a row: links that build upon themselves.
bool repeats_itself(std::string_view path) {
    if (std::count(path.begin(), path.end(), '/') < 3) return false;
    boost::container::small_vector<std::pair<std::string_view, int>, 16> seen;
    auto times = [&](std::string_view segment) {
        for (auto& [known, count] : seen)
            if (known == segment) return ++count;
        return seen.emplace_back(segment, 1).second;
    };
    std::string_view last;
    int row = 0;
    while (!path.empty()) {
        path.remove_prefix(1);
        auto segment = path.substr(0, path.find('/'));
        path.remove_prefix(segment.size());
        row = !segment.empty() && segment == last ? row + 1 : 1;
        last = segment;
        if (row >= 3 || (!segment.empty() && times(segment) >= 4)) return true;
    }
    return false;
}

bool holds(const std::vector<std::string>& list, const std::string& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

std::string registrable_domain(const std::string& host) {
    bool address =
        host.starts_with('[') || host.find_first_not_of("0123456789.") == std::string::npos;
    if (address) return host;
    const char* domain = psl_registrable_domain(psl_builtin(), host.c_str());
    return domain ? domain : host;
}

Scope::Scope(ScopeRules rules, const std::vector<formats::Url>& seeds)
    : rules_(std::move(rules)), patterns_(std::make_unique<Patterns>()) {
    patterns_->include = compile(rules_.include);
    patterns_->exclude = compile(rules_.exclude);
    patterns_->prefer = compile(rules_.prefer);
    if (rules_.prefer_shares.size() > rules_.prefer.size())
        throw base::UsageError(
            "'prefer_shares'", "has more numbers than 'prefer' has expressions", "leave some out"
        );
    for (const auto& seed : seeds) {
        hosts_.push_back(seed.host_and_port());
        domains_.push_back(registrable_domain(seed.host.value_or("")));
        auto prefix = formats::canonical_url(seed);
        prefix.resize(std::min(prefix.find('?'), prefix.size()));
        prefix.resize(prefix.rfind('/') + 1);
        prefixes_.push_back(prefix);
    }
}

Scope::~Scope() = default;

bool Scope::prefers(std::string_view canonical) const {
    for (std::size_t i = 0; i < patterns_->prefer.size(); ++i) {
        if (!patterns_->prefer[i].found_in(canonical)) continue;
        if (i >= rules_.prefer_shares.size()) return true;
        constexpr double whole = 0x1p64;
        const auto place = static_cast<double>(base::hash_64(canonical)) / whole;
        if (place < rules_.prefer_shares[i]) return true;
    }
    return false;
}

std::optional<SkipReason>
Scope::media_refusal(const formats::Url& url, std::string_view canonical, bool any_host) const {
    if (!url.is_web()) return SkipReason::scheme;
    if (canonical.size() > rules_.url_length) return SkipReason::length;
    if (!any_host && !within(url, canonical, rules_.reach)) return SkipReason::scope;
    if (any_matches(patterns_->exclude, canonical)) return SkipReason::exclude;
    return std::nullopt;
}

bool Scope::within(const formats::Url& url, std::string_view canonical, ScopeRules::Reach reach)
    const {
    switch (reach) {
        case ScopeRules::Reach::host:
            return holds(hosts_, url.host_and_port());
        case ScopeRules::Reach::domain:
            return holds(domains_, registrable_domain(url.host.value_or("")));
        case ScopeRules::Reach::prefix:
            return std::any_of(prefixes_.begin(), prefixes_.end(), [&](const std::string& prefix) {
                return canonical.starts_with(prefix);
            });
        case ScopeRules::Reach::any:
            return true;
    }
    return false;
}

std::optional<SkipReason> Scope::refusal(
    const formats::Url& url,
    std::string_view canonical,
    int depth,
    bool from_seed
) const {
    if (!url.is_web()) return SkipReason::scheme;
    if (canonical.size() > rules_.url_length) return SkipReason::length;
    bool inside = within(url, canonical, rules_.reach) ||
                  (from_seed && within(url, canonical, ScopeRules::Reach::domain));
    if (!inside) return SkipReason::scope;
    if (!patterns_->include.empty() && depth > 0 && !any_matches(patterns_->include, canonical))
        return SkipReason::scope;
    if (any_matches(patterns_->exclude, canonical)) return SkipReason::exclude;
    if (depth > rules_.depth) return SkipReason::depth;
    if (repeats_itself(url.path)) return SkipReason::trap;
    return std::nullopt;
}

}  // namespace crawler
