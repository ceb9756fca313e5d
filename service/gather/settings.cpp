// What sources whose records are mapped may say, each setting once.
//
// A source is stored as what was written, so that it can be shown and edited; it is read into these
// structs whenever it is checked or run. Names that earlier versions stored stay as aliases.
#include "service/gather/settings.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "base/text/encoding.hpp"
#include "ingest/sources/connector.hpp"
#include "ingest/sources/files/format.hpp"
#include "service/gather/csv_options.hpp"
#include "service/gather/download.hpp"

namespace service {

namespace {

std::optional<base::Fault> check_sign(const std::string& text) {
    if (text.size() <= 1 || text == "none") return std::nullopt;
    return base::Fault{"is not one character", "give one, or none"};
}

std::optional<base::Fault> check_feed(const std::string& url) {
    if (is_web_address(url)) return std::nullopt;
    return base::Fault{"is no address", "write http:// or https://; files are of kind files"};
}

std::optional<base::Fault> check_secret(const std::string& text) {
    if (base::is_secret_reference(text)) return std::nullopt;
    return base::Fault{
        "is written out instead of referred to", "write references: secrets = [\"env:NAME\"]"};
}

std::optional<base::Fault> check_encoding(const std::string& name) {
    if (name.empty()) return std::nullopt;
    try {
        (void)base::parse_encoding(name);
    } catch (const base::UsageError&) {
        return base::Fault{
            "'" + name + "' is no encoding", "such as utf-8, utf-16le or windows-1252"};
    }
    return std::nullopt;
}

std::optional<base::Fault> check_reading(ReadSettings& settings) {
    if (settings.columns.empty() || settings.widths.empty()) return std::nullopt;
    return base::Fault{"stands beside 'columns'", "leave one of both out", "widths"};
}

}  // namespace

std::optional<base::Fault> check_file_format(const std::string& name) {
    if (name == "auto" || name == "warc" || ingest::find_format(name)) return std::nullopt;
    return base::Fault{"'" + name + "' is not known", "use one of warc, " + ingest::format_names()};
}

const base::Settings<MappingSettings> MappingSettings::settings{
    {"rules", &MappingSettings::rules, "what the fields mean: TOML text, or a table"},
    {"rules_name", &MappingSettings::rules_name, "the file that the rules are from"},
    {"contract",
     &MappingSettings::contract,
     "what becomes of records with other fields than the first run's"},
    {"restart", &MappingSettings::restart, "forget where an earlier run stopped"},
    {"limit", &MappingSettings::limit, "stop after so many records; 0: no limit"},
    {"max_rejects",
     &MappingSettings::max_rejects,
     "a run fails with more rejects than that; 0: no limit"},
    {"max_reject_share",
     &MappingSettings::max_reject_share,
     "a run fails when a larger share is rejected",
     {.low = 0, .high = 1}},
    {&MappingSettings::reach},
};

const base::Settings<ColumnSettings> ColumnSettings::settings{
    {"name", &ColumnSettings::name, "what it is called", {.required = true}},
    {"start",
     &ColumnSettings::start,
     "characters before it",
     {.low = 0, .high = 1e6, .required = true}},
    {"width",
     &ColumnSettings::width,
     "how many characters it has",
     {.low = 1, .high = 1e6, .required = true}},
};

const base::Settings<ReadSettings> ReadSettings::settings{
    {{"format",
      &ReadSettings::format,
      "warc, " + ingest::format_names(),
      {.check = &check_file_format}},
     {"delimiter", &ReadSettings::delimiter, "of CSV, when it is guessed wrongly"},
     {"quote", &ReadSettings::quote, "of CSV; none for no quotes", {.check = &check_sign}},
     {"escape", &ReadSettings::escape, "of CSV; none for none", {.check = &check_sign}},
     {"skip",
      &ReadSettings::skip,
      "rows above the table in CSV and Excel, lines in fixed",
      {.high = 1e9}},
     {"header_rows",
      &ReadSettings::header_rows,
      "of CSV, Excel or fixed; 0 for no header",
      {.high = 100}},
     {"sheet",
      &ReadSettings::sheet,
      "of Excel: its name, its number from 1, or * for all; the first by default"},
     {"encoding",
      &ReadSettings::encoding,
      "such as utf-8, utf-16le or windows-1252",
      {.check = &check_encoding}},
     {"record_path",
      &ReadSettings::record_path,
      "JSON pointer to the array, or the XML element of a record"},
     {"widths",
      &ReadSettings::widths,
      "of the columns of a fixed-width table that follow each other: [10, 8, 20]",
      {.low = 1, .high = 1e6}},
     {"columns", &ReadSettings::columns, "of a fixed-width table, by their places"},
     {"attachments", &ReadSettings::attachments, "store the attachments of mail too, as its blob"},
     {"follow_links",
      &ReadSettings::follow_links,
      "read symbolic links in folders too; they may lead out of them"},
     {"consent",
      &ReadSettings::consent,
      "what becomes of web pages that opt out from machine learning"},
     {"key", &ReadSettings::key, "field that names a record"},
     {&ReadSettings::mapping}},
    &check_reading};

const base::Settings<FileSettings> FileSettings::settings{
    {"inputs",
     &FileSettings::inputs,
     "files, folders, globs, addresses, or - for standard input",
     {.required = true}},
    {"upload_format",
     &FileSettings::upload_format,
     "what the upload said that these inputs are; the next one goes by `format` again",
     {.check = &check_file_format}},
    {&FileSettings::reading},
};

const base::Settings<FolderSettings> FolderSettings::settings{
    {"path", &FolderSettings::path, "the folder, with those in it", {.required = true}},
    {"names",
     &FolderSettings::names,
     "globs of the names of files that belong to it, such as *.csv; all by default"},
    {"allow_empty",
     &FolderSettings::allow_empty,
     "take all records for gone when no file is left; else the run fails, for a disk may not be "
     "mounted"},
    {&FolderSettings::reading},
};

const base::Settings<FeedSettings> FeedSettings::settings{
    {"urls",
     &FeedSettings::urls,
     "the addresses of the feeds",
     {.required = true, .check = &check_feed}},
    {"key", &FeedSettings::key, "field that names an entry"},
    {&FeedSettings::mapping},
};

const base::Settings<ApiSettings> ApiSettings::settings{
    {&ApiSettings::api},
    {"key", &ApiSettings::key, "field that names a record"},
    {&ApiSettings::mapping},
};

const base::Settings<DatabaseSettings> DatabaseSettings::settings{
    {&DatabaseSettings::database},
    {&DatabaseSettings::mapping},
};

const base::Settings<PushSettings> PushSettings::settings{
    {"scheme", &PushSettings::scheme, "how deliveries are signed"},
    {"secrets",
     &PushSettings::secrets,
     "env:NAME or file:PATH of what they are signed with; any of several will do",
     {.required = true, .check = &check_secret}},
    {"tolerance",
     &PushSettings::tolerance,
     "how old a signature may be",
     {.alias = "tolerance_seconds"}},
    {"key", &PushSettings::key, "field that names a record"},
    {"rules", &PushSettings::rules, "what the fields mean: TOML text, or a table"},
    {"rules_name", &PushSettings::rules_name, "the file that the rules are from"},
};

std::optional<ingest::Rules> mapping_rules(
    const base::JsonText& rules,
    const std::string& rules_name,
    const base::Document& document
) {
    if (rules.text.empty() || rules.text == "\"\"") return std::nullopt;
    return ingest::Rules::settings.read(
        document.embedded("rules", rules_name.empty() ? "rules" : rules_name)
    );
}

ingest::ReadOptions read_options(const ReadSettings& settings) {
    ingest::ReadOptions read;
    read.format = settings.format;
    read.encoding = settings.encoding;
    read.record_path = settings.record_path;
    read.sheet = settings.sheet;
    read.attachments = settings.attachments;
    read.follow_links = settings.follow_links;
    if (!settings.delimiter.empty()) read.delimiter = separator_of(settings.delimiter);
    read.quote = sign_of("quote", settings.quote);
    read.escape = sign_of("escape", settings.escape);
    read.skip = settings.skip;
    read.header_rows = settings.header_rows;
    if (read.header_rows) read.header = *read.header_rows > 0;
    for (const auto& [name, start, width] : settings.columns)
        read.columns.push_back({name, start, width});
    std::sort(read.columns.begin(), read.columns.end(), [](const auto& a, const auto& b) {
        return a.start < b.start;
    });
    std::size_t start = 0;
    for (auto width : settings.widths) {
        read.columns.push_back({"", start, width});
        start += width;
    }
    return read;
}

}  // namespace service
