// "Prescan a byte stream to determine its encoding" of the HTML standard (13.2.3.2), in the first
// 1,024 bytes; and what its tree builder does at a <meta> further on ("change the encoding",
// 13.2.3.4). There markup in scripts and the like is none, which is not asked in the first bytes.
#include <algorithm>
#include <set>

#include "base/text/ascii.hpp"
#include "formats/text/charset.hpp"

namespace formats {

namespace {

struct Attribute {
    std::string name;
    std::string value;
};

// Bytes in which a label could be read as ASCII are no UTF-16.
base::Encoding without_utf16(base::Encoding found) {
    bool utf16 = found == base::Encoding::utf16le || found == base::Encoding::utf16be;
    return utf16 ? base::Encoding::utf8 : found;
}

constexpr std::size_t start = 1024;
constexpr std::size_t longest_declaration = 1024;

// What is in them is text.
bool is_raw(std::string_view name) {
    for (std::string_view raw :
         {"script",
          "style",
          "title",
          "textarea",
          "xmp",
          "iframe",
          "noembed",
          "noframes",
          "plaintext"})
        if (base::equal_ignoring_case(name, raw)) return true;
    return false;
}

class Prescan {
public:
    // `all`: not only the first bytes.
    Prescan(std::string_view bytes, bool all) : rest_(bytes), all_(all) {}

    std::optional<base::Encoding> run() {
        while (!rest_.empty()) {
            if (rest_.starts_with("<!--")) {
                auto end = rest_.find("-->", 2);
                if (end == rest_.npos) return std::nullopt;
                rest_.remove_prefix(end + 3);
            } else if (is_meta()) {
                rest_.remove_prefix(6);
                if (auto found = meta()) return found;
            } else if (is_tag()) {
                const auto name = rest_.substr(1, rest_.find_first_of("\t\n\f\r />", 1) - 1);
                skip(rest_.find_first_of("\t\n\f\r >"));
                while (attribute()) continue;
                if (all_ && is_raw(name)) leave(name);
            } else if (rest_.starts_with("<!") || rest_.starts_with("</") || rest_.starts_with("<?")) {
                skip(rest_.find('>'));
            } else {
                skip(rest_.find('<', 1));
            }
        }
        return std::nullopt;
    }

private:
    // Behind the text of an element.
    void leave(std::string_view name) {
        for (auto at = rest_.find("</"); at != rest_.npos; at = rest_.find("</", at + 2)) {
            if (!base::equal_ignoring_case(rest_.substr(at + 2, name.size()), name)) continue;
            return skip(at);
        }
        rest_ = {};
    }
    bool is_meta() const {
        return rest_.size() > 5 && base::equal_ignoring_case(rest_.substr(0, 5), "<meta") &&
               (base::is_space(rest_[5]) || rest_[5] == '/');
    }
    bool is_tag() const {
        if (rest_.size() < 2 || rest_[0] != '<') return false;
        return base::is_alpha(rest_[1]) ||
               (rest_[1] == '/' && rest_.size() > 2 && base::is_alpha(rest_[2]));
    }
    void skip(std::size_t count) { rest_.remove_prefix(std::min(count, rest_.size())); }

    std::optional<base::Encoding> meta() {
        std::set<std::string> seen;
        bool got_pragma = false;
        std::optional<bool> need_pragma;
        std::optional<base::Encoding> charset;
        while (auto found = attribute()) {
            if (!seen.insert(found->name).second) continue;
            if (found->name == "http-equiv") {
                got_pragma = got_pragma || found->value == "content-type";
            } else if (found->name == "content" && !need_pragma) {
                if (auto label = charset_in_content(found->value)) {
                    charset = base::encoding_of_label(*label);
                    if (charset) need_pragma = true;
                }
            } else if (found->name == "charset") {
                charset = base::encoding_of_label(found->value);
                need_pragma = false;
            }
        }
        if (!need_pragma || (*need_pragma && !got_pragma) || !charset) return std::nullopt;
        if (*charset == base::Encoding::x_user_defined) return base::Encoding::windows1252;
        return without_utf16(*charset);
    }

    // The text after "charset=" of a content attribute.
    static std::optional<std::string> charset_in_content(std::string_view text) {
        for (;;) {
            std::size_t at = 0;
            while (at + 7 <= text.size() &&
                   !base::equal_ignoring_case(text.substr(at, 7), "charset"))
                ++at;
            if (at + 7 > text.size()) return std::nullopt;
            text = text.substr(at + 7);
            while (!text.empty() && base::is_space(text[0])) text.remove_prefix(1);
            if (text.empty() || text[0] != '=') continue;
            text.remove_prefix(1);
            while (!text.empty() && base::is_space(text[0])) text.remove_prefix(1);
            if (text.empty()) return std::nullopt;
            if (text[0] == '"' || text[0] == '\'') {
                auto end = text.find(text[0], 1);
                if (end == text.npos) return std::nullopt;
                return std::string(text.substr(1, end - 1));
            }
            return std::string(text.substr(0, text.find_first_of("\t\n\f\r ;")));
        }
    }

    // "Get an attribute": the next of the tag, in lower case, or nothing at its end.
    std::optional<Attribute> attribute() {
        while (!rest_.empty() && (base::is_space(rest_[0]) || rest_[0] == '/'))
            rest_.remove_prefix(1);
        if (rest_.empty() || rest_[0] == '>') return std::nullopt;
        Attribute found;
        while (!rest_.empty()) {
            char c = rest_[0];
            if (c == '=' && !found.name.empty()) return value(std::move(found));
            if (base::is_space(c)) {
                while (!rest_.empty() && base::is_space(rest_[0])) rest_.remove_prefix(1);
                if (!rest_.empty() && rest_[0] == '=') return value(std::move(found));
                return found;
            }
            if (c == '/' || c == '>') return found;
            found.name += base::lower(c);
            rest_.remove_prefix(1);
        }
        return std::nullopt;
    }

    std::optional<Attribute> value(Attribute found) {
        rest_.remove_prefix(1);
        while (!rest_.empty() && base::is_space(rest_[0])) rest_.remove_prefix(1);
        if (rest_.empty()) return std::nullopt;
        if (char quote = rest_[0]; quote == '"' || quote == '\'') {
            auto end = rest_.find(quote, 1);
            if (end == rest_.npos) {
                rest_ = {};
                return std::nullopt;
            }
            found.value = base::to_lower(rest_.substr(1, end - 1));
            rest_.remove_prefix(end + 1);
            return found;
        }
        auto text = rest_.substr(0, rest_.find_first_of("\t\n\f\r >"));
        found.value = base::to_lower(text);
        rest_.remove_prefix(text.size());
        return found;
    }

    std::string_view rest_;
    bool all_;
};

}  // namespace

std::optional<base::Encoding> declared_by_xml(std::string_view bytes) {
    if (!bytes.starts_with("<?xml")) return std::nullopt;
    auto head = bytes.substr(0, std::min(bytes.find('>'), longest_declaration));
    auto at = head.find("encoding");
    if (at == head.npos) return std::nullopt;
    auto rest = head.substr(at + 8);
    while (!rest.empty() && (base::is_space(rest[0]) || rest[0] == '=')) rest.remove_prefix(1);
    if (rest.empty() || (rest[0] != '"' && rest[0] != '\'')) return std::nullopt;
    auto found = base::encoding_of_label(rest.substr(1, rest.find(rest[0], 1) - 1));
    if (!found) return std::nullopt;
    return without_utf16(*found);
}

std::optional<base::Encoding> prescan_meta(std::string_view bytes) {
    if (auto found = Prescan(bytes.substr(0, start), false).run()) return found;
    if (auto found = declared_by_xml(bytes.substr(0, start))) return found;
    return bytes.size() > start ? Prescan(bytes, true).run() : std::nullopt;
}

}  // namespace formats
