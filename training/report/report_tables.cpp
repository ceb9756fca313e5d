// Tables of the report. The shade of a confusion is the square root of its share: errors are few,
// and on a linear scale all of them would look like none.
#include "training/report/tables.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/bytes/png.hpp"
#include "base/html/elements.hpp"
#include "base/html/html.hpp"
#include "training/report/plots.hpp"

namespace training {

using base::escape;
using base::grouped;
using base::meter;
using base::number;
using base::percent;
using base::table_of;

std::string show(double value, const MetricName& metric) {
    if (metric.percent) return percent(value);
    // A score of 1 among others reads as a score, not as a count.
    return std::abs(value) <= 1 && value == std::floor(value) ? fmt::format("{:.3f}", value)
                                                              : number(value);
}

std::string models_table(const Report& r) {
    std::vector<Interval> ranges(r.metrics.size(), {1e300, -1e300});
    for (const auto& model : r.models) {
        for (std::size_t i = 0; i < r.metrics.size() && i < model.cells.size(); ++i) {
            if (!model.cells[i]) continue;
            ranges[i].low = std::min(ranges[i].low, model.cells[i]->interval.low);
            ranges[i].high = std::max(ranges[i].high, model.cells[i]->interval.high);
        }
    }
    std::string out = "<table><thead><tr><th scope=\"col\">Model</th>";
    for (const auto& metric : r.metrics) {
        out += fmt::format(
            "<th scope=\"col\">{} <span title=\"{} is better\">{}</span></th>",
            escape(metric.name),
            metric.lower_is_better ? "lower" : "higher",
            metric.lower_is_better ? "&darr;" : "&uarr;"
        );
    }
    out += "<th scope=\"col\">Training</th></tr></thead><tbody>";
    for (const auto& model : r.models) {
        out += fmt::format(
            "<tr{}><th scope=\"row\">{}{}</th>",
            model.chosen ? " class=\"chosen\"" : "",
            escape(model.name),
            model.chosen ? " <span class=\"tag\">this run</span>" : ""
        );
        for (std::size_t i = 0; i < r.metrics.size(); ++i) {
            if (i >= model.cells.size() || !model.cells[i]) {
                out += "<td class=\"soft\">not measured</td>";
                continue;
            }
            const auto& e = *model.cells[i];
            out += fmt::format(
                "<td>{} {}<span class=\"under\">{} to {}</span></td>",
                interval_mark(e, ranges[i].low, ranges[i].high),
                show(e.value, r.metrics[i]),
                show(e.interval.low, r.metrics[i]),
                show(e.interval.high, r.metrics[i])
            );
        }
        out += fmt::format("<td>{:.1f}&#8239;s</td></tr>", model.seconds);
    }
    return base::scrolling("Models", out + "</tbody></table>");
}

std::string heat_map(const Report& r) {
    const auto& c = *r.classes;
    const auto k = c.classes.size();
    std::vector<std::size_t> counts(k * k);
    for (const auto& cell : c.confusion) counts[cell.truth * k + cell.predicted] = cell.rows;
    std::string out =
        "<table class=\"heat\"><caption>Rows: truth; columns: prediction; shade: share of the true "
        "class</caption><thead><tr><td></td>";
    for (std::size_t b = 0; b < k; ++b)
        out += fmt::format("<th scope=\"col\"><span>{}</span></th>", name_of_class(r, b));
    out += "</tr></thead><tbody>";
    for (std::size_t a = 0; a < k; ++a) {
        out += fmt::format("<tr><th scope=\"row\">{}</th>", name_of_class(r, a));
        for (std::size_t b = 0; b < k; ++b) {
            const auto rows = counts[a * k + b];
            const double share =
                c.classes[a].support > 0
                    ? static_cast<double>(rows) / static_cast<double>(c.classes[a].support)
                    : 0;
            const double shade = a == b ? share : std::min(1.0, std::sqrt(share) * 1.1);
            out += fmt::format(
                "<td class=\"{}{}\" style=\"--v:{:.2f}\" title=\"{} read as {}: {} ({:.1f} "
                "%)\">{}</td>",
                a == b ? "hit" : "",
                rows == 0 ? " zero" : "",
                shade,
                name_of_class(r, a),
                name_of_class(r, b),
                grouped(rows),
                100 * share,
                grouped(rows)
            );
        }
        out += "</tr>";
    }
    return base::scrolling("Confusion", out + "</tbody></table>");
}

std::string pairs_table(const Report& r) {
    const auto pairs = confused_pairs(*r.classes, 12);
    if (pairs.empty()) return {};
    std::string rows;
    for (const auto& pair : pairs) {
        rows += fmt::format(
            "<tr><td class=\"text\">{}</td><td class=\"text\">{}</td><td>{}</td><td>{}{}</td></tr>",
            name_of_class(r, pair.truth),
            name_of_class(r, pair.predicted),
            grouped(pair.rows),
            percent(pair.share),
            meter(pair.share, true)
        );
    }
    return table_of(
        "Most frequent confusions",
        {"<Truth", "<Read as", "Rows", "Share of the class"},
        rows,
        "Most frequent confusions"
    );
}

std::string class_table(const Report& r) {
    const auto ranged = [](const std::optional<double>& value, const Interval& range) {
        return value ? fmt::format(
                           "{}<span class=\"under\">{} to {}</span>",
                           percent(*value),
                           percent(range.low),
                           percent(range.high)
                       )
                     : std::string("–");
    };
    std::string rows;
    for (auto i : worst_classes(*r.classes, r.classes->classes.size())) {
        const auto& c = r.classes->classes[i];
        rows += fmt::format(
            "<tr><th "
            "scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}{}</td><td>{}</td><td>{}</td></tr>",
            name_of_class(r, i),
            ranged(c.precision, c.precision_interval()),
            ranged(c.recall, c.recall_interval()),
            meter(c.f1),
            c.f1_interval ? " " + ranged(c.f1, *c.f1_interval) : " " + percent(c.f1),
            grouped(c.support),
            grouped(c.predicted)
        );
    }
    return table_of("Classes", {"Class", "Precision", "Recall", "F1", "Rows", "Predicted"}, rows);
}

std::string slices_table(const Report& r) {
    std::string rows;
    for (const auto& s : r.slices) {
        rows += fmt::format(
            "<tr><td class=\"text why\">{}</td><td>{}</td><td>{} {}<span class=\"under\">{} to "
            "{}</span></td><td>{:.1f}&times;</td><td>{:.2g}</td></tr>",
            escape(s.description),
            grouped(s.rows.size()),
            meter(s.rate, true),
            percent(s.rate),
            percent(s.interval.low),
            percent(s.interval.high),
            s.lift,
            s.q_value
        );
    }
    return table_of("Slices", {"<Slice", "Rows", "Error rate", "Against all", "q"}, rows);
}

std::string misses_table(const Report& r) {
    std::string rows;
    for (const auto& miss : r.misses) {
        const double off = miss.predicted - miss.truth;
        rows += fmt::format(
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}{}</td></tr>",
            base::short_text(miss.key),
            number(miss.truth),
            number(miss.predicted),
            off > 0 ? "+" : "",
            number(off)
        );
    }
    return table_of(
        "Largest misses",
        {"Record", "True value", "Predicted", "Off by"},
        rows,
        "The records that are missed by most"
    );
}

std::string points_table(
    std::string_view label,
    std::string_view first,
    std::string_view second,
    const std::vector<std::pair<std::string, std::string>>& points
) {
    std::string rows;
    for (const auto& [x, y] : points) rows += fmt::format("<tr><td>{}</td><td>{}</td></tr>", x, y);
    return table_of(label, {first, second}, rows);
}

std::string findings(const std::vector<Finding>& list, std::string_view joint) {
    std::string out = "<ul class=\"findings\">";
    for (const auto& f : list) {
        out += "<li>";
        if (f.picture) {
            const base::Pixels pixels{
                .width = f.picture->width,
                .height = f.picture->height,
                .channels = f.picture->channels,
                .bytes = {
                    reinterpret_cast<const char*>(f.picture->bytes.data()),
                    f.picture->bytes.size()}};
            if (pixels.fit())
                out += fmt::format(
                    "<img src=\"{}\" alt=\"{}\" width=\"84\" height=\"84\">",
                    base::png_data_uri(pixels),
                    escape(f.truth)
                );
        }
        const auto key = escape(f.key);
        const bool linked = f.url.starts_with("http://") || f.url.starts_with("https://");
        out += fmt::format(
            "<div class=\"what\"><div class=\"verdict\"><em>{}</em> <span class=\"soft\">{}</span> "
            "<s>{}</s></div>"
            "<div class=\"id\">{} &middot; {:.1f}&#8239;% sure</div>",
            escape(f.truth),
            joint,
            escape(f.predicted),
            linked ? fmt::format("<a href=\"{}\" rel=\"noreferrer\">{}</a>", escape(f.url), key)
                   : key,
            100 * f.confidence
        );
        if (!f.snippet.empty()) out += "<p>" + escape(f.snippet) + "</p>";
        out += "</div></li>";
    }
    return out + "</ul>";
}

std::string trials_table(const Report& r) {
    auto ranked = r.trials;
    std::stable_sort(ranked.begin(), ranked.end(), [](auto& a, auto& b) {
        return std::pair(-a.fraction, a.cost) < std::pair(-b.fraction, b.cost);
    });
    if (ranked.size() > 10) ranked.resize(10);
    std::string rows;
    for (const auto& t : ranked) {
        auto params = escape(t.kind);
        for (const auto& [name, value] : t.params)
            params +=
                fmt::format("{}{} {}", params.empty() ? "" : ", ", escape(name), number(value));
        rows += fmt::format(
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td class=\"text\">{}</td></tr>",
            t.number + 1,
            t.failure.empty() ? number(t.cost) : "failed",
            percent(t.fraction),
            t.failure.empty() ? params : escape(t.failure)
        );
    }
    return table_of(
        "Best settings", {"Trial", "Cost", "Rows used", "<Parameters"}, rows, "Best settings"
    );
}

}  // namespace training
