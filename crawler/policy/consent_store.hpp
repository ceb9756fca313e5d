#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "crawler/policy/site_files.hpp"

namespace base {
class Database;
class Tx;
}  // namespace base

namespace crawler {

struct ConsentCheck {
    std::uint64_t pages = 0;   // records judged again
    std::uint64_t denied = 0;  // of these, refused by what their sites say now
};

// Judges every record of a source that came from the web by the newest robots.txt, ai.txt and
// tdmrep.json that were fetched from its origin, by any source, and notes the refusals in
// consent_denial; what is no longer refused leaves it. What the page itself said when it was
// fetched is not judged again: it is stored with the version. Asks no site.
// Throws base::Interrupted when a stop is asked for while pages are left.
ConsentCheck check_consent(
    base::Database& database,
    std::int64_t source_id,
    const std::string& user_agent,
    std::stop_token stop = {}
);

// What the origin of a URL said when it was last asked; that it allows everything if it never was.
SitePolicy stored_policy(base::Tx& tx, const std::string& url);

}  // namespace crawler
