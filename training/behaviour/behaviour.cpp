// Each kind of test is one function from predictions to an outcome. Of changes only rows count that
// the change does something to: a test of names says nothing of texts without any, and one that
// changes no row at all has failed, as it tested nothing.
#include "training/behaviour/behaviour.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <span>

#include <fmt/format.h>

#include "base/error.hpp"
#include "training/behaviour/changes.hpp"
#include "training/evaluation/metrics.hpp"

namespace training {

namespace {

constexpr std::size_t examples_shown = 5;

class Test {
public:
    Test(const Predictor& predictor, const BehaviourTest& test, const TestRows& given)
        : predictor_(predictor), test_(test), given_(given) {
        outcome_.name = test.name;
        outcome_.kind = test.kind;
    }

    TestOutcome run(std::stop_token stop) {
        if (test_.kind != TestKind::latency && !says_one_thing())
            fail("the model says neither one class nor a value", "test its latency alone");
        if (given_.rows.rows == 0)
            fail("has no rows", "widen 'where', or make a snapshot with a test part");
        switch (test_.kind) {
            case TestKind::minimum:
                minimum();
                break;
            case TestKind::invariance:
            case TestKind::direction:
                compare();
                break;
            case TestKind::floor:
            case TestKind::calibration:
                measure();
                break;
            case TestKind::latency:
                time(stop);
                break;
        }
        return std::move(outcome_);
    }

private:
    [[noreturn]] void fail(const std::string& why, const std::string& mend) const {
        throw base::UsageError("test '" + test_.name + "'", why, mend);
    }

    bool classes() const { return predictor_.predicts_classes(); }
    bool says_one_thing() const {
        return !predictor_.finder() && predictor_.question_kind().empty() &&
               !predictor_.predicts_sets();
    }

    std::size_t class_of(const std::string& name) const {
        const auto& names = predictor_.class_names();
        const auto found = std::find(names.begin(), names.end(), name);
        if (found == names.end())
            fail("'" + name + "' is no class of the model", "see 'tilth model show'");
        return static_cast<std::size_t>(found - names.begin());
    }

    std::string said(const std::vector<double>& answers, std::size_t row) const {
        if (!classes()) return fmt::format("{:.6g}", answers[row]);
        const auto count = predictor_.class_names().size();
        const auto of_row = std::span(answers).subspan(row * count, count);
        const auto best = static_cast<std::size_t>(predictor_.decide(of_row).front());
        const std::vector<int> decided{static_cast<int>(best)};
        return fmt::format(
            "{}{} {:.3f}",
            predictor_.decision().abstains(of_row, decided, count)[0] != 0 ? "no answer, but " : "",
            predictor_.class_names()[best],
            of_row[best]
        );
    }

    void count(std::size_t row, bool passed, const std::string& words) {
        ++outcome_.rows;
        if (passed) return;
        ++outcome_.failed;
        if (outcome_.examples.size() < examples_shown)
            outcome_.examples.push_back({given_.shown[row], words});
    }

    // By the share of rows that did as they should.
    void conclude(const std::string& done) {
        const auto rows = static_cast<double>(outcome_.rows);
        const auto right = rows - static_cast<double>(outcome_.failed);
        outcome_.passed = outcome_.rows > 0 && right >= test_.share * rows - 1e-9;
        outcome_.words =
            outcome_.rows == 0
                ? "the change does nothing to any row: nothing was tested"
                : fmt::format(
                      "{} of {} rows {}; {} must",
                      outcome_.rows - outcome_.failed,
                      outcome_.rows,
                      done,
                      test_.share < 1 ? fmt::format("{:.4g} %", 100 * test_.share) : "all"
                  );
    }

    bool within(double x) const {
        return std::isfinite(x) && !(test_.at_least && x < *test_.at_least) &&
               !(test_.at_most && x > *test_.at_most);
    }
    std::string range() const {
        std::string words;
        if (test_.at_least) words += fmt::format(" at least {:.6g}", *test_.at_least);
        if (test_.at_most) words += fmt::format(" at most {:.6g}", *test_.at_most);
        return words;
    }

    void minimum() {
        if (classes() && test_.expect.empty())
            fail("says no class, and the model predicts classes", "give 'expect'");
        if (!classes() && !test_.expect.empty())
            fail("expects a class, and the model predicts values", "give 'at_least', 'at_most'");
        const auto answers = predictor_.predict(given_.rows);
        const auto width = classes() ? predictor_.class_names().size() : 1;
        const auto wanted = classes() ? class_of(test_.expect) : 0;
        const auto decided = classes() ? predictor_.decide(answers) : std::vector<int>{};
        const auto abstained = classes() ? predictor_.decision().abstains(answers, decided, width)
                                         : std::vector<char>(given_.rows.rows);
        for (std::size_t row = 0; row < given_.rows.rows; ++row) {
            const bool right = !classes() || (static_cast<std::size_t>(decided[row]) == wanted &&
                                              abstained[row] == 0);
            count(
                row,
                right && within(answers[row * width + wanted]),
                fmt::format("{}, expected {}{}", said(answers, row), test_.expect, range())
            );
        }
        conclude("are as expected");
    }

    // What is compared of a row: the probability of a class, or the value.
    void compare() {
        const auto& inputs = predictor_.inputs();
        if (!inputs) fail("the model is of an older program", "train it again");
        const auto changed = changed_rows(given_.rows, test_, *inputs);
        const auto before = predictor_.predict(given_.rows);
        const auto after = predictor_.predict(changed.rows);
        const bool stays = test_.kind == TestKind::invariance;
        if (!stays && classes() && test_.of.empty())
            fail("says no class whose probability moves", "give 'of'");
        const auto width = classes() ? predictor_.class_names().size() : 1;
        const auto decided = classes() ? predictor_.decide(before) : std::vector<int>{};
        const auto decided_after = classes() ? predictor_.decide(after) : std::vector<int>{};
        const auto wanted = !stays && classes() ? class_of(test_.of) : 0;
        for (std::size_t row = 0; row < given_.rows.rows; ++row) {
            if (!changed.changed[row]) continue;
            const auto own = stays && classes() ? static_cast<std::size_t>(decided[row]) : wanted;
            const double moved = after[row * width + own] - before[row * width + own];
            bool right = stays ? holds(moved) : moves(moved);
            if (stays && classes()) right = right && decided[row] == decided_after[row];
            count(row, right, fmt::format("{} became {}", said(before, row), said(after, row)));
        }
        conclude(
            stays ? "stay as they are"
                  : fmt::format("move as they should ({})", base::name_of(test_.moves))
        );
    }

    // Of values without a tolerance none may move.
    bool holds(double moved) const {
        if (!test_.tolerance) return classes() || moved == 0;
        return std::abs(moved) <= *test_.tolerance;
    }
    bool moves(double moved) const {
        switch (test_.moves) {
            case TestMove::up:
                return moved > 0;
            case TestMove::down:
                return moved < 0;
            case TestMove::not_up:
                return moved <= 0;
            case TestMove::not_down:
                return moved >= 0;
        }
        return false;
    }

    void conclude_figure(const std::string& name, const Estimate& estimate, bool interval) {
        outcome_.rows = given_.rows.rows;
        outcome_.figure = estimate.value;
        outcome_.passed = within(estimate.value);
        const bool defined = std::isfinite(estimate.value);
        outcome_.words =
            defined ? fmt::format("{} {:.4f}", name, estimate.value) : name + " is undefined";
        if (interval && defined)
            outcome_.words +=
                fmt::format(" ({:.4f} to {:.4f})", estimate.interval.low, estimate.interval.high);
        outcome_.words += fmt::format(" over {} rows; must be{}", outcome_.rows, range());
    }

    void measure() {
        const bool calibration = test_.kind == TestKind::calibration;
        const auto figure = test_.figure;
        const bool of_values = !calibration && figure >= TestFigure::rmse;
        if (of_values == classes())
            fail(
                calibration ? "a model of values has no calibration"
                            : fmt::format("the model has no {}", base::name_of(figure)),
                classes() ? "use accuracy, macro_f1 or log_loss" : "use rmse, mae or r2"
            );
        const auto answers = predictor_.predict(given_.rows);
        if (of_values) {
            if (given_.rows.targets.empty()) fail("the rows have no values", "widen 'where'");
            const auto report = judge_values(answers, given_.rows.targets);
            return conclude_figure(
                std::string(base::name_of(figure)),
                figure == TestFigure::rmse  ? report.rmse
                : figure == TestFigure::mae ? report.mae
                                            : report.r2,
                true
            );
        }
        if (!given_.rows.has_classes()) fail("the rows have no labels", "widen 'where'");
        const auto decided = predictor_.decide(answers);
        Judging how;
        how.said = decided;
        const auto report =
            judge_classes(answers, given_.rows.classes, predictor_.class_names().size(), how);
        if (calibration)
            return conclude_figure("calibration error", {report.calibration_error, {}}, false);
        conclude_figure(
            std::string(base::name_of(figure)),
            figure == TestFigure::accuracy   ? report.accuracy
            : figure == TestFigure::macro_f1 ? report.macro_f1
                                             : report.log_loss,
            true
        );
    }

    void time(std::stop_token stop) {
        using Clock = std::chrono::steady_clock;
        std::vector<Examples> single;
        for (std::size_t row = 0; row < std::min<std::size_t>(given_.rows.rows, 200); ++row)
            single.push_back(take(given_.rows, {row}));
        std::vector<double> taken;
        for (std::size_t i = 0; i < test_.predictions; ++i) {
            if (stop.stop_requested()) throw base::Interrupted();
            const auto start = Clock::now();
            predictor_.predict(single[i % single.size()], 1);
            taken.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count()
            );
        }
        const double p99 = base::quantile(taken, 0.99);
        outcome_.rows = test_.predictions;
        outcome_.figure = p99;
        outcome_.passed = p99 <= test_.milliseconds;
        outcome_.words = fmt::format(
            "p99 of {} predictions {:.3f} ms; must be at most {:.6g} ms",
            test_.predictions,
            p99,
            test_.milliseconds
        );
    }

    const Predictor& predictor_;
    const BehaviourTest& test_;
    const TestRows& given_;
    TestOutcome outcome_;
};

}  // namespace

TestOutcome run_test(
    const Predictor& predictor,
    const BehaviourTest& test,
    const TestRows& rows,
    std::stop_token stop
) {
    return Test(predictor, test, rows).run(stop);
}

}  // namespace training
