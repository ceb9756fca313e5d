// One function a section, each returning HTML; sections() leaves out what the run does not have.
// All texts from data go through escape(). Plots are SVG from report_plots.cpp and pictures data
// URIs, so that the page is one file that can be mailed.
#include "training/report/report.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/html/elements.hpp"
#include "base/html/html.hpp"
#include "training/report/plots.hpp"
#include "training/report/tables.hpp"

namespace training {

namespace {

using base::escape;
using base::lead;
using base::number;
using base::percent;
using base::Section;

constexpr std::size_t most_heat_classes = 40;

// The chosen model's figures large, each with its gain over the baseline.
std::string figures(const Report& r) {
    const auto chosen =
        std::find_if(r.models.begin(), r.models.end(), [](auto& m) { return m.chosen; });
    if (chosen == r.models.end()) return {};
    std::string out = "<div class=\"figures\">";
    for (std::size_t i = 0; i < r.metrics.size() && i < chosen->cells.size(); ++i) {
        if (!chosen->cells[i]) continue;
        const auto& e = *chosen->cells[i];
        out += fmt::format(
            "<div class=\"figure\"><div class=\"name\">{}</div><div class=\"value\">{}</div><div "
            "class=\"range\">95&#8239;% interval {} to {}</div>",
            escape(r.metrics[i].name),
            show(e.value, r.metrics[i]),
            show(e.interval.low, r.metrics[i]),
            show(e.interval.high, r.metrics[i])
        );
        const auto& base = r.models.front();
        if (&base != &*chosen && i < base.cells.size() && base.cells[i]) {
            const double gain = e.value - base.cells[i]->value;
            const bool better = r.metrics[i].lower_is_better ? gain < 0 : gain > 0;
            const auto size = r.metrics[i].percent
                                  ? fmt::format("{:.1f} points", 100 * std::abs(gain))
                                  : number(std::abs(gain));
            out += fmt::format(
                "<div class=\"gain{}\">{} {} {}</div>",
                better ? "" : " worse",
                size,
                gain < 0 ? "below" : "above",
                escape(base.name)
            );
        }
        out += "</div>";
    }
    return out + "</div>";
}

std::string card(std::string_view inner) {
    return fmt::format("<div class=\"card\">{}</div>", inner);
}

std::string key_of(std::initializer_list<std::pair<std::string_view, std::string_view>> entries) {
    std::string out = "<p class=\"key\">";
    for (auto [kind, text] : entries)
        out += fmt::format("<span><b class=\"{}\"></b>{}</span>", kind, text);
    return out + "</p>";
}

std::string curve_words(const Report& r) {
    if (!r.law) return "Error on held-out rows as the training set grows.";
    const double last = std::max_element(r.curve.begin(), r.curve.end(), [](auto& a, auto& b) {
                            return a.rows < b.rows;
                        })->rows;
    return fmt::format(
        "Error falls as {} + {} &middot; rows<sup>&minus;{:.2f}</sup>. If that holds, twice the "
        "labels bring it from {} to {}.",
        number(r.law->floor),
        number(r.law->scale),
        r.law->exponent,
        number(r.law->at(last)),
        number(r.law->at(2 * last))
    );
}

std::vector<Section> class_sections(const Report& r) {
    std::vector<Section> out;
    auto body = lead("Where the model is right, and what it takes for what.");
    const auto k = r.classes->classes.size();
    const auto heat = k <= most_heat_classes ? heat_map(r) : "";
    body += k > 12 ? heat + "<br>" + pairs_table(r)
                   : "<div class=\"grid\">" + heat + pairs_table(r) + "</div>";
    out.push_back({"confusion", "Confusion", std::move(body)});
    out.push_back({"classes", "Classes", lead("The weakest first.") + class_table(r)});
    out.push_back(
        {"calibration",
         "Calibration",
         lead(fmt::format(
             "How far the stated confidence can be taken at its word. Expected calibration "
             "error {}.",
             percent(r.classes->calibration_error)
         )) +
             card(
                 calibration_plot(*r.classes) +
                 key_of(
                     {{"a", "this model; larger dots hold more rows"},
                      {"b", "perfectly calibrated"}}
                 )
             )}
    );
    return out;
}

std::optional<Section> growth_section(const Report& r) {
    std::string growth;
    if (!r.curve.empty())
        growth += card(
            learning_curve_plot(r.curve, r.law) +
            (r.law ? key_of({{"a", "measured, and the fit"}, {"b", "if more were labelled"}}) : "")
        );
    if (r.epochs.size() > 1)
        growth += card(
            epochs_plot(r.epochs) + key_of({{"a", "training loss"}, {"b", "validation loss"}})
        );
    if (growth.empty()) return std::nullopt;
    return Section(
        {"learning",
         "Learning",
         lead(r.curve.empty() ? "Loss after each pass over the training rows." : curve_words(r)) +
             "<div class=\"grid\">" + growth + "</div>"}
    );
}

Section thresholds_section(const Report& r) {
    auto body = lead(
        r.curves.size() == 1
            ? fmt::format("How '{}' is told from the others.", escape(r.curves.front().name))
            : "How each class is told from the others; a line says its class when pointed at."
    );
    body +=
        "<div class=\"grid\">" + card(roc_plot(r.curves)) + card(precision_recall_plot(r.curves));
    if (r.coverage.size() > 1) body += card(coverage_plot(r.coverage, r.answered));
    return {"thresholds", "Thresholds", body + "</div>"};
}

// Of single predictions, thresholds, columns and records.
std::vector<Section> detail_sections(const Report& r) {
    std::vector<Section> out;
    if (!r.scatter.empty())
        out.push_back(
            {"predictions",
             "Predictions",
             "<div class=\"grid\">" + card(scatter_plot(r.scatter)) +
                 card(residuals_plot(r.scatter)) + "</div>"}
        );
    if (!r.curves.empty()) out.push_back(thresholds_section(r));
    if (!r.importance.empty() || !r.gains.empty())
        out.push_back(
            {"importance",
             "Importance",
             lead("What the model loses when a column is dealt out anew among the rows, and, of "
                  "trees, what their splits gained by a feature. Columns that say the same hide "
                  "each other.") +
                 "<div class=\"grid\">" + importance_table(r) + gains_table(r) + "</div>"}
        );
    if (!r.composition.empty())
        out.push_back(
            {"data",
             "Data",
             lead("Where the records of the snapshot come from.") + "<div class=\"grid\">" +
                 composition_tables(r) + "</div>"}
        );
    return out;
}

std::vector<Section> sections(const Report& r) {
    std::vector<Section> out;
    if (!r.models.empty()) {
        out.push_back(
            {"models",
             "Models",
             lead("All judged on the same held-out rows, with 95&#8239;% intervals.") +
                 models_table(r)}
        );
    }
    if (r.classes && !r.classes->classes.empty())
        for (auto& section : class_sections(r)) out.push_back(std::move(section));
    for (auto& section : detail_sections(r)) out.push_back(std::move(section));
    if (!r.balance.empty()) {
        out.push_back(
            {"balance",
             "Class balance",
             lead("Rows of each class in the snapshot, by part.") +
                 card(
                     balance_plot(r.class_names, r.balance) +
                     key_of({{"a", "training"}, {"b", "validation"}, {"c", "test"}})
                 )}
        );
    }
    if (auto growth = growth_section(r)) out.push_back(std::move(*growth));
    if (!r.slices.empty()) {
        out.push_back(
            {"slices",
             "Slices",
             lead(fmt::format(
                 "Groups of rows with more errors than chance explains; over all rows the error "
                 "rate is {}.",
                 percent(r.error_rate)
             )) + slices_table(r)}
        );
    }
    if (!r.worst.empty())
        out.push_back(
            {"errors",
             "Worst errors",
             lead("Wrong, and most sure of it.") + findings(r.worst, "read as")}
        );
    if (!r.suspects.empty())
        out.push_back(
            {"labels",
             "Doubtful labels",
             lead("Labels that a model which has not seen them contradicts.") +
                 findings(r.suspects, "perhaps")}
        );
    if (!r.trials.empty()) {
        out.push_back(
            {"search",
             "Search",
             lead("Settings tried on validation; the test rows took no part.") +
                 "<div class=\"grid\">" +
                 card(
                     trials_plot(r.trials) +
                     key_of({{"a", "trials (pale: on a part of the rows)"}, {"b", "best so far"}})
                 ) +
                 trials_table(r) + "</div>"}
        );
    }
    return out;
}

}  // namespace

std::string render_html(const Report& r) {
    return base::render(
        {"Model report", r.title, r.subtitle, figures(r), r.warnings, r.facts, sections(r)}
    );
}

}  // namespace training
