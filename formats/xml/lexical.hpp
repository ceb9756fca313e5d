#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

// The words of XML 1.0 of which its lenient reader is made; for formats/xml alone.
namespace formats {

// With '&' and ';', the most that is taken for a reference.
constexpr std::size_t longest_xml_name = 64;

bool starts_xml_name(char c);
// The name that a text begins with, or nothing.
std::string_view xml_name_at(std::string_view text);
// Whether the name is one of XML's own five references.
bool is_xml_reference(std::string_view name);

// The bytes of a character at the start of a text that XML has not (production 2); 0 if it has it.
std::size_t xml_forbidden_at(std::string_view text);
// How far a text needs no look: it holds neither markup nor what may be forbidden.
std::size_t xml_plain_prefix(std::string_view text);

// Without what is forbidden; and with references for what is markup.
void append_xml_clean(std::string_view text, std::string& out);
void append_xml_escaped(std::string_view text, std::string& out);

// What "&#10;" or "&#xa;" at the start of a text stands for, and its size; a size of 0: it is none.
struct XmlNumber {
    char32_t character = 0;
    std::size_t size = 0;
};
XmlNumber xml_number(std::string_view text);

// The entities that a document type declares with a text of its own; those from outside are none.
class XmlEntities {
public:
    // `markup` is <!DOCTYPE .. [..]>.
    void declare(std::string_view markup);
    // Null if it is not declared.
    const std::string* find(std::string_view name) const;

private:
    std::map<std::string, std::string, std::less<>> texts_;
};

}  // namespace formats
