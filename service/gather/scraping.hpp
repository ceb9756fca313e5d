#pragma once

#include <memory>
#include <string>

#include "base/settings/document.hpp"
#include "crawler/extract/media.hpp"
#include "ingest/mapping/mapping.hpp"
#include "schema/records/record.hpp"
#include "schema/sources/source_store.hpp"
#include "service/verb.hpp"

namespace service {

// How images are decoded for the crawler.
crawler::ExamineImage examine_image();
// How pages that lie in files are read, by the `consent` of a source's settings.
ingest::ReadPage page_reader(const Environment& here, const base::Document& document);

// Reads the rejects of a crawled or archived source again by its present rules, or by `rules_text`,
// TOML that messages call `rules_name`, if that is not empty; only those of a code, if there is
// one. A record that was met again after its reject stays as it is. Returns the run and its counts;
// rejected: those that stay.
struct ReplayedPages {
    std::int64_t run_id = 0;
    schema::Counts counts;
};
ReplayedPages replay_pages(
    const Environment& here,
    const schema::Source& source,
    const std::string& rules_text,
    const std::string& rules_name,
    const std::string& code
);

}  // namespace service
