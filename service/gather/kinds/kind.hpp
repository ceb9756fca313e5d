#pragma once

#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/shape.hpp"
#include "base/settings/document.hpp"
#include "crawler/run/settings.hpp"
#include "ingest/pipeline/pipeline.hpp"
#include "service/gather/gather.hpp"

namespace service {

struct Look;
struct SourcePreview;

// A run of a source, and who listens.
struct Gathering {
    const Environment& here;
    const schema::Source& source;
    std::stop_token stop;
    const GatherEvents& events;
    Company company = Company::none;
};

// A source that is opened: for a run, or for a look at what a run would bring.
struct Opening {
    const Environment& here;
    const schema::Source& source;
    std::stop_token stop;
    const Look* look = nullptr;
};

// A kind of source: its settings, and how it is gathered. Each stands in a file of this folder;
// kinds() lists them.
//
//     const SourceKind feed_kind{
//         .name = "feed", .words = "..", .example = R"({..})", .shape = base::shape_of<Settings>,
//         .check = check, .request = request,
//     };
struct SourceKind {
    std::string_view name;
    std::string_view words;         // for people
    std::string_view example;       // settings to begin with: JSON
    const base::Shape& (*shape)();  // of its settings
    // Throws base::UsageError for a wrong setting, with its place in the document.
    void (*check)(const base::Document&);
    // What a run would do. Nothing is read and nothing is sent.
    std::vector<std::string> (*explain)(const base::Document&) = [](const base::Document&) {
        return std::vector<std::string>();
    };
    // What to read, for sources whose records are mapped by rules; may download it first.
    ingest::RunRequest (*request)(const Opening&) = nullptr;
    // Null: the request is run.
    GatherResult (*gather)(const Gathering&) = nullptr;
    // Looks at so many records, and says whether it did; null: the request is read.
    bool (*look)(const Opening&, std::size_t records, SourcePreview&) = nullptr;
    // How its pages are taken apart; nothing if it holds none.
    std::optional<crawler::CrawlSettings> (*pages)(const base::Document&) =
        [](const base::Document&) { return std::optional<crawler::CrawlSettings>(); };
    bool crawls = false;  // it is a crawler's work, of sites that have a say in it
    bool pushed = false;  // its records come by themselves: it is not run

    const base::Record& settings() const { return *shape().record(); }
};

extern const SourceKind api_kind, crawl_kind, database_kind, feed_kind, files_kind, folder_kind,
    push_kind;

std::span<const SourceKind* const> source_kinds();
// Throws base::UsageError if there is none of that name.
const SourceKind& source_kind(std::string_view name);
// "crawl, files or api".
std::string source_kind_names();

}  // namespace service
