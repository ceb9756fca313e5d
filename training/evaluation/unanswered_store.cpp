#include "training/evaluation/unanswered_store.hpp"

#include <optional>
#include <string>

#include <boost/describe/class.hpp>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "training/sql.hpp"

namespace training {

namespace {

struct UnansweredRow {
    std::int64_t rk = 0;
    std::int64_t source_id = 0;
    std::string key;
    int version = 0;
    int split = 2;
    std::optional<std::string> truth_label;
};
BOOST_DESCRIBE_STRUCT(UnansweredRow, (), (rk, source_id, key, version, split, truth_label))

}  // namespace

std::vector<Prediction> unanswered_of(base::Tx& tx, std::int64_t run_id, int split) {
    std::vector<Prediction> all;
    for (auto& row :
         base::rows_as<UnansweredRow>(tx.exec(sql::file["unanswered_of"], run_id, split))) {
        Prediction one;
        one.id = {row.rk, row.source_id, std::move(row.key)};
        one.version = row.version;
        one.split = row.split;
        one.truth_label = std::move(row.truth_label);
        all.push_back(std::move(one));
    }
    return all;
}

}  // namespace training
