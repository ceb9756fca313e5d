// Tables of counts and of the points of plots: what a plot shows to the eye, they tell in figures.
#include <algorithm>

#include <fmt/format.h>

#include "base/html/elements.hpp"
#include "base/html/html.hpp"
#include "training/report/tables.hpp"

namespace training {

namespace {

// A table with a name, a number and a bar for each line.
std::string bars(
    std::string_view caption,
    std::string_view first,
    std::string_view second,
    const std::vector<std::pair<std::string, std::pair<std::string, double>>>& lines
) {
    std::string rows;
    for (const auto& [name, value] : lines)
        rows += fmt::format(
            "<tr><td class=\"text\">{}</td><td>{}{}</td></tr>",
            base::escape(name),
            value.first,
            base::meter(value.second)
        );
    return base::table_of(
        caption,
        {"<" + base::escape(first), base::escape(second)},
        rows,
        first == caption ? "" : base::escape(caption)
    );
}

}  // namespace

std::string importance_table(const Report& r) {
    if (r.importance.empty()) return {};
    const double most = std::max(r.importance.front().rise, 1e-12);
    std::vector<std::pair<std::string, std::pair<std::string, double>>> lines;
    for (const auto& one : r.importance) {
        if (lines.size() == 20) break;
        lines.push_back(
            {one.column,
             {fmt::format("{} &plusmn; {}", base::number(one.rise), base::number(one.deviation)),
              std::clamp(one.rise / most, 0.0, 1.0)}}
        );
    }
    return bars("Out of order", "Column", "Rise of " + r.importance_of, lines);
}

std::string gains_table(const Report& r) {
    if (r.gains.empty()) return {};
    double all = 0;
    for (const auto& [name, gain] : r.gains) all += gain;
    std::vector<std::pair<std::string, std::pair<std::string, double>>> lines;
    for (const auto& [name, gain] : r.gains) {
        if (lines.size() == 20) break;
        const double share = all > 0 ? gain / all : 0;
        lines.push_back({name, {base::percent(share), share}});
    }
    return bars("In the trees", "Feature", "Share of the gain", lines);
}

std::string composition_tables(const Report& r) {
    std::string out;
    for (const auto& [caption, counts] : r.composition) {
        std::size_t all = 0;
        for (const auto& [name, count] : counts) all += count;
        std::vector<std::pair<std::string, std::pair<std::string, double>>> lines;
        for (const auto& [name, count] : counts)
            lines.push_back(
                {name.empty() ? "not known" : name,
                 {base::grouped(count),
                  static_cast<double>(count) / static_cast<double>(std::max<std::size_t>(1, all))}}
            );
        out += bars(caption, caption, "Records", lines);
    }
    return out;
}

double last_size(const Report& r) {
    return std::max_element(
               r.curve.begin(), r.curve.end(), [](auto& a, auto& b) { return a.rows < b.rows; }
    )->rows;
}

std::string name_of_class(const Report& r, std::size_t i) {
    return base::escape(i < r.class_names.size() ? r.class_names[i] : std::to_string(i));
}

std::string bins_table(const ClassReport& report) {
    std::vector<std::pair<std::string, std::string>> points;
    for (const auto& bin : report.bins)
        if (bin.rows > 0)
            points.emplace_back(
                base::percent(bin.confidence),
                fmt::format("{} of {}", base::percent(bin.accuracy), base::grouped(bin.rows))
            );
    return points_table("Calibration", "Stated confidence", "Right", points);
}

std::string curve_table(const Report& r) {
    std::vector<std::pair<std::string, std::string>> points;
    for (const auto& one : r.curve)
        points.emplace_back(
            base::grouped(static_cast<std::size_t>(one.rows)), base::number(one.error)
        );
    if (r.law)
        for (double times : {2.0, 4.0})
            points.emplace_back(
                base::grouped(static_cast<std::size_t>(times * last_size(r))) +
                    " <span class=\"soft\">if it goes on so</span>",
                base::number(r.law->at(times * last_size(r)))
            );
    return points_table("Learning curve", "Training rows", "Error", points);
}

std::string epochs_table(const Report& r) {
    std::vector<std::pair<std::string, std::string>> points;
    for (const auto& one : r.epochs)
        points.emplace_back(
            base::grouped(one.done),
            base::number(one.loss) + (one.validation ? " <span class=\"soft\">validation</span> " +
                                                           base::number(*one.validation)
                                                     : std::string())
        );
    return points_table("Loss", "Epoch", "Loss", points);
}

std::string coverage_table(const CurveOfPoints& curve) {
    std::vector<std::pair<std::string, std::string>> points;
    for (double share : {0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0}) {
        const auto at = std::find_if(curve.begin(), curve.end(), [&](const auto& point) {
            return point.first >= share - 1e-9;
        });
        if (at != curve.end())
            points.emplace_back(base::percent(at->first), base::percent(at->second));
    }
    return points_table("Coverage", "Answered, the surest first", "Accuracy of these", points);
}

std::string balance_table(const Report& r) {
    std::string rows;
    for (std::size_t i = 0; i < r.balance.size(); ++i)
        rows += fmt::format(
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>",
            name_of_class(r, i),
            base::grouped(r.balance[i][0]),
            base::grouped(r.balance[i][1]),
            base::grouped(r.balance[i][2])
        );
    return base::table_of("Class balance", {"Class", "Training", "Validation", "Test"}, rows);
}

}  // namespace training
