#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json/shape.hpp"
#include "service/verb.hpp"

// What there is to know of a source before anything of it is stored: which kinds there are and what
// each takes, and what a run would bring.
namespace service {

struct ListKinds {
    static const base::Settings<ListKinds> settings;
};
struct ChoiceItem {
    std::string word, meaning;
};
BOOST_DESCRIBE_STRUCT(ChoiceItem, (), (word, meaning))
// What people are told of one setting.
struct KindSetting {
    std::string path;   // "stream[].name"; of tables "headers.NAME"
    std::string type;   // in words
    std::string usual;  // its default; empty: none
    std::string words;
    bool required = false;
    bool secret = false;  // a reference is written, env:NAME or file:PATH
    std::vector<ChoiceItem> choices;
};
BOOST_DESCRIBE_STRUCT(KindSetting, (), (path, type, usual, words, required, secret, choices))
struct KindItem {
    std::string kind;
    std::string words;       // for people
    bool pushed = false;     // its records come by themselves: it is not run
    base::JsonText example;  // settings to begin with
    base::JsonText
        schema;  // of its settings: JSON Schema, as the description of the service has it
    std::vector<KindSetting> settings;  // those of structs within behind them
};
BOOST_DESCRIBE_STRUCT(KindItem, (), (kind, words, pushed, example, schema, settings))
// All, on one page.
Page<KindItem> list_kinds(Work& work, const ListKinds& request);

// A source that is there, or the kind of one that is not yet; other settings than the source's own
// may be given.
struct PreviewSource {
    std::string source;
    std::string kind;
    base::JsonText spec;  // an object: the settings of the kind
    int records = 10;     // 0: the settings are checked and the plan is told
    int seconds = 20;
    static const base::Settings<PreviewSource> settings;
};

// A record as it would be stored.
struct PreviewedRecord {
    std::string key, title;
    std::string text;  // its first 2,000 characters
    std::string group;
    std::optional<base::Time> time;
    std::string url, file, member;
    std::optional<std::int64_t> line;
    std::string media_type;
    int width = 0, height = 0;  // of a picture
    base::JsonText columns;     // numbers and categories by their names
    base::JsonText payload;     // cut to a text if it is longer than 20,000 bytes
};
BOOST_DESCRIBE_STRUCT(
    PreviewedRecord,
    (),
    (key,
     title,
     text,
     group,
     time,
     url,
     file,
     member,
     line,
     media_type,
     width,
     height,
     columns,
     payload)
)

// An input that would be rejected.
struct PreviewedReject {
    std::string code, reason, column, file, member;
    std::optional<std::int64_t> line;
    std::string raw;  // its first 500 characters
};
BOOST_DESCRIBE_STRUCT(PreviewedReject, (), (code, reason, column, file, member, line, raw))

// What a crawl would do with an address.
struct PreviewedUrl {
    std::string url;
    bool fetch = false;
    std::string reason;  // why it is left out, or its answer is not kept
    std::string detail;
};
BOOST_DESCRIBE_STRUCT(PreviewedUrl, (), (url, fetch, reason, detail))

struct SourcePreview {
    std::string kind;
    std::vector<std::string> plan;         // what a run would do
    std::vector<PreviewedRecord> records;  // the first ones
    std::vector<PreviewedReject> rejects;  // as many at most
    std::vector<PreviewedUrl> urls;        // of a crawl, up to 200
    std::string rules;                     // what the fields are taken to mean: TOML
    std::vector<std::string> notes;        // how it was read, and where the look ended
    bool ended = false;                    // the source has no more than this
    double seconds = 0;
};
BOOST_DESCRIBE_STRUCT(
    SourcePreview,
    (),
    (kind, plan, records, rejects, urls, rules, notes, ended, seconds)
)
// Reads as a run would, through the same readers and the same guard of addresses, and stores
// nothing. Ends with the records asked for, or after the seconds, with what there is by then.
// Throws base::UsageError for settings that are not sound, base::Error for what cannot be read.
SourcePreview preview_source(Work& work, const PreviewSource& request);

}  // namespace service
