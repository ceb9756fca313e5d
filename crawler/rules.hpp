#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "crawler/document.hpp"

namespace crawler {

// Declarative scraping rules, from TOML:
//
//     remove = [".ads", "nav"]        # CSS; struck out before anything is read
//     main = "#content"               # CSS; the main text, instead of looking for it
//
//     [fields.price]
//     css = ".price"                  # or xpath = "//span[@class='price']"
//     attr = "data-amount"            # instead of the text
//     many = true                     # all matches as a list, else the first
//     index = -1                      # which match; negative from the end
//     type = "number"                 # text (default), number, html
class Rules {
public:
    // Throws base::UsageError with file and line for TOML that is none, an unknown key, a selector
    // that does not parse.
    static Rules parse(std::string_view toml, const std::string& file_name);
    ~Rules();
    Rules(Rules&&) noexcept;

    // Takes what `remove` matches out of the tree.
    void remove_from(Document& document) const;

    // The fields by name; null where nothing matches (an empty list with many).
    boost::json::object extract(const Document& document) const;

    // The visible text of what `main` matches, or nothing if there is no such rule or match.
    std::string main_text(const Document& document) const;

private:
    struct Parsed;
    explicit Rules(std::unique_ptr<Parsed> parsed);
    std::unique_ptr<Parsed> parsed_;
};

}  // namespace crawler
