#include "ingest/mapping/contract_store.hpp"

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "ingest/sql.hpp"

namespace ingest {

namespace {

constexpr unsigned any_kind = 15;

std::string check_of(const std::string& field) {
    return "contract: " + field;
}

}  // namespace

std::vector<KnownField> load_fields(base::Tx& tx, std::int64_t source_id) {
    return base::rows_as<KnownField>(tx.exec(sql::file["load_fields"], source_id));
}

void save_fields(
    base::Tx& tx,
    std::int64_t source_id,
    std::span<const KnownField> fields,
    std::int64_t run_id
) {
    for (const auto& field : fields)
        tx.exec(
            sql::file["save_field"], source_id, field.name, static_cast<int>(field.kinds), run_id
        );
}

bool contract_learned(base::Tx& tx, std::int64_t source_id) {
    return tx.value<int>(sql::file["contract_learned"], source_id).has_value();
}

void end_learning(base::Tx& tx, std::int64_t source_id, std::int64_t run_id, schema::Time now) {
    tx.exec(sql::file["end_learning"], source_id, run_id, schema::timestamp(now));
}

void save_quarantine(base::Tx& tx, std::span<const Quarantined> records, schema::Time now) {
    for (const auto& record : records)
        tx.exec(
            sql::file["add_to_quarantine"],
            record.id.rk,
            record.id.source_id,
            record.id.key,
            check_of(record.field),
            schema::timestamp(now)
        );
}

std::vector<WaitingField> waiting_fields(base::Tx& tx, std::int64_t source_id) {
    return base::rows_as<WaitingField>(tx.exec(sql::file["waiting_fields"], source_id));
}

std::uint64_t
accept_field(base::Tx& tx, std::int64_t source_id, const std::string& field, std::int64_t run_id) {
    tx.exec(sql::file["save_field"], source_id, field, static_cast<int>(any_kind), run_id);
    return tx.change(sql::file["leave_quarantine"], source_id, check_of(field));
}

void drop_contract(base::Tx& tx, std::int64_t source_id) {
    tx.exec(sql::file["drop_fields"], source_id);
    tx.exec(sql::file["drop_contract"], source_id);
}

}  // namespace ingest
