#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "ingest/mapping/contract.hpp"
#include "schema/records/record.hpp"

namespace base {
class Tx;
}

// Contracts as kept in the database. Each function is one step inside the caller's transaction.
namespace ingest {

// The fields of a source by name; empty if none is known.
std::vector<KnownField> load_fields(base::Tx& tx, std::int64_t source_id);
// Adds fields, and kinds to known ones.
void save_fields(
    base::Tx& tx,
    std::int64_t source_id,
    std::span<const KnownField> fields,
    std::int64_t run_id
);

// Whether the first complete run is over.
bool contract_learned(base::Tx& tx, std::int64_t source_id);
void end_learning(base::Tx& tx, std::int64_t source_id, std::int64_t run_id, schema::Time now);

// A stored record that drifts, by its field.
struct Quarantined {
    schema::RecordId id;
    std::string field;
};
void save_quarantine(base::Tx& tx, std::span<const Quarantined> records, schema::Time now);

struct WaitingField {
    std::string name;
    std::int64_t records = 0;  // in quarantine for it
};
BOOST_DESCRIBE_STRUCT(WaitingField, (), (name, records))
std::vector<WaitingField> waiting_fields(base::Tx& tx, std::int64_t source_id);

// Takes a field into the contract, in any kind, and lets its records go. Returns how many.
std::uint64_t
accept_field(base::Tx& tx, std::int64_t source_id, const std::string& field, std::int64_t run_id);

// Forgets what a source's fields were.
void drop_contract(base::Tx& tx, std::int64_t source_id);

}  // namespace ingest
