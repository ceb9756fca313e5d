#pragma once

#include <string_view>

namespace crawler {

struct PageText {
    std::string_view title, body;
};

// Whether nothing is lost with `page` if `other` is kept: all words of its body occur in the
// other's as often, or all but one in two hundred and the other has those of its title, too. So a
// page that shows part of another, or the same with another frame, gives way, and a page of the
// same form with another name or number in it does not.
bool adds_nothing(const PageText& page, const PageText& other);

}  // namespace crawler
