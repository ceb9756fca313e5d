// The words of XML, one by one. What is forbidden is looked for in long texts, so that the usual
// stretch without any markup is passed over by one search.
#include "formats/xml/lexical.hpp"

#include <algorithm>
#include <cstdint>

#include "base/numbers/parse.hpp"
#include "base/text/ascii.hpp"

namespace formats {

bool starts_xml_name(char c) {
    return base::is_alpha(c) || c == '_' || c == ':' || !base::is_ascii(c);
}

namespace {

bool goes_on(char c) {
    return starts_xml_name(c) || base::is_digit(c) || c == '-' || c == '.';
}

}  // namespace

std::string_view xml_name_at(std::string_view text) {
    if (text.empty() || !starts_xml_name(text.front())) return {};
    const auto end = std::find_if_not(text.begin(), text.end(), goes_on);
    return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

bool is_xml_reference(std::string_view name) {
    return name == "amp" || name == "lt" || name == "gt" || name == "quot" || name == "apos";
}

std::size_t xml_forbidden_at(std::string_view text) {
    const auto c = static_cast<unsigned char>(text.front());
    if (c < 0x20) return c == '\t' || c == '\n' || c == '\r' ? 0 : 1;
    if (c == 0x7f) return 0;
    return text.starts_with("\xef\xbf\xbe") || text.starts_with("\xef\xbf\xbf") ? 3 : 0;
}

std::size_t xml_plain_prefix(std::string_view text) {
    const auto end = std::find_if(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == '&' || c == '<' || c == '"' ||
               c == ']' || c == '\xef';
    });
    return static_cast<std::size_t>(end - text.begin());
}

void append_xml_clean(std::string_view text, std::string& out) {
    for (std::size_t i = 0; i < text.size();) {
        const auto rest = text.substr(i);
        if (const auto plain = xml_plain_prefix(rest)) {
            out += rest.substr(0, plain);
            i += plain;
            continue;
        }
        const auto size = xml_forbidden_at(rest);
        if (size == 0) out += text[i];
        i += std::max<std::size_t>(size, 1);
    }
}

void append_xml_escaped(std::string_view text, std::string& out) {
    for (char c : text) {
        if (c == '&') {
            out += "&amp;";
        } else if (c == '<') {
            out += "&lt;";
        } else if (c == '"') {
            out += "&quot;";
        } else {
            out += c;
        }
    }
}

XmlNumber xml_number(std::string_view text) {
    const auto end = text.substr(0, longest_xml_name).find(';');
    if (!text.starts_with("&#") || end == text.npos) return {};
    const bool hex = base::lower(text[2]) == 'x';
    const auto digits = text.substr(hex ? 3 : 2, end - (hex ? 3 : 2));
    const auto value = base::whole_number<std::uint32_t>(digits, hex ? 16 : 10);
    if (!value || *value > 0x10ffff) return {};
    return {static_cast<char32_t>(*value), end + 1};
}

void XmlEntities::declare(std::string_view markup) {
    for (auto at = markup.find("<!ENTITY"); at != markup.npos;
         at = markup.find("<!ENTITY", at + 1)) {
        auto rest = base::trim(markup.substr(at + 8));
        const auto name = xml_name_at(rest);
        rest = base::trim(rest.substr(name.size()));
        if (name.empty() || rest.empty() || (rest[0] != '"' && rest[0] != '\'')) continue;
        const auto end = rest.find(rest[0], 1);
        if (end != rest.npos) texts_.emplace(name, rest.substr(1, end - 1));
    }
}

const std::string* XmlEntities::find(std::string_view name) const {
    const auto found = texts_.find(name);
    return found == texts_.end() ? nullptr : &found->second;
}

}  // namespace formats
