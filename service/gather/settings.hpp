#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json/shape.hpp"
#include "base/settings/document.hpp"
#include "base/settings/fwd.hpp"
#include "crawler/fetch/settings.hpp"
#include "crawler/run/settings.hpp"
#include "ingest/mapping/contract.hpp"
#include "ingest/pipeline/pipeline.hpp"
#include "ingest/sources/api/spec.hpp"
#include "ingest/sources/database/spec.hpp"
#include "ingest/sources/push/webhook.hpp"

// What sources whose records are mapped say: one struct a kind. Crawls: crawler/run/settings.hpp.
namespace service {

// Of a file: warc, or one that ingest reads.
std::optional<base::Fault> check_file_format(const std::string& name);

// Of all kinds whose records are mapped.
struct MappingSettings {
    base::JsonText rules;    // the text of a TOML file, or a table
    std::string rules_name;  // what messages call that text
    ingest::OnDrift contract = ingest::OnDrift::quarantine;
    bool restart = false;
    std::uint64_t limit = 0;        // 0: none
    std::uint64_t max_rejects = 0;  // 0: no limit
    double max_reject_share = 1;
    crawler::ReachSettings reach;

    static const base::Settings<MappingSettings> settings;
};

struct ColumnSettings {
    std::string name;
    std::size_t start = 0;
    std::size_t width = 0;

    static const base::Settings<ColumnSettings> settings;
};

// How files are read, and what becomes of their records.
struct ReadSettings {
    std::string format = "auto";
    std::string delimiter, quote, escape;  // as they are written on a command line
    std::optional<std::size_t> skip, header_rows;
    std::string encoding;
    std::string record_path;
    std::string sheet;
    std::vector<std::size_t> widths;
    std::vector<ColumnSettings> columns;
    bool attachments = false;
    bool follow_links = false;
    crawler::OptOuts consent = crawler::OptOuts::honour;
    std::string key;
    MappingSettings mapping;

    static const base::Settings<ReadSettings> settings;
};

// Files that lie somewhere, or are downloaded.
struct FileSettings {
    std::vector<std::string> inputs;
    std::string upload_format;  // of these inputs, if the upload that gave them said so
    ReadSettings reading;

    const std::string& format() const {
        return upload_format.empty() ? reading.format : upload_format;
    }

    static const base::Settings<FileSettings> settings;
};

// A folder that is watched.
struct FolderSettings {
    std::string path;
    std::vector<std::string> names;
    bool allow_empty = false;
    ReadSettings reading;

    static const base::Settings<FolderSettings> settings;
};

struct FeedSettings {
    std::vector<std::string> urls;
    std::string key;
    MappingSettings mapping;

    static const base::Settings<FeedSettings> settings;
};

struct ApiSettings {
    ingest::api::Spec api;
    std::string key;
    MappingSettings mapping;

    static const base::Settings<ApiSettings> settings;
};

struct DatabaseSettings {
    ingest::database::Spec database;  // with a key of its own
    MappingSettings mapping;

    static const base::Settings<DatabaseSettings> settings;
};

// Sources that are pushed to.
struct PushSettings {
    ingest::WebhookScheme scheme = ingest::WebhookScheme::standard;
    std::vector<std::string> secrets;  // references
    std::chrono::seconds tolerance{300};
    std::string key;
    base::JsonText rules;
    std::string rules_name;

    static const base::Settings<PushSettings> settings;
};

// The mapping rules in a document's `rules`; nothing if it has none. Throws base::UsageError.
std::optional<ingest::Rules> mapping_rules(
    const base::JsonText& rules,
    const std::string& rules_name,
    const base::Document& document
);

// How the files are to be read: `format` to `attachments`.
ingest::ReadOptions read_options(const ReadSettings& settings);

}  // namespace service
