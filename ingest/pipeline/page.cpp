#include "ingest/pipeline/page.hpp"

#include "formats/dataset/cell.hpp"
#include "formats/json/json.hpp"

namespace ingest {

void add_notes(Notes& all, const Notes& more) {
    for (const auto& [line, times] : more) all[line] += times;
}

void set_place(const RawRecord& record, schema::Reject& reject) {
    reject.file = record.file;
    reject.member = record.member;
    reject.line = record.line;
    reject.byte_offset = record.byte_offset;
}

std::string raw_of(const Page& page, const RawRecord& record) {
    if (record.raw.empty()) return std::string(record.blob);
    const auto cells = page.cells_of(record);
    const bool is_json = record.raw.starts_with('{');
    return cells.empty() || !is_json ? std::string(record.raw) : with_cells(record.raw, cells);
}

std::string with_cells(std::string_view json, std::span<const MediaCell> cells) {
    const auto end = json.rfind('}');
    if (cells.empty() || end == json.npos) return std::string(json);
    std::string out(json.substr(0, end));
    for (const auto& cell : cells) {
        if (out.find_last_not_of(" \t\r\n") != out.find('{')) out += ',';
        formats::append_json_string(cell.name, out);
        out += ":\"" + formats::data_uri(cell.bytes, cell.content.media_type) + '"';
    }
    out += json.substr(end);
    return out;
}

void note_content(const formats::Content& content, Notes& notes) {
    if (!content.note.empty()) ++notes[content.note];
    if (content.media && content.media->kind != formats::MediaKind::pdf && !content.media->seconds)
        ++notes["a sound or film whose length is not told by its head"];
}

void Page::clear() {
    arena.clear();
    fields.clear();
    cells.clear();
    records.clear();
    rejects.clear();
    rereads.clear();
    notes.clear();
    cursor.clear();
    bytes = 0;
    ++generation;
}

}  // namespace ingest
