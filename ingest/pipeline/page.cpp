#include "ingest/pipeline/page.hpp"

namespace ingest {

void add_notes(Notes& all, const Notes& more) {
    for (const auto& [line, times] : more) all[line] += times;
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
