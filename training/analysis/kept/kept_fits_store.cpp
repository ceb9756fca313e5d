#include "training/analysis/kept/kept_fits_store.hpp"

#include <boost/describe/class.hpp>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "training/sql.hpp"

namespace training {

namespace {

// Another number, and all that was kept before is fitted again.
constexpr const char* form = "1 ";

struct KeptFitRow {
    std::string name, labels;
    base::Binary fitted;
};
BOOST_DESCRIBE_STRUCT(KeptFitRow, (), (name, labels, fitted))

}  // namespace

FoundFits fits_of(base::Tx& tx, std::int64_t run_id, const LabelsNow& labels) {
    FoundFits found;
    if (labels.digest.empty()) return found;
    for (auto& row : base::rows_as<KeptFitRow>(tx.exec(sql::file["fits_of_run"], run_id))) {
        if (row.labels == form + labels.digest)
            found.fits[row.name] = std::move(row.fitted.bytes);
        else
            found.outdated = true;
    }
    return found;
}

void keep_fits(
    base::Tx& tx,
    std::int64_t run_id,
    const LabelsNow& labels,
    const std::map<std::string, std::string>& fits,
    schema::Time now
) {
    if (labels.digest.empty()) return;
    tx.exec(sql::file["drop_outdated_fits"], run_id, form + labels.digest);
    for (const auto& [name, bytes] : fits)
        tx.exec(
            sql::file["keep_run_fit"],
            run_id,
            name,
            form + labels.digest,
            base::Bytes(bytes.data(), bytes.size()),
            schema::timestamp(now)
        );
}

}  // namespace training
