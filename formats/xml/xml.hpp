#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text/ascii.hpp"
#include "base/text/encoding.hpp"

namespace formats {

struct XmlAttribute {
    std::string prefix;
    std::string name;  // without its prefix
    std::string value;
};

// An XML element.
struct XmlElement {
    std::string prefix;  // as written
    std::string name;    // without its prefix
    std::string space;   // the namespace's URI; by parse_xml() also of usual prefixes without one
    std::vector<XmlAttribute> attributes;
    std::string text;   // of the element and all within it; by parse_xml_strictly() its own alone
    std::string inner;  // the content as markup, if it was wanted and holds elements
    std::vector<XmlElement> children;

    // The first child of that name, in any case.
    const XmlElement* child(std::string_view wanted) const;
    // The trimmed text of that child, or empty.
    std::string child_text(std::string_view wanted) const;
    // By the name without its prefix, rather of one without any.
    std::string attribute(std::string_view wanted) const;
    // Of that prefix alone: "xml", "base".
    std::string attribute(std::string_view of_prefix, std::string_view wanted) const;
};

// Visits the elements of a name, in any case, within another, at any depth, in order.
template <class Visit>
void each_within(const XmlElement& element, std::string_view name, Visit&& visit) {
    for (const auto& child : element.children) {
        if (base::equal_ignoring_case(child.name, name)) visit(child);
        each_within(child, name, visit);
    }
}

// Reads what can be read of a document, broken ones too, after mend_xml(); nothing if there is no
// element. `whole` tells whether it came to its end. Never loads anything from outside. `markup`
// are names of elements whose content is wanted as markup too: as HTML, without namespaces.
std::optional<XmlElement> parse_xml(
    std::string_view utf8,
    std::initializer_list<std::string_view> markup = {},
    bool* whole = nullptr
);

// Reads a document that is well-formed after mend_xml_references(), and at most 256 elements deep
// with 10,000 attributes each. For others nothing, and `fault` says why, for people. `lenient`:
// unknown references are text.
std::optional<XmlElement>
parse_xml_strictly(std::string_view utf8, std::string& fault, bool lenient = false);

// An XML document as UTF-8: by its byte order mark, by the charset of a Content-Type, by what its
// declaration says, or by the looks of its bytes. These overrule a label that they plainly
// contradict: UTF-8 that is said to be another encoding, and what is said to be UTF-8 and is not.
std::string decode_xml(std::string_view bytes, std::string_view content_type = {});

// The encoding that the document's declaration says, if its first bytes do not contradict.
std::optional<base::Encoding> believed_declaration(std::string_view head);

}  // namespace formats
