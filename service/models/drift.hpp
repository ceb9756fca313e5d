#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "service/verb.hpp"

// Whether a model is asked the same as it was judged by.
namespace service {

struct FindModelDrift {
    std::string model;
    int version = 0;          // 0: the one in production, or the newest
    int hours = 24;           // so many of the last ones
    bool or_nothing = false;  // where nothing was predicted, an answer without windows
    static const base::Settings<FindModelDrift> settings;
};

struct DriftedColumn {
    std::string column;   // or "(class)", "(probability)", "(value)", "(text bytes)"
    std::string verdict;  // as quality/profile/drift.hpp, or "too few" predictions for one
    double psi = 0, ks = 0;
    double missing_before = 0, missing_after = 0;
};
BOOST_DESCRIBE_STRUCT(DriftedColumn, (), (column, verdict, psi, ks, missing_before, missing_after))

struct DriftWindow {
    base::Time started_at{};
    std::int64_t predictions = 0, abstained = 0, unknown = 0;
    std::string worst = {};  // column
    double psi = 0;          // of it
    bool alarmed = false;
};
BOOST_DESCRIBE_STRUCT(
    DriftWindow,
    (),
    (started_at, predictions, abstained, unknown, worst, psi, alarmed)
)

struct ModelDrift {
    std::string name;
    int version = 0;
    std::int64_t predictions = 0;
    double abstained_before = 0, abstained = 0;  // shares
    std::int64_t unknown_values = 0;             // of categories
    std::vector<DriftedColumn> columns = {};     // the furthest first
    std::vector<DriftWindow> windows = {};       // hours, the oldest first
};
BOOST_DESCRIBE_STRUCT(
    ModelDrift,
    (),
    (name, version, predictions, abstained_before, abstained, unknown_values, columns, windows)
)

// Refused if nothing was predicted in that time and `or_nothing` is not said. Verdicts are those of
// quality/profile/drift.
ModelDrift find_model_drift(Work& work, const FindModelDrift& request);

}  // namespace service
