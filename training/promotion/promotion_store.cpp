#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "schema/records/values.hpp"
#include "training/promotion/promotion.hpp"
#include "training/sql.hpp"

namespace training {

void note_promotion(
    base::Tx& tx,
    const std::string& name,
    const PromotionRow& row,
    base::Time now
) {
    tx.exec(
        sql::file["add_promotion"],
        name,
        row.version,
        std::string(base::name_of(row.stage)),
        row.against,
        row.forced,
        row.evidence,
        row.promoted_by,
        schema::timestamp(now)
    );
}

std::vector<PromotionRow> promotions_of(base::Tx& tx, const std::string& name) {
    return base::rows_as<PromotionRow>(tx.exec(sql::file["promotions_of_model"], name));
}

}  // namespace training
