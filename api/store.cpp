// Column aliases of queries.sql are the members of the API's JSON, so a list needs no struct and no
// second list of names. Secrets are looked up by their hashes; who reads this database cannot sign
// in with what is in it. touch_token runs only when the last use is old enough, or each request
// would write.
#include "api/store.hpp"

#include <boost/json/serialize.hpp>

#include "api/rows.hpp"
#include "api/sql.hpp"
#include "base/database/database.hpp"

namespace api::store {

using sql::file;

namespace {

std::optional<object> only(const pqxx::result& rows) {
    if (rows.empty()) return std::nullopt;
    return object_of(rows[0]);
}

}  // namespace

array runs(base::Tx& tx, std::int64_t before, int limit) {
    return array_of(tx.exec(file["list_runs"], before, limit));
}

std::optional<object> run(base::Tx& tx, std::int64_t id) {
    return only(tx.exec(file["run_by_id"], id));
}

array confusion(base::Tx& tx, std::int64_t run_id) {
    return array_of(tx.exec(file["confusion_of_run"], run_id));
}

std::string progress(base::Tx& tx, const std::string& now) {
    return tx.value<std::string>(file["progress"], now).value_or("{}");
}

Figures figures(base::Tx& tx) {
    auto row = tx.exec(file["figures"])[0];
    return {
        row[0].as<std::int64_t>(),
        row[1].as<std::int64_t>(),
        row[2].as<std::int64_t>(),
        row[3].as<std::int64_t>(),
        row[4].as<std::int64_t>(),
        row[5].as<std::int64_t>(),
        row[6].as<std::int64_t>(),
        row[7].as<std::int64_t>(),
        row[8].as<std::int64_t>(),
        row[9].as<std::int64_t>()};
}

}  // namespace api::store
