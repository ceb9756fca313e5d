#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "schema/records/record.hpp"

namespace crawler {

struct SavedPageRules {
    std::string user_agent = "tilth/0.1";
    bool honour_consent = true;  // false: what the page says of its use is recorded alone
};

// A page that lies in a file, made into what a crawl of it would have stored, but for its key, its
// bytes and their place: those are the file's. `url` is the address that the page names as its own,
// if it names one. `content_type` says its charset if somebody knows it.
//
// Or why it is no record, as code and reason: "page.consent" (what refuses), "page.empty" (it shows
// no text). Pure; any thread.
std::variant<schema::Draft, schema::Reject>
read_saved_page(const SavedPageRules& rules, std::string_view bytes, std::string_view content_type);

}  // namespace crawler
