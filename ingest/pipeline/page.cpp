#include "ingest/pipeline/page.hpp"

namespace ingest {

void Page::clear() {
    arena.clear();
    fields.clear();
    records.clear();
    rejects.clear();
    rereads.clear();
    cursor.clear();
    bytes = 0;
    ++generation;
}

}  // namespace ingest
