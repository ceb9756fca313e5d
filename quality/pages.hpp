#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/run/stopping.hpp"

namespace quality {

// The rows of a query that goes on behind (rk, key), which `page(tx, rk, key)` runs for at most
// `size` rows, each page in a transaction of its own; `place(row)` has the row's rk and key. Ends
// early when `visit(row)` says false, and by base::Interrupted when Stopping says so.
template <typename Row, typename Page, typename Place, typename Visit>
void each_page(base::Database& database, int size, Page page, Place place, Visit visit) {
    auto rk = std::numeric_limits<std::int64_t>::min();
    std::string key;
    for (;;) {
        base::go_on();
        auto rows =
            database.call([&](base::Tx& tx) { return base::rows_as<Row>(page(tx, rk, key)); });
        bool last = rows.size() < static_cast<std::size_t>(size);
        if (!last) {
            rk = place(rows.back()).rk;
            key = place(rows.back()).key;
        }
        for (auto& row : rows)
            if (!visit(std::move(row))) return;
        if (last) return;
    }
}

}  // namespace quality
