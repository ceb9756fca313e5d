#pragma once

#include "formats/html/document.hpp"

// What the controls of a form would be in a browser that has just loaded the page (HTML standard,
// 4.16.3 pseudo-classes).
namespace crawler::selector {

// A checked box, a selected option, or the first submit button of its form.
bool is_default(const Document& document, NodeId id);

// A progress bar without value, a box said to be indeterminate, a radio button of whose group none
// is checked.
bool is_indeterminate(const Document& document, NodeId id);

// Whether a date, time or number lies between the control's limits; controls without a limit that
// can be read are neither. No value, or none that can be read, is in range.
enum class Range { none, inside, outside };
Range range_of(const Document& document, NodeId id);

bool shows_placeholder(const Document& document, NodeId id);
bool is_read_write(const Document& document, NodeId id);
bool is_checked(const Document& document, NodeId id);

}  // namespace crawler::selector
