#pragma once

#include <string_view>

namespace crawler {

// What class names and ids tell of an element, by the words people use for them.
struct ClassVerdict {
    bool unlikely = false;  // reads like navigation, advertising ..
    bool weak = false;      // .. but only by a word that layouts use for everything
    bool likely = false;    // reads like content
    bool foreign = false;   // never part of an article, whatever else it says
    bool comments = false;  // what readers wrote
    int weight = 0;         // -25 .. +25 each for class and id
    bool body = false;      // names the element of an article's text
    bool byline = false;    // names a line about the article
};
ClassVerdict judge_class(std::string_view class_names, std::string_view id);

// A role of an element that is never content.
bool is_foreign_role(std::string_view role);

}  // namespace crawler
