#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace crawler {

class Document;
struct Url;

// A form of a page, with the values that a browser would send.
struct Form {
    std::string action;  // absolute
    bool post = false;
    bool has_password = false;
    std::vector<std::pair<std::string, std::string>> fields;

    // Sets the field, or adds it.
    void fill(const std::string& name, const std::string& value);
    // As application/x-www-form-urlencoded (WHATWG URL, 5.2).
    std::string encoded() const;
};

// The form that a selector matches, or the first with a password field. Throws base::UsageError for
// a selector that does not parse.
std::optional<Form>
find_form(const Document& document, const Url& page, const std::string& selector);

}  // namespace crawler
