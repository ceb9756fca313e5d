// robots.txt by RFC 9309, and the extensions that crawlers honour (Crawl-delay, Sitemap).
//
// Both pattern and path are brought to one spelling before they are compared: %7E and ~ are the
// same octet. A pattern costs no more than its length and the path's, for a file may hold thousands
// of strangers' making.
//
// The standard knows agents by letters, '_' and '-' alone; names with digits are in the wild, and
// whoever reads them as far as their letters takes MJ12bot's rules for MJ's.
#include "formats/robots/robots.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/bytes/hex.hpp"
#include "base/bytes/percent.hpp"
#include "base/text/ascii.hpp"

namespace formats {

namespace {

constexpr std::size_t size_limit = 500 * 1024;

// Paths and patterns in one spelling (RFC 9309, 2.2.2): octets outside ASCII and the marks * and $
// of a path as %XX, %XX of unreserved characters decoded, other %XX in upper case.
std::string normalised(std::string_view text, bool pattern) {
    std::string out;
    out.reserve(text.size());
    auto escape = [&](char c) { base::append_percent(c, out); };
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%' && i + 2 < text.size() && base::hex_value(text[i + 1]) >= 0 &&
            base::hex_value(text[i + 2]) >= 0) {
            char decoded =
                static_cast<char>(base::hex_value(text[i + 1]) * 16 + base::hex_value(text[i + 2]));
            bool unreserved = base::is_alnum(decoded) || decoded == '-' || decoded == '.' ||
                              decoded == '_' || decoded == '~';
            if (unreserved) {
                out += decoded;
            } else {
                escape(decoded);
            }
            i += 2;
        } else if (static_cast<signed char>(c) < 0 || std::string_view(" \"<>^`{}").find(c) != std::string_view::npos) {
            escape(c);
        } else if (c == '*' && !pattern) {
            escape(c);
        } else if (c == '$' && !(pattern && i + 1 == text.size())) {
            escape(c);
        } else {
            out += c;
        }
    }
    return out;
}

// `*` stands for any run of octets, a final `$` for the end. Each piece between stars is taken
// where it comes first: what follows has the most room then. Searching is memmem's, which is
// linear.
bool matches(std::string_view pattern, std::string_view path) {
    bool anchored = pattern.ends_with('$');
    if (anchored) pattern.remove_suffix(1);
    auto star = pattern.find('*');
    if (!path.starts_with(pattern.substr(0, star))) return false;
    if (star == pattern.npos) return !anchored || path.size() == pattern.size();
    path.remove_prefix(star);
    for (;;) {
        pattern.remove_prefix(star + 1);
        star = pattern.find('*');
        auto piece = pattern.substr(0, star);
        if (star == pattern.npos && anchored) return path.ends_with(piece);
        const auto* found =
            static_cast<const char*>(memmem(path.data(), path.size(), piece.data(), piece.size()));
        if (!found) return false;
        if (star == pattern.npos) return true;
        path.remove_prefix(static_cast<std::size_t>(found - path.data()) + piece.size());
    }
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::string product_token(std::string_view agent) {
    agent = base::trim(agent);
    std::size_t end = 0;
    while (end < agent.size() &&
           (base::is_alnum(agent[end]) || agent[end] == '_' || agent[end] == '-'))
        ++end;
    return base::to_lower(agent.substr(0, end));
}

struct Robots::Reader {
    Robots& robots;
    bool in_rules = true;  // the next User-agent line begins a group

    void line(std::string_view text) {
        text = base::trim(text.substr(0, text.find('#')));
        auto end = text.find(':');
        if (end == text.npos) end = missing_colon(text);
        if (end == text.npos) return;
        auto name = base::to_lower(base::trim(text.substr(0, end)));
        auto value = base::trim(text.substr(end + 1));
        if (is_one_of(name, {"user-agent", "useragent", "user agent"})) {
            agent(value);
        } else if (name == "sitemap") {
            if (!value.empty()) robots.sitemaps_.emplace_back(value);
        } else if (!robots.groups_.empty()) {
            auto& group = robots.groups_.back();
            bool disallow = is_one_of(
                name, {"disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"}
            );
            if (name == "allow" || disallow) {
                in_rules = true;
                if (!value.empty())
                    group.rules.push_back({!disallow, pattern(value), std::string(text)});
            } else {
                group.others.emplace_back(name, value);
            }
        }
    }

    // "Disallow /x": the colon was forgotten between two words.
    static std::size_t missing_colon(std::string_view text) {
        auto blank = text.find_first_of(" \t");
        if (blank == text.npos) return blank;
        auto rest = base::trim(text.substr(blank));
        auto name = base::to_lower(text.substr(0, blank));
        bool known = is_one_of(name, {"user-agent", "allow", "disallow"});
        return known && rest.find_first_of(" \t") == rest.npos ? blank : text.npos;
    }

    void agent(std::string_view value) {
        if (in_rules) robots.groups_.emplace_back();
        in_rules = false;
        bool all = value.starts_with('*') && (value.size() == 1 || base::is_space(value[1]));
        auto token = all ? std::string("*") : product_token(value);
        if (!token.empty()) robots.groups_.back().agents.push_back(token);
    }

    static std::string pattern(std::string_view value) {
        auto text = normalised(value, true);
        return text.starts_with('/') || text.starts_with('*') ? text : "/" + text;
    }
};

Robots Robots::parse(std::string_view bytes) {
    bytes = bytes.substr(0, size_limit);
    for (std::string_view mark = "\xef\xbb\xbf"; !mark.empty() && bytes.starts_with(mark[0]);
         mark.remove_prefix(1))
        bytes.remove_prefix(1);
    Robots robots;
    Reader reader{robots};
    while (!bytes.empty()) {
        auto line = bytes.substr(0, bytes.find_first_of("\r\n"));
        bytes.remove_prefix(std::min(bytes.size(), line.size() + 1));
        reader.line(line);
    }
    return robots;
}

Robots Robots::from_response(int status, std::string_view body) {
    if (status >= 200 && status < 300) return parse(body);
    if (status >= 400 && status < 500 && status != 429) return {};
    Robots robots;
    robots.unreachable_ =
        status == 0 ? "robots.txt: no answer" : "robots.txt: status " + std::to_string(status);
    return robots;
}

std::vector<const Robots::Group*> Robots::groups_for(std::string_view agent) const {
    auto token = product_token(agent);
    std::vector<const Group*> own, all;
    auto has = [](const Group& group, std::string_view name) {
        return std::find(group.agents.begin(), group.agents.end(), name) != group.agents.end();
    };
    for (const auto& group : groups_) {
        if (!token.empty() && has(group, token)) {
            own.push_back(&group);
        } else if (has(group, "*")) {
            all.push_back(&group);
        }
    }
    return own.empty() ? all : own;
}

bool Robots::names(std::string_view agent) const {
    auto token = product_token(agent);
    return std::any_of(groups_.begin(), groups_.end(), [&](const Group& group) {
        return std::find(group.agents.begin(), group.agents.end(), token) != group.agents.end();
    });
}

RobotsVerdict Robots::check(std::string_view agent, std::string_view target) const {
    auto path = normalised(target.empty() ? "/" : target, false);
    if (path == "/robots.txt") return {};
    if (!unreachable_.empty()) return {false, unreachable_};
    const Rule* best = nullptr;
    for (const auto* group : groups_for(agent)) {
        for (const auto& rule : group->rules) {
            if (!matches(rule.pattern, path)) continue;
            bool longer = !best || rule.pattern.size() > best->pattern.size();
            bool tie = best && rule.pattern.size() == best->pattern.size();
            if (longer || (tie && rule.allow && !best->allow)) best = &rule;
        }
    }
    if (!best) return {};
    return {best->allow, best->text};
}

std::optional<std::chrono::milliseconds> Robots::crawl_delay(std::string_view agent) const {
    for (const auto& value : values(agent, "crawl-delay")) {
        double seconds = 0;
        auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
        if (error != std::errc() || seconds < 0 || seconds > 1e6) continue;
        return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
    }
    return std::nullopt;
}

std::vector<std::string> Robots::values(std::string_view agent, std::string_view name) const {
    std::vector<std::string> found;
    for (const auto* group : groups_for(agent))
        for (const auto& [key, value] : group->others)
            if (key == name) found.push_back(value);
    return found;
}

}  // namespace formats
