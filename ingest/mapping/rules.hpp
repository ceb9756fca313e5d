#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/settings/fwd.hpp"
#include "base/words.hpp"
#include "ingest/pipeline/page.hpp"
#include "schema/records/record.hpp"

namespace ingest {

// How one column of numbers is made from a field. Fields are named as received; "a.b" reaches into
// a JSON object.
struct ColumnRule {
    enum class Op { number, count, length, flag, category, time };
    enum class Invalid { reject, missing };
    std::string name;
    std::string field;
    Op op = Op::number;
    std::string separator = ",";
    std::string unit = {};
    double factor = 1;
    std::vector<std::string> missing = {};  // more spellings of "no value"
    Invalid invalid = Invalid::reject;
    std::string format = {};  // of times, as strptime has it; empty: what base::parse_time() reads

    bool operator==(const ColumnRule&) const = default;
    static const base::Settings<ColumnRule> settings;
};

constexpr auto words_of(ColumnRule::Op) {
    using enum ColumnRule::Op;
    return std::to_array<base::Word<ColumnRule::Op>>({
        {number, "number", "the value times `factor`"},
        {count, "count", "how many non-empty items apart by `separator`"},
        {length, "length", "characters"},
        {flag, "flag", "1 if the field is there and neither empty nor false, no or 0"},
        {category, "category", "the value itself"},
        {time, "time", "seconds since 1970"},
    });
}

constexpr schema::ColumnType type_of_column(ColumnRule::Op op) {
    switch (op) {
        case ColumnRule::Op::category:
            return schema::ColumnType::category;
        case ColumnRule::Op::flag:
            return schema::ColumnType::flag;
        case ColumnRule::Op::time:
            return schema::ColumnType::time;
        default:
            return schema::ColumnType::number;
    }
}

constexpr auto words_of(ColumnRule::Invalid) {
    using enum ColumnRule::Invalid;
    return std::to_array<base::Word<ColumnRule::Invalid>>({
        {reject, "reject", "the record is rejected"},
        {missing, "missing", "there is no value"},
    });
}

// What the fields of a source's records mean.
struct Rules {
    std::vector<std::string> key;    // all must be filled; empty: the input's own name for the
                                     // record, or the content's hash
    std::vector<std::string> title;  // the first filled one
    std::vector<std::string> body;   // all, apart by an empty line
    std::vector<std::string> media;  // the first filled one is the record's picture, sound, film or
                                     // PDF; none: the first field that holds some
    std::vector<std::string> group;  // the first filled one
    std::string group_pattern;  // ECMAScript regular expression: its first capture is the group
    std::string time;
    ColumnRule::Invalid time_invalid = ColumnRule::Invalid::reject;
    std::vector<std::string> drop;  // not stored at all
    std::vector<std::string> missing =
        {"", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None", "?"};
    std::string licence;
    std::string time_format;  // as ColumnRule::format
    std::vector<ColumnRule> columns;

    bool operator==(const Rules&) const = default;
    static const base::Settings<Rules> settings;
};

// Reads a TOML text:
//
//     key = ["Package", "Version", "Architecture"]
//     title = "Package"
//     body = "Description"
//     media = "Recording"      # a data: URI, Base64, or a column of bytes
//     group = ["Source", "Package"]
//     group_pattern = '^(\S+)'
//     time = "Date"
//     time_format = "%d/%m/%Y"
//     drop = ["Maintainer"]
//     missing = ["", "unknown"]
//     licence = "CC-BY-4.0"
//     [[column]]
//     name = "installed_size"
//     field = "Installed-Size"
//     op = "number"            # number, count, length, flag, category, time
//     factor = 1024
//     unit = "By"
//
// `name` is the file, for messages. Throws base::UsageError with the line for a syntax error, an
// unknown key or a wrong value.
Rules parse_rules(std::string_view toml, const std::string& name);

// Rules for records like those of `sample`: numbers and dates by the form of their values,
// categories where few values come again and again, the longest texts as the body. A guess must
// cost no record: what turns out not to be of a column's kind is left out of the column. Codes that
// only look like numbers (leading zeros, more digits than a double holds) are none. Records that
// are images get no columns, and web pages have no part in it. `key`: the key column, or empty.
// `why` gets one line per decision. Throws base::Error when `key` is in no record; what a page says
// is not looked into.
Rules infer_rules(
    const Page& sample,
    const std::string& key,
    std::vector<std::string>* why = nullptr
);

// As parse_rules() reads them.
std::string to_toml(const Rules& rules);

}  // namespace ingest
