#pragma once

#include <string>
#include <vector>

#include "formats/html/document.hpp"
#include "formats/html/selector_tree.hpp"

// What pseudo-classes ask of an element apart from its place in the tree.
namespace formats::selector {

// Whether an element is a link, checked, disabled, open and the like, as in a browser that has just
// loaded the page. False for kinds that ask something else.
bool has_state(const Document& document, NodeId id, Pseudo::Kind state);

// Whether the language of an element, or of the page, is in one of the ranges (RFC 4647, 3.3.2),
// which are in lower case.
bool has_language(const Document& document, NodeId id, const std::vector<std::string>& ranges);

}  // namespace formats::selector
