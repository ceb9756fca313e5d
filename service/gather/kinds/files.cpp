// Whether a source holds archives is told by names and first bytes, since the answer chooses
// between crawler and ingest. All inputs must agree; a folder of mixed files is read by ingest,
// which rejects what it does not know, rather than by halves. Files of a folder are sorted: a
// resumed run needs the same order.

#include <algorithm>
#include <chrono>
#include <filesystem>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "base/text/figures.hpp"
#include "crawler/archive/warc_replay.hpp"
#include "ingest/pipeline/damage.hpp"
#include "schema/sources/run_stop_store.hpp"
#include "service/config.hpp"
#include "service/gather/download.hpp"
#include "service/gather/gather_records.hpp"
#include "service/gather/kinds/kind.hpp"
#include "service/gather/kinds/uploads.hpp"
#include "service/gather/preview/previewed.hpp"
#include "service/gather/scraping.hpp"
#include "service/gather/settings.hpp"

namespace service {

using Clock = std::chrono::system_clock;

namespace {

// The files themselves, those of folders in order of name.
std::vector<std::string> archives_in(const std::vector<std::string>& inputs, bool follow_links) {
    namespace fs = std::filesystem;
    std::vector<std::string> files;
    for (const auto& input : inputs) {
        if (!fs::is_directory(input)) {
            files.push_back(input);
            continue;
        }
        auto first = static_cast<std::ptrdiff_t>(files.size());
        for (const auto& entry : fs::recursive_directory_iterator(input))
            if (entry.is_regular_file() && (follow_links || !entry.is_symlink()))
                files.push_back(entry.path().string());
        std::sort(files.begin() + first, files.end());
    }
    return files;
}

bool holds_archives(const FileSettings& settings) {
    if (settings.format() == "warc") return true;
    if (settings.format() != "auto") return false;
    const auto& files = settings.inputs;
    auto named = [](std::string_view path) {
        if (path.ends_with(".gz")) path.remove_suffix(3);
        return path.ends_with(".warc") || path.ends_with(".arc");
    };
    return !files.empty() && std::all_of(files.begin(), files.end(), [&](const std::string& file) {
        return named(file) && crawler::is_archive(file);
    });
}

// The rules of archives are those of a crawl.
std::optional<crawler::CrawlSettings> pages_of(const base::Document& document) {
    auto files = FileSettings::settings.read(document);
    if (!holds_archives(files)) return std::nullopt;
    crawler::CrawlSettings settings;
    settings.consent = files.reading.consent;
    settings.scrape.rules = files.reading.mapping.rules;
    settings.scrape.rules_name = files.reading.mapping.rules_name;
    return settings;
}

crawler::ReplayOptions replay_options(const Opening& opening, const crawler::CrawlSettings& pages) {
    const auto& source = opening.source;
    auto document = base::Document::json(source.spec);
    auto settings = FileSettings::settings.read(document);
    crawler::ReplayOptions options;
    options.files = archives_in(settings.inputs, settings.reading.follow_links);
    options.source_id = source.id;
    options.source_name = source.name;
    options.user_agent = opening.here.config.crawl.user_agent;
    options.honour_consent = pages.consent == crawler::OptOuts::honour;
    options.restart = settings.reading.mapping.restart;
    options.stop = opening.stop;
    auto scraping = crawler::make_scraping(pages.scrape, document);
    options.rules = scraping.rules;
    options.media = scraping.media;
    options.examine_image = examine_image();
    return options;
}

// Makes the pages in a source's archives into records, as a crawl of them would have.
GatherResult gather_archives(const Gathering& run, const crawler::CrawlSettings& pages) {
    const auto& here = run.here;
    const auto& source = run.source;
    auto started = std::chrono::steady_clock::now();
    auto options = replay_options({here, source, run.stop}, pages);
    options.progress = [&](const schema::Counts& counts, std::uint64_t) {
        if (run.events.progress) run.events.progress(counts, 0, "");
    };
    auto& database = here.database;
    options.run_id = database.call([&](base::Tx& tx) {
        return schema::begin_run(tx, source.id, source.spec, Clock::now());
    });
    schema::InterruptedByStop marked(database, options.run_id, run.stop);
    auto close = [&](const std::string& state, const std::string& why) {
        database.call([&](base::Tx& tx) {
            schema::end_run(tx, options.run_id, state, why, Clock::now());
        });
    };
    try {
        auto report = crawler::replay_archives(database, here.blobs, options);
        if (report.damaged > 0 && !report.interrupted)
            ingest::check_damage(
                source.name, report.counts, {{"file.damaged", {report.damaged, report.damage}}}
            );
        GatherResult result{
            options.run_id,
            report.interrupted ? "interrupted" : "done",
            report.counts,
            report.bytes,
            std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count(),
            report.resumed,
            {},
            std::nullopt};
        for (const auto& [reason, count] : report.skipped)
            result.notes.push_back(
                fmt::format("{} records passed over: {}", base::grouped(count), reason)
            );
        close(result.state, "");
        return result;
    } catch (const std::exception& failure) {
        close("failed", failure.what());
        throw;
    }
}

bool look_at_files(const Opening& given, std::size_t records, SourcePreview& seen) {
    const auto source = with_uploads_here(given.here, given.source);
    const Opening opening{given.here, source, given.stop, given.look};
    auto pages = pages_of(base::Document::json(opening.source.spec));
    if (!pages) return false;
    auto options = replay_options(opening, *pages);
    auto found = crawler::look_at_archives(options, records);
    auto columns = options.rules ? options.rules->columns() : std::vector<schema::Column>();
    for (const auto& draft : found.records) seen.records.push_back(previewed(draft, columns));
    for (const auto& reject : found.rejects) seen.rejects.push_back(previewed(reject));
    for (const auto& [reason, count] : found.skipped)
        seen.notes.push_back(fmt::format("{} records passed over: {}", base::grouped(count), reason)
        );
    seen.ended = found.ended;
    return true;
}

ingest::RunRequest request_files(const Opening& opening) {
    const auto& here = opening.here;
    const auto source = with_uploads_here(here, opening.source);
    auto document = base::Document::json(source.spec);
    auto settings = FileSettings::settings.read(document);
    auto request = mapped_request(source, settings.reading.mapping, document);
    request.key = settings.reading.key;
    request.inputs = settings.inputs;
    request.read = read_options(settings.reading);
    request.read.format = settings.format();
    request.read_page = page_reader(here, document);
    const auto& reach = settings.reading.mapping.reach;
    for (auto& input : request.inputs) {
        if (opening.look && input == "-")
            throw base::UsageError(
                "input '-'", "is standard input, which a look would take away", "look at a file"
            );
        if (is_web_address(input)) input = download(opening, input, reach).string();
    }
    return request;
}

void check_files(const base::Document& document) {
    if (auto pages = pages_of(document)) {
        crawler::make_scraping(pages->scrape, document);
    } else {
        const auto& mapping = FileSettings::settings.read(document).reading.mapping;
        mapping_rules(mapping.rules, mapping.rules_name, document);
    }
}

GatherResult gather_files(const Gathering& given) {
    const auto source = with_uploads_here(given.here, given.source);
    const Gathering run{given.here, source, given.stop, given.events, given.company};
    if (auto pages = pages_of(base::Document::json(source.spec)))
        return gather_archives(run, *pages);
    return gather_records(run);
}

}  // namespace

const SourceKind files_kind{
    .name = "files",
    .words = "files, folders, archives, downloads or standard input",
    .example = R"({"inputs": ["https://example.org/data.csv"]})",
    .shape = base::shape_of<FileSettings>,
    .check = check_files,
    .request = request_files,
    .gather = gather_files,
    .look = look_at_files,
    .pages = pages_of,
};

}  // namespace service
