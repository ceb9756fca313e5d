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
    std::string out = fmt::format(
        "<div class=\"card scroll\" tabindex=\"0\"><table><caption>{}</caption><thead><tr><th "
        "class=\"text\" scope=\"col\">{}</th><th scope=\"col\">{}</th></tr></thead><tbody>",
        base::escape(caption),
        base::escape(first),
        base::escape(second)
    );
    for (const auto& [name, value] : lines)
        out += fmt::format(
            "<tr><td class=\"text\">{}</td><td>{}{}</td></tr>",
            base::escape(name),
            value.first,
            base::meter(value.second)
        );
    return out + "</tbody></table></div>";
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

}  // namespace training
