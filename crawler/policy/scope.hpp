#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/words.hpp"
#include "crawler/policy/skip_reason.hpp"
#include "formats/url/url.hpp"

namespace crawler {

// Which addresses belong to a crawl.
struct ScopeRules {
    enum class Reach { host, domain, prefix, any };
    Reach reach = Reach::host;
    // Regular expressions (base/text/pattern.hpp). If any, one must match the canonical URL.
    std::vector<std::string> include{};
    std::vector<std::string> exclude{};  // none may match
    std::vector<std::string> prefer{};   // what matches one of these comes first
    // Only so large a share of it, expression by expression; all of it where none stands. Which
    // addresses they are follows from these alone.
    std::vector<double> prefer_shares{};
    int depth = 100;                // links away from a seed
    std::size_t url_length = 2000;  // octets
};

constexpr auto words_of(ScopeRules::Reach) {
    using enum ScopeRules::Reach;
    return std::to_array<base::Word<ScopeRules::Reach>>({
        {host, "host", "the seeds' hosts, with their ports; http and https alike"},
        {domain, "domain", "the seeds' registrable domains (public suffix list)"},
        {prefix, "prefix", "the seeds' addresses up to the last '/' of their path"},
        {any, "any", "everything; bounded by depth, include and exclude alone"},
    });
}

// Judges addresses against the rules and seeds. Throws base::UsageError for a regular expression
// that is not one, and for more shares than expressions.
class Scope {
public:
    Scope(ScopeRules rules, const std::vector<formats::Url>& seeds);
    ~Scope();

    // Why the address is left out: scheme, scope, depth, exclude, length or trap (a path that
    // repeats itself); nothing if it belongs. `from_seed` widens the hosts to the seed's
    // domain: a redirect from example.org to www.example.org.
    std::optional<SkipReason> refusal(
        const formats::Url& url,
        std::string_view canonical,
        int depth,
        bool from_seed = false
    ) const;

    // The same for an image or file of a page that belongs: depth and `include` do not matter, and
    // neither does the host if `any_host`.
    std::optional<SkipReason>
    media_refusal(const formats::Url& url, std::string_view canonical, bool any_host) const;

    bool prefers(std::string_view canonical) const;

private:
    struct Patterns;
    bool within(const formats::Url& url, std::string_view canonical, ScopeRules::Reach reach) const;

    ScopeRules rules_;
    std::vector<std::string> hosts_, domains_, prefixes_;
    std::unique_ptr<Patterns> patterns_;
};

// "example.co.uk" of "www.example.co.uk"; the host itself if it is an address or a public suffix.
std::string registrable_domain(const std::string& host);

}  // namespace crawler
