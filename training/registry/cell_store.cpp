#include "training/registry/cell_store.hpp"

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "training/sql.hpp"

namespace training {

std::vector<CellMember> members_of_cell(
    base::Tx& tx,
    const Cell& cell,
    std::int64_t rk,
    const std::string& key,
    int at_most
) {
    return base::rows_as<CellMember>(tx.exec(
        sql::file["members_of_cell"], cell.run, cell.truth, cell.predicted, rk, key, at_most
    ));
}

}  // namespace training
