#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "schema/records/record.hpp"

namespace base {
class Tx;
}

namespace training {

// A version of how a source's records are prepared.
struct PreparationVersion {
    std::int64_t source_id = 0;
    int version = 0;                // 0: nothing is done to them
    std::string operations = "[]";  // JSON, as Preparation::parse takes it
    std::string note;
    std::string made_by;
    std::string made_at;
};
BOOST_DESCRIBE_STRUCT(
    PreparationVersion,
    (),
    (source_id, version, operations, note, made_by, made_at)
)

// The version asked for, or the present one; version 0 where there is none. Throws base::Error if
// one that is asked for does not exist.
PreparationVersion
require_preparation(base::Tx& tx, std::int64_t source_id, std::optional<int> version = {});
// Oldest first.
std::vector<PreparationVersion> list_preparations(base::Tx& tx, std::int64_t source_id);

// Adds the next version. Throws base::UsageError if the operations are wrong.
PreparationVersion add_preparation(
    base::Tx& tx,
    std::int64_t source_id,
    const std::string& operations,
    const std::string& note,
    const std::string& made_by,
    schema::Time now
);

// What a version learnt from the training side of a snapshot.
struct PreparationFit {
    std::int64_t snapshot_id = 0;
    std::int64_t source_id = 0;
    int version = 0;
    std::size_t rows = 0;  // of that side
    std::string fitted;    // FittedPreparation::json()
};
BOOST_DESCRIBE_STRUCT(PreparationFit, (), (snapshot_id, source_id, version, rows, fitted))
// Kept once: the same version on the same snapshot learns the same.
void keep_fit(base::Tx& tx, const PreparationFit& fit, schema::Time now);
std::optional<PreparationFit> find_fit(base::Tx& tx, std::int64_t snapshot_id, int version);

}  // namespace training
