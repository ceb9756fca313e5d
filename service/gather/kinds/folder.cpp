// A folder that is watched: each run reads what is new or changed in it. Rules are inferred from
// all of its files, and not from those of the day.
#include <filesystem>

#include "service/gather/gather_records.hpp"
#include "service/gather/kinds/kind.hpp"
#include "service/gather/scraping.hpp"

namespace service {

namespace {

FolderSettings read_settings(const base::Document& document) {
    auto settings = FolderSettings::settings.read(document);
    if (!std::filesystem::path(settings.path).is_absolute())
        document.fail("path", "is no whole path", "a worker elsewhere has to find it");
    return settings;
}

void check_folder(const base::Document& document) {
    auto mapping = read_settings(document).reading.mapping;
    mapping_rules(mapping.rules, mapping.rules_name, document);
}

std::vector<std::string> explain_folder(const base::Document& document) {
    return {"new and changed files of " + read_settings(document).path + "; what has vanished"};
}

ingest::RunRequest request_folder(const Opening& opening) {
    const auto& source = opening.source;
    auto document = base::Document::json(source.spec);
    auto settings = read_settings(document);
    auto request = mapped_request(source, settings.reading.mapping, document);
    request.key = settings.reading.key;
    request.inputs = {"folder " + settings.path};
    request.mark_files = true;
    request.read_page = page_reader(opening.here, document);
    ingest::WatchedFolder folder{
        settings.path, settings.names, read_options(settings.reading), settings.allow_empty};
    request.reading = {
        [folder](std::string_view cursor, std::string_view bookmark) {
            return ingest::open_folder(folder, cursor, bookmark);
        },
        [folder] { return ingest::open_folder(folder); }};
    return request;
}

}  // namespace

const SourceKind folder_kind{
    .name = "folder",
    .words = "the new, changed and vanished files of a folder",
    .example = R"({"path": "/data/deliveries", "names": ["*.csv"]})",
    .shape = base::shape_of<FolderSettings>,
    .check = check_folder,
    .explain = explain_folder,
    .request = request_folder,
};

}  // namespace service
