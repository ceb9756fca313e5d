#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace formats {

// An XML element.
struct XmlElement {
    std::string name;                                             // without its prefix
    std::string space;                                            // the namespace's URI
    std::vector<std::pair<std::string, std::string>> attributes;  // names without prefixes
    std::string text;   // of the element and all within it; by parse_xml_strictly() its own alone
    std::string inner;  // the content as markup, if it was wanted and holds elements
    std::vector<XmlElement> children;

    const XmlElement* child(std::string_view wanted) const;
    // The trimmed text of that child, or empty.
    std::string child_text(std::string_view wanted) const;
    std::string attribute(std::string_view wanted) const;
};

// Reads what can be read of a document, broken ones too; nothing if there is no root element. Never
// loads anything from outside, never expands entities of the document's own. `markup` are names of
// elements whose content is wanted as markup too.
std::optional<XmlElement>
parse_xml(std::string_view bytes, std::initializer_list<std::string_view> markup = {});

// Reads a well-formed document that is UTF-8. For others nothing, and `fault` says why, for people.
std::optional<XmlElement> parse_xml_strictly(std::string_view utf8, std::string& fault);

// The bytes, unpacked if they are gzip; nothing if that fails or would grow beyond `limit` octets.
std::optional<std::string> gunzip(std::string_view bytes, std::size_t limit);

}  // namespace formats
