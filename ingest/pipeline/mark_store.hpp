#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time/time.hpp"
#include "ingest/pipeline/mark.hpp"

namespace base {
class Tx;
}

// Marks in the database, a lane each.
namespace ingest {

// Whose marks: of a source, and of the inputs that a run reads of it.
struct MarkedStream {
    std::int64_t source_id = 0;
    const std::string& inputs;
};

std::vector<Mark> load_marks(base::Tx& tx, const MarkedStream& stream);
// In the place of the mark that its lane left before.
void save_mark(
    base::Tx& tx,
    const MarkedStream& stream,
    const Mark& mark,
    std::int64_t run_id,
    base::Time now
);
void drop_marks(base::Tx& tx, const MarkedStream& stream);

}  // namespace ingest
