// What is gathered without being described first. An upload is a file before it is a source: a
// worker reads it later, perhaps again, and its rejects name it. It is written whole under a name
// of its content and renamed, so that a request that is repeated changes nothing.
#include <algorithm>
#include <filesystem>

#include "base/bytes/base64.hpp"
#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "base/text/ascii.hpp"
#include "service/config.hpp"
#include "service/gather/download.hpp"
#include "service/gather/gather.hpp"
#include "service/gather/gathering.hpp"
#include "service/gather/kinds/kind.hpp"
#include "service/gather/kinds/uploads.hpp"
#include "service/gather/sources.hpp"
#include "service/refusal.hpp"

namespace service {

namespace fs = std::filesystem;

namespace {

constexpr auto save_words =
    "make these the source's own settings if it has others; else they are for this run alone";

std::optional<base::Fault> check_file_name(const std::string& name) {
    auto fits = [](char c) { return base::is_alnum(c) || c == '_' || c == '.' || c == '-'; };
    if (name.size() <= 100 && name.front() != '.' && std::all_of(name.begin(), name.end(), fits))
        return std::nullopt;
    return base::Fault{"is no name of a file", "use up to 100 letters, digits, '.', '_' and '-'"};
}

QueuedRun queue(Work& work, const Wanted& wanted) {
    const auto& source = wanted.source;
    auto queued = queue_source(work.tx, source, work.now, work.now, wanted.differs, wanted.made);
    return {source.name, queued.added, wanted.differs, queued.job};
}

// The settings of the source that the upload goes to.
FileSettings settings_for(Work& work, const Upload& request) {
    FileSettings settings;
    auto found = find_of_kind(work.tx, request.source, files_kind.name);
    if (found) settings = FileSettings::settings.read(base::Document::json(found->spec));
    for (const auto& input : settings.inputs)
        if (!is_upload(input, request.source))
            throw Refusal(
                Refusal::Kind::conflict,
                "source '" + request.source + "'",
                "reads other inputs than uploads",
                "upload to a source of another name"
            );
    // What the upload before it said of itself is nothing that this one says.
    settings.upload_format = request.format.value_or("");
    return settings;
}

}  // namespace

const base::Settings<Crawl> Crawl::settings{
    {"source",
     &Crawl::source,
     "source to crawl into; made if there is none",
     {.required = true, .check = &check_source_name}},
    {"save", &Crawl::save, save_words},
    {&Crawl::settings_of_kind},
};

const base::Settings<Ingest> Ingest::settings{
    {"source",
     &Ingest::source,
     "source to read into; made if there is none",
     {.required = true, .check = &check_source_name}},
    {"save", &Ingest::save, save_words},
    {&Ingest::settings_of_kind},
};

const base::Settings<Upload> Upload::settings{
    {"source",
     &Upload::source,
     "source to read into; made if there is none",
     {.required = true, .check = &check_source_name}},
    {"name",
     &Upload::name,
     "what the file is called",
     {.required = true, .check = &check_file_name}},
    {"content", &Upload::content, "what is in it, if it is text"},
    {"base64", &Upload::base64, "or its bytes"},
    {"format", &Upload::format, "warc, " + ingest::format_names(), {.check = &check_file_format}},
};

QueuedRun queue_crawl(Work& work, const Crawl& request) {
    auto spec = crawler::CrawlSettings::settings.text(request.settings_of_kind);
    return queue(work, want_source(work, request.source, crawl_kind, spec, request.save));
}

QueuedRun queue_ingest(Work& work, const Ingest& request) {
    for (const auto& input : request.settings_of_kind.inputs)
        if (!is_web_address(input) && !fs::path(input).is_absolute())
            throw base::UsageError(
                "input '" + input + "'", "is no whole path", "a worker elsewhere has to find it"
            );
    auto spec = FileSettings::settings.text(request.settings_of_kind);
    return queue(work, want_source(work, request.source, files_kind, spec, request.save));
}

QueuedRun upload_file(Work& work, const Upload& request) {
    auto bytes = std::optional(request.content);
    if (!request.base64.empty()) bytes = base::from_base64(request.base64);
    if (!bytes || bytes->empty() || (!request.base64.empty() && !request.content.empty()))
        throw base::UsageError(
            "upload", "needs 'content' or 'base64', and bytes in it", "give one of both"
        );
    auto settings = settings_for(work, request);
    auto name = upload_name(request.name, *bytes);
    settings.inputs = {upload_path(work.here.config, request.source, name).string()};
    auto spec = FileSettings::settings.text(settings);
    auto source = want_source(work, request.source, files_kind, spec, true);
    keep_upload(work.here, request.source, name, *bytes);
    // A job of its own reads each: the source's inputs are those of the last one.
    const auto queued =
        queue_source(work.tx, source.source, work.now, work.now, true, source.made, name);
    return {request.source, queued.added, false, queued.job};
}

std::span<const Verb> gather_verbs() {
    static const std::vector<Verb> verbs{
        verb<queue_crawl>(
            "crawl", "Fetch pages politely, follow their links, store what they say", operators
        ),
        verb<queue_ingest>(
            "ingest",
            "Read files, folders, archives, downloads or standard input into a source",
            operators
        ),
        verb<upload_file>("source upload", "Give a file to a source and queue it", operators),
    };
    return verbs;
}

}  // namespace service
