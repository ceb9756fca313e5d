#include "labeling/queue/people_store.hpp"

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "labeling/sql.hpp"
#include "schema/records/record.hpp"

namespace labeling {

std::int64_t simulated_user(base::Tx& tx, const std::string& name, Time now) {
    tx.exec(sql::file["add_simulated_user"], name, schema::timestamp(now));
    auto row = tx.exec(sql::file["find_user"], name)[0];
    if (!row[1].as<bool>())
        throw base::Error(
            "user '" + name + "'", "is a person, not a simulated annotator", "choose another name"
        );
    return row[0].as<std::int64_t>();
}

}  // namespace labeling
