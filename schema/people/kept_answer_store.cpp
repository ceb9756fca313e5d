#include "schema/people/kept_answer_store.hpp"

#include "base/database/database.hpp"
#include "schema/records/values.hpp"
#include "schema/sql.hpp"

namespace schema {

bool take_key(
    base::Tx& tx,
    std::int64_t user_id,
    const std::string& key,
    const std::string& request_hash,
    Time now
) {
    return tx.change(
               sql::file["take_key"], user_id, key, base::bytes_of(request_hash), timestamp(now)
           ) > 0;
}

std::optional<KeptAnswer> kept_answer(base::Tx& tx, std::int64_t user_id, const std::string& key) {
    auto rows = tx.exec(sql::file["kept_answer"], user_id, key);
    if (rows.empty()) return std::nullopt;
    auto row = rows.front();
    return KeptAnswer{
        .request_hash = base::bytes(row["request_hash"]),
        .status = row["status"].as<int>(),
        .media_type = row["media_type"].as<std::string>(),
        .body = row["body"].as<std::string>()};
}

void keep_answer(
    base::Tx& tx,
    std::int64_t user_id,
    const std::string& key,
    const KeptAnswer& answer
) {
    tx.exec(sql::file["keep_answer"], user_id, key, answer.status, answer.media_type, answer.body);
}

void sweep_answers(base::Tx& tx, Time now) {
    tx.exec(sql::file["sweep_answers"], timestamp(now));
}

}  // namespace schema
