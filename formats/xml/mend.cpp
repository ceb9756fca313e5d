// What XML parsers refuse, and people write all the same.
//
// libxml2 recovers from a stray '&' by forgetting every reference behind it, which makes
// "?p=1&amp;q=2" into "?p=1q=2" without a word, and from an end tag that is missing by nesting all
// that follows. So nothing broken reaches it: the text is read here once, with the tags that are
// open on a stack, and written anew. Entities are replaced here too, since what a document may
// expand to must have a bound that no option of libxml2 gives.
#include "formats/xml/mend.hpp"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "base/text/ascii.hpp"
#include "base/text/utf8.hpp"
#include "formats/html/document.hpp"
#include "formats/xml/lexical.hpp"

namespace formats {

namespace {

constexpr std::size_t deepest_shown = 256;
constexpr std::size_t deepest_known = 65536;
constexpr int entity_depth = 16;

// Behind the '>' of <!DOCTYPE .. [..]> or of another declaration; the text's size if it has none.
std::size_t declaration_size(std::string_view text) {
    char quote = '\0';
    int brackets = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quote != '\0') {
            if (c == quote) quote = '\0';
        } else if ((c == '"' || c == '\'') && brackets > 0) {
            quote = c;
        } else if (c == '[') {
            ++brackets;
        } else if (c == ']') {
            --brackets;
        } else if (c == '>' && brackets <= 0) {
            return i + 1;
        }
    }
    return text.size();
}

class Mender {
public:
    // `tags` are mended too; `known`: only references that are known are read.
    Mender(std::string_view text, bool tags, bool known)
        : text_(text), tags_(tags), known_(known), budget_(text.size() * 16 + 4096) {
        out_.reserve(text.size() + text.size() / 16);
    }

    MendedXml run() {
        content(text_, 0);
        if (!tags_) return {std::move(out_)};
        const bool whole = root_ended_ || open_.empty();
        // Half a value must not pass for a value.
        if (!whole && open_.size() > 1 && open_.size() <= deepest_shown) {
            out_.resize(last_start_);
            open_.pop_back();
        }
        while (!open_.empty()) close();
        return {std::move(out_), whole};
    }

private:
    enum class Place { content, value };  // between tags, or of an attribute

    void content(std::string_view text, int depth) {
        while (!text.empty()) {
            const auto mark = text.find('<');
            if (!tags_ || !open_.empty()) write(text.substr(0, mark), depth, Place::content);
            if (mark == text.npos) return;
            text.remove_prefix(mark);
            text.remove_prefix(std::min(markup(text, depth), text.size()));
        }
    }

    // Returns how much of the text it took.
    std::size_t markup(std::string_view text, int depth) {
        if (text.starts_with("<!--")) return behind(text, "-->", 4);
        if (text.starts_with("<![CDATA[")) return cdata(text);
        if (text.starts_with("<?")) return behind(text, "?>", 2);
        if (text.starts_with("<!")) {
            const auto size = declaration_size(text);
            if (base::equal_ignoring_case(text.substr(2, 7), "doctype"))
                entities_.declare(text.substr(0, size));
            return size;
        }
        const bool end = text.size() > 1 && text[1] == '/';
        const auto name = xml_name_at(text.substr(end ? 2 : 1));
        if (name.empty()) {
            if (!tags_ || !open_.empty()) out_ += end && !tags_ ? "<" : "&lt;";
            return 1;
        }
        if (!tags_) {
            out_ += '<';
            return 1;
        }
        if (!end) return start_tag(text, name, depth);
        end_tag(name);
        const auto stop = text.find_first_of("<>", 2);
        return stop == text.npos ? text.size() : stop + (text[stop] == '>' ? 1 : 0);
    }

    static std::size_t behind(std::string_view text, std::string_view mark, std::size_t from) {
        const auto at = text.find(mark, from);
        return at == text.npos ? text.size() : at + mark.size();
    }

    std::size_t cdata(std::string_view text) {
        constexpr std::size_t start = 9;
        const auto end = text.find("]]>", start);
        if (end == text.npos && !tags_) {
            out_ += text;
            return text.size();
        }
        if (!tags_ || !open_.empty()) {
            out_ += "<![CDATA[";
            append_xml_clean(text.substr(start, end == text.npos ? end : end - start), out_);
            out_ += "]]>";
        }
        return end == text.npos ? text.size() : end + 3;
    }

    std::size_t start_tag(std::string_view text, std::string_view name, int depth) {
        auto rest = text.substr(1 + name.size());
        const bool shown = open_.size() < deepest_shown;
        const auto opening = out_.size();
        if (shown) out_.append("<").append(name);
        std::vector<std::string_view> seen;
        bool empty = false;
        for (;;) {
            const auto start = rest.find_first_not_of(" \t\r\n\f");
            rest.remove_prefix(std::min(start, rest.size()));
            if (rest.empty() || rest[0] == '<') break;
            if (rest[0] == '>') {
                rest.remove_prefix(1);
                break;
            }
            empty = rest[0] == '/';
            if (!attribute(rest, shown, seen, depth)) rest.remove_prefix(1);
        }
        if (shown) out_ += empty && !open_.empty() ? "/>" : ">";
        if (open_.size() < deepest_known && (!empty || open_.empty())) {
            open_.push_back(name);
            ++opened_[name];
            last_start_ = opening;
        }
        return text.size() - rest.size();
    }

    // False if none is at the start of `rest`.
    bool
    attribute(std::string_view& rest, bool shown, std::vector<std::string_view>& seen, int depth) {
        const auto name = xml_name_at(rest);
        if (name.empty()) return false;
        rest.remove_prefix(name.size());
        const auto equals = rest.find_first_not_of(" \t\r\n\f");
        auto value = name;
        if (equals != rest.npos && rest[equals] == '=') {
            rest.remove_prefix(equals + 1);
            rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n\f"), rest.size()));
            value = take_value(rest);
        }
        // libxml2 compares each attribute with all others.
        constexpr std::size_t most = 256;
        if (!shown || seen.size() == most) return true;
        if (std::find(seen.begin(), seen.end(), name) != seen.end()) return true;
        seen.push_back(name);
        out_.append(" ").append(name).append("=\"");
        write(value, depth, Place::value);
        out_ += '"';
        return true;
    }

    static std::string_view take_value(std::string_view& rest) {
        const bool quoted = !rest.empty() && (rest[0] == '"' || rest[0] == '\'');
        auto end = quoted ? rest.find(rest[0], 1) : rest.find_first_of(" \t\r\n\f>");
        const auto from = quoted ? 1U : 0U;
        if (quoted && end == rest.npos) end = rest.find('>');
        end = std::min(end, rest.size());
        const auto value = rest.substr(from, std::max<std::size_t>(end, from) - from);
        const bool closed = quoted && end < rest.size() && rest[end] == rest[0];
        rest.remove_prefix(end + (closed ? 1 : 0));
        return value;
    }

    // The root stays open: what stands behind it by mistake belongs to it.
    void end_tag(std::string_view name) {
        const auto found = opened_.find(name);
        if (found == opened_.end() || found->second == 0) return;
        if (open_.front() == name && found->second == 1) root_ended_ = true;
        while (open_.size() > 1) {
            const bool last = open_.back() == name;
            close();
            if (last) return;
        }
    }

    void close() {
        if (open_.size() <= deepest_shown) out_.append("</").append(open_.back()).append(">");
        --opened_[open_.back()];
        open_.pop_back();
    }

    void write(std::string_view text, int depth, Place place) {
        const bool value = place == Place::value;
        for (std::size_t i = 0; i < text.size();) {
            const auto rest = text.substr(i);
            if (const auto plain = xml_plain_prefix(rest)) {
                out_ += rest.substr(0, plain);
                i += plain;
            } else if (const auto bad = xml_forbidden_at(rest)) {
                i += bad;
            } else if (text[i] == '&') {
                i += reference(rest, depth, place);
            } else if (!value && rest.starts_with("]]>")) {
                out_ += "]]&gt;";
                i += 3;
            } else if (value && (text[i] == '<' || text[i] == '"')) {
                out_ += text[i++] == '<' ? "&lt;" : "&quot;";
            } else {
                out_ += text[i++];
            }
        }
    }

    // At an '&'. Returns how much of the text it took.
    std::size_t reference(std::string_view text, int depth, Place place) {
        const auto end = text.substr(0, longest_xml_name).find(';');
        const auto whole = text.substr(0, end == text.npos ? 1 : end + 1);
        if (const auto found = xml_number(text); found.size > 0) return number(text, found);
        const auto name = end == text.npos ? std::string_view() : text.substr(1, end - 1);
        if (!name.empty() && xml_name_at(name) == name) {
            if (is_xml_reference(name)) {
                out_ += whole;
                return whole.size();
            }
            if (expand(name, depth, place)) return whole.size();
            std::string found;
            decode_references(whole, false, found);
            // HTML knows some without their semicolon, and so half of "&copyright;".
            if (found != whole && (!found.ends_with(';') || name == "semi")) {
                append_xml_escaped(found, out_);
                return whole.size();
            }
            if (known_) {
                out_ += whole;
                return whole.size();
            }
        }
        out_ += "&amp;";
        return 1;
    }

    // Two halves of a surrogate pair are one character; other halves are none.
    std::size_t number(std::string_view text, XmlNumber found) {
        auto [c, size] = found;
        const auto whole = text.substr(0, size);
        if (c >= 0xd800 && c < 0xdc00) {
            const auto low = xml_number(text.substr(size));
            if (low.character >= 0xdc00 && low.character < 0xe000) {
                c = 0x10000 + ((c - 0xd800) << 10U) + (low.character - 0xdc00);
                size += low.size;
            }
        }
        if (c >= 0xd800 && c < 0xe000) c = base::replacement_character;
        std::string written;
        if (tags_ && c >= 0x80 && c < 0xa0) {
            decode_references(whole, false, written);  // windows-1252 is meant, as in HTML
        } else {
            base::append_utf8(c, written);
        }
        if (c == '\r' || c == '\n' || c == '\t') {
            out_ += whole;  // white space that is meant
        } else if (xml_forbidden_at(written) == 0) {
            append_xml_escaped(written, out_);
        }
        return size;
    }

    bool expand(std::string_view name, int depth, Place place) {
        const auto* found = entities_.find(name);
        if (!found || depth >= entity_depth || found->size() >= budget_) return false;
        budget_ -= found->size() + 1;
        if (place == Place::value) {
            write(*found, depth + 1, place);
        } else {
            content(*found, depth + 1);
        }
        return true;
    }

    std::string_view text_;
    bool tags_, known_;
    std::size_t budget_;  // bytes that entities may still expand to
    std::string out_;
    std::size_t last_start_ = 0;  // of the tag that opened last
    bool root_ended_ = false;
    std::vector<std::string_view> open_;
    std::unordered_map<std::string_view, std::size_t> opened_;  // how many of a name are
    XmlEntities entities_;
};

// Whether all is as XML's own rules have it, but for the order of tags.
bool is_plain(std::string_view text) {
    for (auto at = text.find('&'); at != text.npos; at = text.find('&', at + 1)) {
        const auto end = text.substr(at, 8).find(';');
        if (end == text.npos || !is_xml_reference(text.substr(at + 1, end - 1))) return false;
    }
    for (auto at = text.find('<'); at != text.npos; at = text.find('<', at + 1)) {
        const auto next = at + 1 < text.size() ? text[at + 1] : ' ';
        if (!starts_xml_name(next) && next != '/') return false;
    }
    if (text.find("]]>") != text.npos || text.find("\xef\xbf") != text.npos) return false;
    return std::none_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
    });
}

}  // namespace

MendedXml mend_xml(std::string_view utf8) {
    constexpr std::size_t start = 4096;
    // What stands before the declaration is of a program that failed before it wrote the feed.
    if (const auto at = utf8.substr(0, start).find("<?xml "); at != utf8.npos)
        utf8.remove_prefix(at);
    return Mender(utf8, true, false).run();
}

std::string mend_xml_references(std::string_view utf8, bool unknown_as_text) {
    if (is_plain(utf8)) return std::string(utf8);
    return Mender(utf8, false, !unknown_as_text).run().text;
}

}  // namespace formats
