#pragma once

#include "formats/html/document.hpp"

namespace crawler::selector {

// The directionality of an element (HTML standard, 3.2.6.4): from its dir attribute, for dir=auto
// from the first letter that has a direction, else from its parent; left to right at the root.
bool is_right_to_left(const Document& document, NodeId id);

}  // namespace crawler::selector
