#include "ingest/pipeline/mark_store.hpp"

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "schema/sources/source_store.hpp"

namespace ingest {

namespace {

std::string name_of_lane(const MarkedStream& stream, std::int64_t lane) {
    return fmt::format("{}\nlane {}", stream.inputs, lane);
}

}  // namespace

std::vector<Mark> load_marks(base::Tx& tx, const MarkedStream& stream) {
    std::vector<Mark> marks;
    for (std::int64_t lane = 0; lane < lanes; ++lane) {
        auto text = schema::load_cursor(tx, stream.source_id, name_of_lane(stream, lane));
        if (auto mark = text ? read_mark(*text) : std::nullopt) marks.push_back(*mark);
    }
    return marks;
}

void save_mark(
    base::Tx& tx,
    const MarkedStream& stream,
    const Mark& mark,
    std::int64_t run_id,
    base::Time now
) {
    auto lane = name_of_lane(stream, mark.number % lanes);
    schema::save_cursor(tx, stream.source_id, lane, write_mark(mark), run_id, now);
}

void drop_marks(base::Tx& tx, const MarkedStream& stream) {
    for (std::int64_t lane = 0; lane < lanes; ++lane)
        schema::drop_cursor(tx, stream.source_id, name_of_lane(stream, lane));
}

}  // namespace ingest
