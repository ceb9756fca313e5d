#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/time/time.hpp"
#include "training/evaluation/comparison.hpp"
#include "training/run_store.hpp"

namespace base {
class Tx;
}

namespace training {

// What speaks for a version of a model in place of the one in production.
struct PromotionEvidence {
    std::optional<int> against;  // the version in production; nothing: there is none
    std::optional<Compared> metric;
    std::size_t rows = 0;                         // test records that both judged
    std::optional<double> difference, low, high;  // of the version less the one in production
    bool better =
        false;         // the 95 % interval excludes 0 in its favour, or nothing stands against it
    std::string note;  // for people
};
BOOST_DESCRIBE_STRUCT(
    PromotionEvidence,
    (),
    (against, metric, rows, difference, low, high, better, note)
)

// Compares them on the test records that both judged, of values by their squared errors, of labels
// of several parts by the measure of their kind (compare_runs). Fewer than
// 30 of them, or none, speak for nothing. Throws base::Error if there is no such version,
// base::UsageError for a figure that is not of the models' kind.
PromotionEvidence weigh_promotion(
    base::Tx& tx,
    const std::string& name,
    int version,
    std::optional<Compared> by,
    std::stop_token stop = {}
);

struct PromotionRow {
    int version = 0;
    Stage stage = Stage::candidate;
    std::optional<int> against;
    std::optional<std::string> forced;  // why, where the evidence was not enough
    std::string evidence;               // JSON
    std::string promoted_by;
    std::string promoted_at;
};
BOOST_DESCRIBE_STRUCT(
    PromotionRow,
    (),
    (version, stage, against, forced, evidence, promoted_by, promoted_at)
)

void note_promotion(base::Tx& tx, const std::string& name, const PromotionRow& row, base::Time now);
// The newest first, 50 at most.
std::vector<PromotionRow> promotions_of(base::Tx& tx, const std::string& name);

}  // namespace training
