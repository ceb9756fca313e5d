#pragma once

#include <string>
#include <string_view>

namespace formats {

// XML of the web made well-formed, as far as its meaning is plain; the text must be UTF-8. An `&`
// that begins no reference stands for itself; the entities of HTML, and those that the document's
// own type declares with a text, are what they stand for (nothing is loaded from outside, and
// expansion is bounded by the length of the text); control characters, comments and processing
// instructions are left out; a `<` that begins no tag stands for itself.

// And all else that could be misread: unknown references stand for themselves, attributes get
// quotes and come once (256 at most), end tags without a start are left out and missing ones added,
// and what is deeper than 256 elements loses its tags. The root ends with the text.
struct MendedXml {
    std::string text;
    bool whole = true;  // false: it breaks off; the element in which it does is left out
};
MendedXml mend_xml(std::string_view utf8);

// Only that: tags stay as they are, and unknown references too unless they are wanted as text, so
// that a parser can refuse them.
std::string mend_xml_references(std::string_view utf8, bool unknown_as_text);

}  // namespace formats
