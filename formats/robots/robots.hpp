#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace formats {

// Whether a path may be fetched, and the line of robots.txt that says so (empty if none does).
struct RobotsVerdict {
    bool allowed = true;
    std::string rule;
};

// A robots.txt by RFC 9309.
class Robots {
public:
    // No rules: everything is allowed.
    Robots() = default;

    // Reads any bytes: only the first 500 KiB count, a byte order mark is skipped, lines end with
    // LF, CR or both, lines that are no rule are passed over.
    static Robots parse(std::string_view bytes);

    // What an answer to the request for robots.txt means (RFC 9309, 2.3.1): 2xx its body, 4xx no
    // rules, 429, 5xx and no answer (status 0) nothing allowed. Redirects are followed before.
    static Robots from_response(int status, std::string_view body);

    // The verdict of the groups for `agent`, or of the `*` groups if it has none. Groups of one
    // agent count as one; the longest matching pattern in octets wins, Allow on a tie. `target` is
    // path and query; /robots.txt is always allowed. Only the product token of `agent` is compared,
    // without case.
    RobotsVerdict check(std::string_view agent, std::string_view target) const;

    // Whether a group names the agent itself.
    bool names(std::string_view agent) const;

    std::optional<std::chrono::milliseconds> crawl_delay(std::string_view agent) const;

    // Values of other lines in the agent's groups, such as Content-Signal; `name` in lower case.
    std::vector<std::string> values(std::string_view agent, std::string_view name) const;

    const std::vector<std::string>& sitemaps() const { return sitemaps_; }

    // Set if nothing may be fetched because the file could not be had: "robots.txt: status 503".
    const std::string& unreachable() const { return unreachable_; }

private:
    struct Rule {
        bool allow;
        std::string pattern;  // escapes normalised
        std::string text;     // as in the file
    };
    struct Group {
        std::vector<std::string> agents;  // lower case; "*" for all
        std::vector<Rule> rules;
        std::vector<std::pair<std::string, std::string>> others;
    };
    struct Reader;

    std::vector<const Group*> groups_for(std::string_view agent) const;

    std::vector<Group> groups_;
    std::vector<std::string> sitemaps_;
    std::string unreachable_;
};

// The leading letters, digits, '_' and '-' of a user agent, in lower case.
std::string product_token(std::string_view agent);

}  // namespace formats
