#pragma once

#include <string_view>

namespace crawler {

// What class names, ids and roles tell of an element, by the words people use for them.
struct ClassVerdict {
    bool unlikely = false;  // reads like navigation, advertising, comments ..
    bool likely = false;    // reads like content
    int weight = 0;         // -25 .. +25 each for class and id
    bool body = false;    // names the element of an article's text
    bool byline = false;  // names a line about the article
};
ClassVerdict judge_class(std::string_view class_names, std::string_view id);

// A role or a class of an element that is never content.
bool is_foreign_role(std::string_view role);

}  // namespace crawler
