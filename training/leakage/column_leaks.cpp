// All is judged out of sample: what a column says of one half of the rows is asked of the other. A
// column of a thousand values fits any label of the rows that it was looked at with.
//
// Limits. Values: a straight line explains 99.95 % of the variance, or of the ranks' (a copy in
// other units, rounded); nearest values, or means by category, explain 99 %. Classes: the area
// under the curve of two classes is 0.995, or 98 % of each class are told right. A number of many
// values that parts two classes by one threshold may be honest where rows are few: below 500 it is
// told and does not stop. Sums: 99.999 %, as of parts that are added up exactly.
#include "training/leakage/column_leaks.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <unordered_set>

#include <fmt/format.h>
#include <Eigen/Dense>

#include "base/numbers/random.hpp"
#include "training/leakage/univariate.hpp"

namespace training {

namespace {

constexpr std::size_t rows_needed = 50;
constexpr std::size_t rows_looked_at = 50'000;
constexpr std::size_t few_values = 20;
constexpr std::size_t rows_for_threshold = 500;

LeakFinding finding(
    LeakKind kind,
    Gravity gravity,
    const std::string& column,
    const char* measure,
    double value,
    const std::string& what
) {
    return {
        .kind = kind,
        .gravity = gravity,
        .text = fmt::format("column '{}' {} ({} {:.4f})", column, what, measure, value),
        .columns = {column},
        .examples = {},
        .measure = measure,
        .value = value};
}

// A value as people know it: of a category by its name.
std::string shown_value(const Univariate& column, std::size_t row, const Examples& rows) {
    const double value = column.value[row];
    const auto levels = rows.levels.find(column.name);
    if (column.is_category && levels != rows.levels.end() && value >= 0 &&
        value < static_cast<double>(levels->second.size()))
        return levels->second[static_cast<std::size_t>(value)];
    return fmt::format("{}", value);
}

// The first few rows as "value -> label".
void show(LeakFinding& found, const Univariate& column, const Examples& rows) {
    for (std::size_t i = 0; i < column.size() && found.examples.size() < 3; ++i) {
        if (std::isnan(column.value[i])) continue;
        const auto value = shown_value(column, i, rows);
        found.examples.push_back(
            rows.has_classes()
                ? fmt::format(
                      "{} -> {}", value, rows.class_names[static_cast<std::size_t>(column.label[i])]
                  )
                : fmt::format("{} -> {}", value, column.label[i])
        );
    }
}

void look_at_value(const Univariate& column, const Examples& rows, std::vector<LeakFinding>& out) {
    const auto& name = column.name;
    const auto add = [&](LeakFinding one) {
        show(one, column, rows);
        out.push_back(std::move(one));
    };
    if (column.is_category) {
        if (const double r2 = column.category_r2(); r2 >= 0.99)
            add(finding(LeakKind::tell_tale, Gravity::stop, name, "R2", r2, "alone says the target")
            );
        return;
    }
    if (column.present() < 0.5 * static_cast<double>(column.size())) return;
    if (const auto line = column.line(); line.r2 >= 0.9995)
        return add(finding(
            LeakKind::copy,
            Gravity::stop,
            name,
            "R2",
            line.r2,
            fmt::format("is the target: {:.6g} x column + {:.6g}", line.slope, line.offset)
        ));
    if (const double rank = column.rank_r2(); rank >= 0.9995)
        return add(finding(
            LeakKind::copy,
            Gravity::stop,
            name,
            "R2 of ranks",
            rank,
            "is in the order of the target"
        ));
    if (const double r2 = column.nearest_r2(); r2 >= 0.99)
        add(finding(LeakKind::tell_tale, Gravity::stop, name, "R2", r2, "alone says the target"));
}

void look_at_class(const Univariate& column, const Examples& rows, std::vector<LeakFinding>& out) {
    const auto& name = column.name;
    const bool many = !column.is_category && column.values() > few_values;
    const bool spiked = many && column.spiked();
    const auto add = [&](const char* measure, double value) {
        const bool threshold = many && !spiked;
        auto one = finding(
            LeakKind::tell_tale,
            threshold && column.size() < rows_for_threshold ? Gravity::warning : Gravity::stop,
            name,
            measure,
            value,
            "alone says the class"
        );
        show(one, column, rows);
        out.push_back(std::move(one));
    };
    if (const double told = column.balanced_accuracy(); told >= 0.98)
        return add("share told right", told);
    if (!column.is_category)
        if (const double auc = column.auc(); auc >= 0.995) add("AUC", auc);
}

// The target as a sum of columns, by least squares over one half and judged by the other.
void look_at_sums(const Examples& rows, std::vector<LeakFinding>& out) {
    constexpr std::size_t most = 100;
    const auto width = rows.columns.size();
    std::vector<std::size_t> numbers;
    for (std::size_t c = 0; c < width; ++c)
        if (rows.columns[c].type == schema::Column::Type::number) numbers.push_back(c);
    if (numbers.size() < 2 || numbers.size() > most || rows.rows < 4 * numbers.size()) return;
    std::array<std::vector<std::size_t>, 2> halves;
    for (std::size_t row = 0; row < rows.rows; ++row) {
        const auto* line = rows.numeric.data() + row * width;
        if (std::all_of(numbers.begin(), numbers.end(), [&](auto c) {
                return std::isfinite(line[c]);
            }))
            halves[half_of(row)].push_back(row);
    }
    if (halves[0].size() < rows.rows / 4 || halves[1].size() < rows.rows / 4) return;
    const auto columns = static_cast<Eigen::Index>(numbers.size() + 1);
    const auto matrix = [&](const std::vector<std::size_t>& of) {
        Eigen::MatrixXd x(static_cast<Eigen::Index>(of.size()), columns);
        for (std::size_t i = 0; i < of.size(); ++i) {
            for (std::size_t k = 0; k < numbers.size(); ++k)
                x(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)) =
                    rows.numeric[of[i] * width + numbers[k]];
            x(static_cast<Eigen::Index>(i), columns - 1) = 1;
        }
        return x;
    };
    const auto targets = [&](const std::vector<std::size_t>& of) {
        Eigen::VectorXd y(static_cast<Eigen::Index>(of.size()));
        for (std::size_t i = 0; i < of.size(); ++i)
            y(static_cast<Eigen::Index>(i)) = rows.targets[of[i]];
        return y;
    };
    const Eigen::VectorXd weights =
        matrix(halves[0]).colPivHouseholderQr().solve(targets(halves[0]));
    const Eigen::VectorXd truth = targets(halves[1]);
    const double residual = (matrix(halves[1]) * weights - truth).squaredNorm();
    const double total = (truth.array() - truth.mean()).square().sum();
    const double r2 = total > 0 ? 1 - residual / total : 0;
    if (!(r2 >= 0.99999)) return;
    LeakFinding found{
        .kind = LeakKind::sum,
        .gravity = Gravity::stop,
        .text = {},
        .columns = {},
        .examples = {},
        .measure = "R2",
        .value = r2};
    std::string formula;
    for (std::size_t k = 0; k < numbers.size(); ++k) {
        const double weight = weights(static_cast<Eigen::Index>(k));
        if (std::abs(weight) < 1e-6) continue;
        const auto& name = rows.columns[numbers[k]].name;
        found.columns.push_back(name);
        if (found.columns.size() <= 5)
            formula += fmt::format("{}{:.4g} {}", formula.empty() ? "" : " + ", weight, name);
    }
    found.text = fmt::format("the target is a sum of columns: {} (R2 {:.6f})", formula, r2);
    out.push_back(std::move(found));
}

// A column that numbers the records, by whole numbers that lie close together, or names each.
void look_at_identifier(
    const Univariate& column,
    const Examples& rows,
    std::vector<LeakFinding>& out
) {
    if (!column.numbers_rows() && !column.names_rows()) return;
    const double alike = column.is_category ? 0 : likeness_in_order(rows, column.value);
    const bool tells = alike >= 0.5;
    out.push_back(finding(
        LeakKind::identifier,
        tells ? Gravity::stop : Gravity::warning,
        column.name,
        "likeness of neighbours",
        alike,
        tells
            ? "numbers the records, and labels follow its order: split by it with --time, or leave "
              "it out"
            : "numbers or names the records: leave it out"
    ));
}

// Values that a few rows share each, with nearly one label each, and that reach over.
void look_at_group(
    const Univariate& column,
    const Examples& held_out,
    std::size_t place,
    std::vector<LeakFinding>& out
) {
    if (!column.is_category || held_out.rows == 0 || column.values() * 2 > column.size() ||
        column.values() * 20 < column.size() || column.values() < 10)
        return;
    const double alike = column.likeness_within();
    if (alike < 0.5) return;
    const std::unordered_set<double> known(column.value.begin(), column.value.end());
    std::size_t over = 0;
    for (std::size_t row = 0; row < held_out.rows; ++row)
        over += known.contains(held_out.numeric[row * held_out.columns.size() + place]);
    const double share = static_cast<double>(over) / static_cast<double>(held_out.rows);
    if (share < 0.5) return;
    out.push_back(finding(
        LeakKind::group,
        Gravity::warning,
        column.name,
        "likeness within",
        alike,
        fmt::format(
            "looks like a group: {} values of {:.1f} rows each, and {:.0f} % of the held-out rows "
            "have "
            "one of training; split with --group",
            column.values(),
            static_cast<double>(column.size()) / static_cast<double>(column.values()),
            share * 100
        )
    ));
}

}  // namespace

double likeness_in_order(const Examples& train, std::span<const double> places) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < train.rows; ++i)
        if (!std::isnan(places[i])) order.push_back(i);
    if (order.size() < rows_needed) return 0;
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
        return places[a] < places[b];
    });
    if (places[order.front()] == places[order.back()]) return 0;
    if (!train.has_classes()) {
        double mean = 0;
        for (auto i : order) mean += train.targets[i] / static_cast<double>(order.size());
        double along = 0, all = 0;
        for (std::size_t i = 0; i < order.size(); ++i) {
            const double here = train.targets[order[i]] - mean;
            all += here * here;
            if (i > 0) along += here * (train.targets[order[i - 1]] - mean);
        }
        return all > 0 ? along / all : 0;
    }
    std::vector<double> share(train.class_names.size());
    std::size_t same = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        share[static_cast<std::size_t>(train.classes[order[i]])] += 1;
        same += i > 0 && train.classes[order[i]] == train.classes[order[i - 1]];
    }
    double chance = 0;
    for (double one : share)
        chance +=
            one * one / (static_cast<double>(order.size()) * static_cast<double>(order.size()));
    const double seen = static_cast<double>(same) / static_cast<double>(order.size() - 1);
    return chance < 1 ? (seen - chance) / (1 - chance) : 0;
}

std::vector<LeakFinding> column_leaks(const Examples& all, const Examples& held_out) {
    std::vector<LeakFinding> out;
    if (all.rows < rows_needed || all.columns.empty()) return out;
    if (!all.has_classes() && all.targets.empty()) return out;
    Examples some;
    if (all.rows > rows_looked_at) {
        std::vector<std::size_t> chosen(rows_looked_at);
        for (std::size_t i = 0; i < chosen.size(); ++i) chosen[i] = i * all.rows / chosen.size();
        Examples columns_only;
        columns_only.rows = all.rows;
        columns_only.columns = all.columns;
        columns_only.numeric = all.numeric;
        columns_only.levels = all.levels;
        columns_only.classes = all.classes;
        columns_only.class_names = all.class_names;
        columns_only.targets = all.targets;
        some = take(columns_only, chosen);
    }
    const auto& rows = some.rows > 0 ? some : all;
    for (std::size_t c = 0; c < rows.columns.size(); ++c) {
        const auto column = univariate(rows, c);
        const auto before = out.size();
        if (rows.has_classes()) {
            look_at_class(column, rows, out);
        } else {
            look_at_value(column, rows, out);
        }
        if (out.size() > before) continue;
        look_at_identifier(column, rows, out);
        look_at_group(column, held_out, c, out);
    }
    const bool told = std::any_of(out.begin(), out.end(), [](const auto& one) {
        return one.kind == LeakKind::copy;
    });
    if (!rows.has_classes() && !told) look_at_sums(rows, out);
    return out;
}

}  // namespace training
