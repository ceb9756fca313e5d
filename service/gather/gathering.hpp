#pragma once

#include <optional>
#include <string>

#include "crawler/run/settings.hpp"
#include "service/gather/settings.hpp"
#include "service/gather/sources.hpp"

// Sources that are made and queued at once. On the command line the same settings run here and now.
namespace service {

struct Crawl {
    std::string source;
    bool save = false;
    crawler::CrawlSettings settings_of_kind;
    static const base::Settings<Crawl> settings;
};
// Queues a run by these settings, of a source that is made if there is none. Throws as
// want_source() does.
QueuedRun queue_crawl(Work& work, const Crawl& request);

struct Ingest {
    std::string source;
    bool save = false;
    FileSettings settings_of_kind;
    static const base::Settings<Ingest> settings;
};
// Likewise. Inputs are read by a worker: addresses, or whole paths that are there for it.
QueuedRun queue_ingest(Work& work, const Ingest& request);

struct Upload {
    std::string source, name;
    std::string content;  // text
    std::string base64;   // or bytes
    std::optional<std::string> format;
    static const base::Settings<Upload> settings;
};
// Keeps a file under the program's home and queues its source of kind files: a new one, or one
// whose inputs were uploads before, which keeps its other settings. What the file is, is told by
// `format`, for this upload alone; else by the source's settings; else by its name and content.
// Refusal conflict if the source reads other inputs.
QueuedRun upload_file(Work& work, const Upload& request);

}  // namespace service
