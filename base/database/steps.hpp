#pragma once

#include "base/database/database.hpp"

namespace base {

// Where a long piece of work takes its transactions from: one of its own for each step, so that
// what is done stays done and locks are short; or all of them the caller's, so that it is done as
// a whole or not at all.
//
//     std::int64_t import_labels(base::Steps steps, ..);
//     import_labels(database, ..);
//     import_labels(tx, ..);
class Steps {
public:
    Steps(Database& database) : database_(&database) {}
    Steps(Tx& tx) : tx_(&tx) {}

    template <typename Job>
    auto call(Job&& job) const -> std::invoke_result_t<Job&, Tx&> {
        return tx_ ? job(*tx_) : database_->call(job);
    }

private:
    Database* database_ = nullptr;
    Tx* tx_ = nullptr;
};

}  // namespace base
