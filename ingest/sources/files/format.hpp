#pragma once

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "ingest/sources/files/reader.hpp"

namespace ingest {

// The start of a member, of which a format is told.
struct Sample {
    std::string_view extension;  // in lower case, a packing aside: "csv" of "a.CSV.gz"
    std::string_view head;       // up to 16 KiB
    std::string_view text;       // of it, decoded, without blanks before it; empty if there is none
    bool whole = false;          // the member ends in head

    bool named(std::initializer_list<std::string_view> endings) const {
        return std::find(endings.begin(), endings.end(), extension) != endings.end();
    }
};

// How much a sign says, from what leaves no doubt to what is left when nothing else is known. A
// sign is looked for only if no format has shown a stronger one, and of binary content, which has
// NUL bytes, only signatures and names.
enum class Strength { signature, start, name, look, hint, guess, rest };

struct Sign {
    Strength strength;
    // Why the content is of the format, for people; empty if it does not look like it.
    std::string (*seen)(const Sample&);
};

// A kind of file: what it is called, what it is known by, and its reader. Each stands in the file
// of its reader; formats() lists them.
//
//     const Format jsonl_format{
//         .name = "jsonl", .words = "JSON lines: one object a line", .signs = signs, .open = open,
//     };
struct Format {
    std::string_view name;
    std::string_view words;  // what is a record, for people
    std::span<const Sign> signs = {};
    std::span<const std::string_view> media_types = {};  // by which it is pushed
    std::unique_ptr<MemberReader> (*open)(const MemberInput&);
    // Options that the format implies where they were not given.
    void (*imply)(ReadOptions&) = [](ReadOptions&) {};
    // And those of a record that is read alone, by its raw bytes. Null: it can not be.
    void (*alone)(ReadOptions&) = [](ReadOptions&) {};
};

extern const Format csv_format, tsv_format, fixed_format, feed_format, jsonl_format, json_format,
    xml_format, mbox_format, message_format, deb822_format, idx_format, images_format, files_format,
    yaml_format, html_format, parquet_format, excel_format, media_format, pdf_format;

// The start of a member as text, decoded, without blanks before it.
std::string text_of_head(std::string_view head);

// All of them; of two that show signs of the same strength the first counts.
std::span<const Format* const> formats();

// Null if no format has that name.
const Format* find_format(std::string_view name);

// By a media type without parameters; null if none is pushed by it.
const Format* format_of_media_type(std::string_view type);

}  // namespace ingest
