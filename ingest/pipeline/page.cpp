#include "ingest/pipeline/page.hpp"

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

void Page::clear() {
    arena.clear();
    fields.clear();
    records.clear();
    rejects.clear();
    rereads.clear();
    notes.clear();
    cursor.clear();
    bytes = 0;
    ++generation;
}

}  // namespace ingest
