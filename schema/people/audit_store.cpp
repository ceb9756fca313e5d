#include "schema/people/audit_store.hpp"

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "schema/records/values.hpp"
#include "schema/sql.hpp"

namespace schema {

void add_audit(base::Tx& tx, std::optional<std::int64_t> user_id, const AuditEvent& entry) {
    tx.exec(
        sql::file["add_audit"],
        timestamp(entry.at),
        user_id,
        entry.actor,
        entry.action,
        entry.subject,
        entry.detail.text
    );
}

std::vector<AuditEvent> list_audit(base::Tx& tx, std::optional<std::int64_t> before, int at_most) {
    return base::rows_as<AuditEvent>(tx.exec(sql::file["list_audit"], before, at_most));
}

void sweep_audit(base::Tx& tx, Time before) {
    tx.exec(sql::file["sweep_audit"], timestamp(before));
}

}  // namespace schema
