#include "schema/sources/run_stop_store.hpp"

#include <chrono>
#include <utility>

#include "base/database/database.hpp"
#include "schema/records/values.hpp"
#include "schema/sql.hpp"

namespace schema {

void interrupt_run(base::Tx& tx, std::int64_t run_id, base::Time now) {
    tx.exec(sql::file["interrupt_run"], run_id, timestamp(now));
}

InterruptedByStop::InterruptedByStop(
    base::Database& database,
    std::int64_t run_id,
    std::stop_token stop
)
    : mark_(std::move(stop), [&database, run_id] {
          database.call([&](base::Tx& tx) {
              interrupt_run(tx, run_id, std::chrono::system_clock::now());
          });
      }) {}

}  // namespace schema
