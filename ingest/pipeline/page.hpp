#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/content/content.hpp"
#include "formats/field.hpp"
#include "schema/records/record.hpp"

namespace ingest {

// A column or part of a record that holds a picture, a sound, a film or a document, beside its
// fields.
struct MediaCell {
    std::string_view name;
    std::uint32_t place = 0;  // of the record's field that it stands before
    std::string_view bytes;
    formats::Content content;
};

// One record as a connector found it; its views live as long as its page.
struct RawRecord {
    std::uint32_t first_field = 0;
    std::uint32_t fields = 0;
    std::uint32_t first_cell = 0;
    std::uint32_t cells = 0;
    std::string_view raw;   // its bytes as in the (uncompressed) input; empty for images and media,
                            // whose bytes are the blob
    std::string_view json;  // the record as a JSON object, when it was received as one
    std::string_view key;  // what the input itself names it by (a path, an index); empty if nothing
    std::string_view file;
    std::string_view member;
    std::int64_t line = -1;
    std::int64_t byte_offset = -1;
    bool page = false;  // the blob is a web page, and what it says is still to be read
    std::optional<formats::Image> image;
    std::optional<formats::Media> media;
    std::string_view text;  // of a document, beside its bytes
    std::string_view blob;
    std::string_view media_type;
};

// Puts a reject where the record is.
void set_place(const RawRecord& record, schema::Reject& reject);

// How to read a record of one member again, alone, from its raw bytes.
struct Reread {
    std::string file;
    std::string member;
    std::string how;  // opaque; for reread()
};

// What was left out or passed over though it is no fault, for people: a line to how many times.
using Notes = std::map<std::string, std::uint64_t>;
void add_notes(Notes& all, const Notes& more);

// A handful of records on their way from a connector to the mapping. Reused: clear() keeps the
// memory.
struct Page {
    formats::Arena arena;
    std::vector<formats::Field> fields;
    std::vector<MediaCell> cells;
    std::vector<RawRecord> records;
    std::vector<schema::Reject> rejects;
    std::vector<Reread> rereads;   // of the members that this page's records and rejects are from
    Notes notes;                   // of this page
    std::string cursor;            // where to go on after this page
    std::uint64_t bytes = 0;       // of uncompressed input that this page took
    std::uint64_t generation = 0;  // counts the clear()s

    std::span<const formats::Field> fields_of(const RawRecord& record) const {
        return {fields.data() + record.first_field, record.fields};
    }
    std::span<const MediaCell> cells_of(const RawRecord& record) const {
        return {cells.data() + record.first_cell, record.cells};
    }
    void clear();
};

// The bytes by which a record can be read again: with the cells that it has, where it was received
// as JSON.
std::string raw_of(const Page& page, const RawRecord& record);
// A JSON object with cells as members more, each a data: URI.
std::string with_cells(std::string_view json, std::span<const MediaCell> cells);

// Tells what people should know of content that became a record.
void note_content(const formats::Content& content, Notes& notes);

}  // namespace ingest
