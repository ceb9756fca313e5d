#include "training/promotion/promotion.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/text/figures.hpp"
#include "training/evaluation/run_comparison.hpp"
#include "training/models/model.hpp"

namespace training {

namespace {

constexpr std::size_t enough_rows = 30;

bool baseline_kind(const std::string& kind) {
    const auto& known = model_kinds();
    return std::find(known.begin(), known.end(), kind) != known.end() && model_kind(kind).baseline;
}

// The difference by the figure that was asked for, or by the first there is.
const RunDifference& difference_by(const RunComparison& found, std::optional<Compared> by) {
    if (!by) return found.differences.front();
    for (const auto& one : found.differences)
        if (one.metric == *by) return one;
    const auto first = base::name_of(found.differences.front().metric);
    const bool classes = found.accuracy_difference.has_value();
    throw base::UsageError(
        fmt::format("by '{}'", base::name_of(*by)),
        classes                          ? "the models predict classes"
        : found.squared_error_difference ? "the models predict values"
                                         : "the models predict labels of several parts",
        classes ? "use accuracy, macro_f1 or log_loss" : fmt::format("use {}", first)
    );
}

}  // namespace

PromotionEvidence weigh_promotion(
    base::Tx& tx,
    const std::string& name,
    int version,
    std::optional<Compared> by,
    std::stop_token stop
) {
    PromotionEvidence out;
    const auto candidate = require_model(tx, name, version);
    const auto present = require_model(tx, name);
    const std::string baseline = baseline_kind(candidate.kind) ? "; it is a baseline" : "";
    if (present.stage != Stage::production) {
        out.better = true;
        out.note = "there was none in production to compare it with" + baseline;
        return out;
    }
    out.against = present.version;
    if (present.version == version) {
        out.better = true;
        out.note = "it was in production already";
        return out;
    }
    RunComparison found;
    try {
        const std::array runs{present.run_id, candidate.run_id};
        found = compare_runs(tx, runs, std::move(stop));
    } catch (const base::Interrupted&) {
        throw;
    } catch (const base::Error& none) {
        out.note = fmt::format(
            "it cannot be compared with version {} in production ({}){}",
            present.version,
            none.what(),
            baseline
        );
        return out;
    }
    const auto& by_figure = difference_by(found, by);
    out.metric = by_figure.metric;
    out.rows = found.rows;
    out.difference = by_figure.difference;
    out.low = by_figure.low;
    out.high = by_figure.high;
    out.better = found.rows >= enough_rows &&
                 (less_is_better(by_figure.metric) ? by_figure.high < 0 : by_figure.low > 0);
    out.note = fmt::format(
        "{} less that of version {} in production: {} over {} test records{}{}",
        base::name_of(by_figure.metric),
        present.version,
        base::with_interval(by_figure.difference, by_figure.low, by_figure.high),
        found.rows,
        found.rows < enough_rows ? fmt::format(", where {} are wanted", enough_rows) : "",
        baseline
    );
    return out;
}

}  // namespace training
