#include "formats/url/url.hpp"

#include <algorithm>
#include <array>

#include "base/bytes/percent.hpp"
#include "base/text/ascii.hpp"
#include "base/text/utf8.hpp"

namespace formats {

namespace {

constexpr std::array<std::pair<std::string_view, std::uint16_t>, 5> default_ports{
    {{"http", 80}, {"https", 443}, {"ftp", 21}, {"ws", 80}, {"wss", 443}}};

using Mask = std::uint8_t;
constexpr Mask bit(EncodeSet set) {
    return static_cast<Mask>(1U << static_cast<unsigned>(set));
}

constexpr std::array<Mask, 256> encode_masks() {
    std::array<Mask, 256> masks{};
    auto add = [&](std::string_view characters, std::initializer_list<EncodeSet> sets) {
        for (char c : characters)
            for (auto set : sets) masks[static_cast<unsigned char>(c)] |= bit(set);
    };
    for (unsigned c = 0; c < 256; ++c)
        if (c < 0x20 || c > 0x7e) masks[c] = 0xff;
    using enum EncodeSet;
    add(" \"<>", {fragment, query, special_query, path, userinfo});
    add("`", {fragment, path, userinfo});
    add("#", {query, special_query, path, userinfo});
    add("'", {special_query});
    add("?^{}", {path, userinfo});
    add("/:;=@[\\]|", {userinfo});
    return masks;
}
constexpr auto masks = encode_masks();

// Where the first '/', '?' or '#' stands, or '\\' in a special scheme; or the end.
std::size_t end_of_part(std::string_view text, bool special) {
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        char c = text[at];
        if (c == '/' || c == '?' || c == '#' || (c == '\\' && special)) break;
    }
    return at;
}

bool is_drive_letter(std::string_view text) {
    return text.size() == 2 && base::is_alpha(text[0]) && (text[1] == ':' || text[1] == '|');
}

bool starts_with_drive_letter(std::string_view text) {
    return text.size() >= 2 && is_drive_letter(text.substr(0, 2)) &&
           (text.size() == 2 || std::string_view("/\\?#").find(text[2]) != text.npos);
}

// How many dots a path segment stands for, counting "%2e"; 0 if it is an ordinary one.
int dots(std::string_view segment) {
    int count = 0;
    while (!segment.empty()) {
        if (segment[0] == '.') {
            segment.remove_prefix(1);
        } else if (segment.size() >= 3 && segment[0] == '%' && segment[1] == '2' && (segment[2] | 0x20) == 'e') {
            segment.remove_prefix(3);
        } else {
            return 0;
        }
        if (++count > 2) return 0;
    }
    return count;
}

// The standard's state machine, one function per group of states. Each returns false for failure.
class Parser {
public:
    Parser(std::string_view input, const Url* base) : rest_(input), base_(base) {}

    std::optional<Url> run() {
        if (!start()) return std::nullopt;
        return std::move(url_);
    }

private:
    bool special() const { return special_; }
    bool slash(char c) const { return c == '/' || (special_ && c == '\\'); }
    char front() const { return rest_.empty() ? '\0' : rest_[0]; }
    bool at(char c) const { return !rest_.empty() && rest_[0] == c; }
    bool at_slash() const { return !rest_.empty() && slash(rest_[0]); }

    void set_scheme(std::string scheme) {
        url_.scheme = std::move(scheme);
        special_ = is_special_scheme(url_.scheme);
    }

    bool start() {
        if (auto end = scheme_end(); end) {
            set_scheme(base::to_lower(rest_.substr(0, *end)));
            rest_.remove_prefix(*end + 1);
            return after_scheme();
        }
        if (!base_) return false;
        if (base_->opaque_path) {
            if (!at('#')) return false;
            url_ = *base_;
            return tail();
        }
        set_scheme(base_->scheme);
        return base_->scheme == "file" ? file() : relative();
    }

    std::optional<std::size_t> scheme_end() const {
        if (rest_.empty() || !base::is_alpha(rest_[0])) return std::nullopt;
        for (std::size_t i = 1; i < rest_.size(); ++i) {
            char c = rest_[i];
            if (c == ':') return i;
            if (!base::is_alnum(c) && c != '+' && c != '-' && c != '.') break;
        }
        return std::nullopt;
    }

    bool after_scheme() {
        if (url_.scheme == "file") {
            if (base_ && base_->scheme != "file") base_ = nullptr;
            return file();
        }
        if (special()) {
            if (base_ && base_->scheme == url_.scheme && !rest_.starts_with("//"))
                return relative();
            return authority_after_slashes();
        }
        if (rest_.starts_with("//")) {
            rest_.remove_prefix(2);
            return authority();
        }
        if (at('/')) return path();
        return opaque();
    }

    bool authority_after_slashes() {
        while (!rest_.empty() && (rest_[0] == '/' || rest_[0] == '\\')) rest_.remove_prefix(1);
        return authority();
    }

    bool relative() {
        if (at_slash()) {
            rest_.remove_prefix(1);
            if (special() && at_slash()) return authority_after_slashes();
            if (at('/')) {
                rest_.remove_prefix(1);
                return authority();
            }
            copy_authority();
            return path();
        }
        copy_authority();
        url_.path.reserve(base_->path.size() + rest_.size());
        url_.path = base_->path;
        if (rest_.empty() || at('?') || at('#')) {
            url_.query = base_->query;
            return tail();
        }
        shorten();
        return path();
    }

    void copy_authority() {
        url_.username = base_->username;
        url_.password = base_->password;
        url_.host = base_->host;
        url_.port = base_->port;
    }

    bool authority() {
        auto text = rest_.substr(0, end_of_part(rest_, special()));
        rest_.remove_prefix(text.size());
        if (auto mark = text.rfind('@'); mark != text.npos) {
            userinfo(text.substr(0, mark));
            text.remove_prefix(mark + 1);
            if (text.empty()) return false;
        }
        return host_and_port(text) && path_start();
    }

    void userinfo(std::string_view text) {
        auto colon = text.find(':');
        percent_encode(text.substr(0, colon), EncodeSet::userinfo, url_.username);
        if (colon != text.npos)
            percent_encode(text.substr(colon + 1), EncodeSet::userinfo, url_.password);
    }

    bool host_and_port(std::string_view text) {
        std::size_t colon = text.npos;
        bool bracket = false;
        for (std::size_t i = 0; i < text.size() && colon == text.npos; ++i) {
            if (text[i] == '[') bracket = true;
            if (text[i] == ']') bracket = false;
            if (text[i] == ':' && !bracket) colon = i;
        }
        auto host = text.substr(0, colon);
        if (host.empty() && (special() || colon != text.npos || has_credentials())) return false;
        url_.host = host.empty() ? std::string() : std::string(host);
        if (!host.empty()) {
            url_.host = parse_host(host, special());
            if (!url_.host) return false;
        }
        return colon == text.npos || port(text.substr(colon + 1));
    }

    bool has_credentials() const { return !url_.username.empty() || !url_.password.empty(); }

    bool port(std::string_view text) {
        unsigned value = 0;
        for (char c : text) {
            if (!base::is_digit(c)) return false;
            value = value * 10 + static_cast<unsigned>(c - '0');
            if (value > 65535) return false;
        }
        if (!text.empty() && default_port(url_.scheme) != value)
            url_.port = static_cast<std::uint16_t>(value);
        return true;
    }

    bool file() {
        url_.host = "";
        if (!rest_.empty() && (rest_[0] == '/' || rest_[0] == '\\')) {
            rest_.remove_prefix(1);
            return file_slash();
        }
        if (!base_) return path();
        url_.host = base_->host;
        url_.path = base_->path;
        url_.query = base_->query;
        if (rest_.empty() || at('?') || at('#')) return tail();
        url_.query.reset();
        if (starts_with_drive_letter(rest_)) {
            url_.path.clear();
        } else {
            shorten();
        }
        return path();
    }

    bool file_slash() {
        if (!rest_.empty() && (rest_[0] == '/' || rest_[0] == '\\')) {
            rest_.remove_prefix(1);
            return file_host();
        }
        if (base_) {
            url_.host = base_->host;
            auto first = std::string_view(base_->path).substr(0, 3);
            bool only =
                base_->path.size() == 3 || (base_->path.size() > 3 && base_->path[3] == '/');
            if (!starts_with_drive_letter(rest_) && first.size() == 3 && only &&
                base::is_alpha(first[1]) && first[2] == ':')
                url_.path = first;
        }
        return path();
    }

    bool file_host() {
        auto text = rest_.substr(0, rest_.find_first_of("/\\?#"));
        if (is_drive_letter(text)) return path();
        rest_.remove_prefix(text.size());
        if (!text.empty()) {
            url_.host = parse_host(text, true);
            if (!url_.host) return false;
            if (*url_.host == "localhost") url_.host = "";
        }
        return path_start();
    }

    bool path_start() {
        if (!special() && (rest_.empty() || at('?') || at('#'))) return tail();
        return path();
    }

    void shorten() {
        if (url_.scheme == "file" && url_.path.size() == 3 && base::is_alpha(url_.path[1]) &&
            url_.path[2] == ':')
            return;
        auto last = url_.path.rfind('/');
        url_.path.resize(last == std::string::npos ? 0 : last);
    }

    bool path() {
        if (at_slash()) rest_.remove_prefix(1);
        for (;;) {
            auto segment = rest_.substr(0, end_of_part(rest_, special()));
            rest_.remove_prefix(segment.size());
            bool more = at_slash();
            add_segment(segment, more);
            if (!more) break;
            rest_.remove_prefix(1);
        }
        return tail();
    }

    void add_segment(std::string_view segment, bool more) {
        int count = dots(segment);
        if (count == 2) shorten();
        if (count > 0) {
            if (!more) url_.path += '/';
            return;
        }
        bool drive = url_.scheme == "file" && url_.path.empty() && is_drive_letter(segment);
        url_.path += '/';
        percent_encode(segment, EncodeSet::path, url_.path);
        if (drive) url_.path = {'/', segment[0], ':'};
    }

    bool opaque() {
        url_.opaque_path = true;
        auto text = rest_.substr(0, rest_.find_first_of("?#"));
        rest_.remove_prefix(text.size());
        bool last_space = !rest_.empty() && text.ends_with(' ');
        if (last_space) text.remove_suffix(1);
        percent_encode(text, EncodeSet::control, url_.path);
        if (last_space) url_.path += "%20";
        return tail();
    }

    // "?query#fragment", each optional.
    bool tail() {
        auto hash = rest_.find('#');
        if (at('?')) {
            url_.query.emplace();
            auto text = rest_.substr(1, hash == rest_.npos ? hash : hash - 1);
            percent_encode(
                text, special() ? EncodeSet::special_query : EncodeSet::query, *url_.query
            );
        }
        if (hash != rest_.npos) {
            url_.fragment.emplace();
            percent_encode(rest_.substr(hash + 1), EncodeSet::fragment, *url_.fragment);
        }
        return true;
    }

    Url url_;
    std::string_view rest_;
    const Url* base_;
    bool special_ = false;
};

std::string_view trim_controls(std::string_view text) {
    auto blank = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

}  // namespace

std::optional<std::uint16_t> default_port(std::string_view scheme) {
    for (auto& [name, port] : default_ports)
        if (name == scheme) return port;
    return std::nullopt;
}

bool is_special_scheme(std::string_view scheme) {
    return scheme == "https" || scheme == "http" || scheme == "file" ||
           default_port(scheme).has_value();
}

void percent_encode(std::string_view text, EncodeSet set, std::string& out) {
    std::size_t start = 0;  // of what is copied as it stands
    for (std::size_t at = 0; at < text.size(); ++at) {
        auto byte = static_cast<unsigned char>(text[at]);
        if (!(masks[byte] & bit(set))) continue;
        out.append(text.substr(start, at - start));
        base::append_percent(text[at], out);
        start = at + 1;
    }
    out.append(text.substr(start));
}

std::optional<Url> parse_url(std::string_view input, const Url* base) {
    input = trim_controls(input);
    std::string cleaned;
    bool controls = false, odd = false;
    for (char c : input) {
        controls = controls || static_cast<unsigned char>(c) < ' ';
        odd = odd || static_cast<signed char>(c) < 0;
    }
    if (controls || odd) {
        cleaned = odd ? base::mend_utf8(input) : std::string(input);
        std::erase_if(cleaned, [](char c) { return c == '\t' || c == '\n' || c == '\r'; });
        input = cleaned;
    }
    return Parser(input, base).run();
}

std::string Url::host_and_port() const {
    std::string text = host.value_or("");
    if (port) text.append(":").append(std::to_string(*port));
    return text;
}

std::string Url::target() const {
    auto text = path;
    if (query) text.append("?").append(*query);
    return text;
}

std::string Url::href(bool with_fragment) const {
    std::string text = scheme + ":";
    if (host) {
        text += "//";
        if (!username.empty() || !password.empty()) {
            text += username;
            if (!password.empty()) text.append(":").append(password);
            text += '@';
        }
        text += host_and_port();
    } else if (!opaque_path && path.starts_with("//")) {
        text += "/.";
    }
    text += target();
    if (with_fragment && fragment) text.append("#").append(*fragment);
    return text;
}

std::string Url::origin() const {
    if (scheme == "blob") {
        auto inner = parse_url(path);
        return inner && inner->is_web() ? inner->origin() : "null";
    }
    if (scheme == "file" || !is_special_scheme(scheme)) return "null";
    return scheme + "://" + host_and_port();
}

std::uint16_t Url::connect_port() const {
    if (port) return *port;
    return default_port(scheme).value_or(std::uint16_t{0});
}

}  // namespace formats
