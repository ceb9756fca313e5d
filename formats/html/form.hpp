#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text/encoding.hpp"

namespace formats {

class Document;
struct Url;

// A form of a page, with the values that a browser would send.
struct Form {
    std::string action;  // absolute
    bool post = false;
    bool has_password = false;
    // What its accept-charset names first that is known, else that of the page.
    base::Encoding encoding = base::Encoding::utf8;
    std::vector<std::pair<std::string, std::string>> fields;

    // Sets the field, or adds it.
    void fill(const std::string& name, const std::string& value);
    // As application/x-www-form-urlencoded (WHATWG URL, 5.2) in the form's encoding; characters
    // that it has not are sent as "&#1234;".
    std::string encoded() const;
};

// The form that a selector matches, or the first with a password field. Throws base::UsageError for
// a selector that does not parse.
std::optional<Form>
find_form(const Document& document, const Url& page, const std::string& selector);

}  // namespace formats
