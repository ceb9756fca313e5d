#include "labeling/quality/record_labels_store.hpp"

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "labeling/sql.hpp"
#include "schema/records/values.hpp"

namespace labeling {

std::vector<RecordLabel> labels_of_records(
    base::Tx& tx,
    std::int64_t project_id,
    std::int64_t source_id,
    const std::vector<std::int64_t>& rks,
    const std::vector<std::string>& keys
) {
    return base::rows_as<RecordLabel>(tx.exec(
        sql::file["labels_of_records"],
        project_id,
        source_id,
        schema::array_of(rks),
        schema::array_of(keys)
    ));
}

std::map<std::string, std::vector<SaidOfRecord>> said_of_records(
    base::Tx& tx,
    std::int64_t project_id,
    std::int64_t source_id,
    const std::vector<std::int64_t>& rks,
    const std::vector<std::string>& keys
) {
    std::map<std::string, std::vector<SaidOfRecord>> out;
    for (auto& row : base::rows_as<SaidOfRecord>(tx.exec(
             sql::file["said_of_records"],
             project_id,
             source_id,
             schema::array_of(rks),
             schema::array_of(keys)
         )))
        out[row.key].push_back(std::move(row));
    return out;
}

LabelsOfRecord
labels_of_record(base::Tx& tx, std::int64_t source_id, std::int64_t rk, const std::string& key) {
    return {
        base::rows_as<HeldLabel>(tx.exec(sql::file["labels_of_record"], rk, source_id, key)),
        base::rows_as<AnswerOfRecord>(
            tx.exec(sql::file["all_answers_of_record"], rk, source_id, key)
        ),
        base::rows_as<SkipOfRecord>(tx.exec(sql::file["skips_of_record"], rk, source_id, key))};
}

}  // namespace labeling
