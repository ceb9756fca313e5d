#pragma once

#include "service/gather/gather.hpp"
#include "service/gather/settings.hpp"

namespace service {

// Whether a source of files holds WARC or ARC archives: by its format, or by the names and
// beginnings of its inputs.
bool holds_archives(const schema::Source& source);
bool holds_archives(const FileSettings& settings);

// The rules of archives are those of a crawl. Throws base::UsageError for rules that are none.
crawler::Scraping scraping_of(const FileSettings& settings, const base::Document& document);

// Makes the pages in a source's archives into records, as a crawl of them would have.
GatherResult gather_archives(
    const Environment& here,
    const schema::Source& source,
    std::stop_token stop,
    const GatherEvents& events
);

}  // namespace service
