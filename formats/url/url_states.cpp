// The state machine of the URL standard (https://url.spec.whatwg.org, 4.4), one function per group
// of states.
//
// The standard looks at one character at a time; here each state takes its whole part (a host, a
// segment) at once, which gives the same URLs and is several times as fast. Where it says
// "validation error" nothing is done: such URLs are read all the same.
#include "formats/url/url_states.hpp"

#include "base/text/ascii.hpp"
#include "base/text/encoder.hpp"

namespace formats {

namespace {

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

// One function per group of states. Each returns false for failure.
class Parser {
public:
    Parser(std::string_view input, const Url* base, base::Encoding encoding)
        : rest_(input), base_(base), encoding_(encoding) {}

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
                special() ? sent(text) : std::string(text),
                special() ? EncodeSet::special_query : EncodeSet::query,
                *url_.query
            );
        }
        if (hash != rest_.npos) {
            url_.fragment.emplace();
            percent_encode(rest_.substr(hash + 1), EncodeSet::fragment, *url_.fragment);
        }
        return true;
    }

    // "Percent-encode after encoding": what the page's encoding has not is a reference of HTML.
    std::string sent(std::string_view query) const {
        if (url_.scheme == "ws" || url_.scheme == "wss") return std::string(query);
        std::string bytes;
        base::encode(query, encoding_, bytes, [&](char32_t c) {
            bytes.append("%26%23").append(std::to_string(static_cast<unsigned>(c))).append("%3B");
        });
        return bytes;
    }

    Url url_;
    std::string_view rest_;
    const Url* base_;
    base::Encoding encoding_;
    bool special_ = false;
};

}  // namespace

std::optional<Url>
run_url_states(std::string_view input, const Url* base, base::Encoding encoding) {
    return Parser(input, base, encoding).run();
}

}  // namespace formats
