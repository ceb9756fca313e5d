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
#include "training/report/structure_report.hpp"
#include "training/report/tables.hpp"

namespace training {

namespace {

using base::escape;
using base::grouped;
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
    const auto& base = r.models.front();
    std::string out;
    for (std::size_t i = 0; i < r.metrics.size() && i < chosen->cells.size(); ++i) {
        if (!chosen->cells[i]) continue;
        const auto& e = *chosen->cells[i];
        auto below = fmt::format(
            "95&#8239;% interval {} to {}",
            show(e.interval.low, r.metrics[i]),
            show(e.interval.high, r.metrics[i])
        );
        if (&base != &*chosen && i < base.cells.size() && base.cells[i]) {
            const double gain = e.value - base.cells[i]->value;
            const bool better = r.metrics[i].lower_is_better ? gain < 0 : gain > 0;
            const auto size = r.metrics[i].percent
                                  ? fmt::format("{:.1f} points", 100 * std::abs(gain))
                                  : number(std::abs(gain));
            below += fmt::format(
                "<br><span class=\"{}\">{} {} {}</span>",
                better ? "good" : "worse",
                size,
                gain < 0 ? "below" : "above",
                escape(base.name)
            );
        }
        out += base::figure(escape(r.metrics[i].name), show(e.value, r.metrics[i]), below);
    }
    return out.empty() ? out : "<div class=\"figures\">" + out + "</div>";
}

std::string card(std::string_view inner) {
    return fmt::format("<div class=\"sheet pad\">{}</div>", inner);
}

// Beside each other where there is room.
std::string grid(std::string_view inner) {
    return fmt::format("<div class=\"grid\">{}</div>", inner);
}

std::string counted(std::size_t n, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", grouped(n), n == 1 ? one : many);
}

std::string key_of(std::initializer_list<std::pair<std::string_view, std::string_view>> entries) {
    std::string out = "<p class=\"key\">";
    for (auto [kind, text] : entries)
        out += fmt::format("<span><b class=\"{}\"></b>{}</span>", kind, text);
    return out + "</p>";
}

std::string curve_words(const Report& r) {
    if (!r.law) return "Error on held-out rows as the training set grows.";
    return fmt::format(
        "Error falls as {} + {} &middot; {}<sup>&minus;{:.2f}</sup>. If that holds, twice the "
        "labels bring it from {} to {}.",
        number(r.law->floor),
        number(r.law->scale),
        r.law->shift > 0 ? fmt::format("(rows + {})", number(std::round(r.law->shift))) : "rows",
        r.law->exponent,
        number(r.law->at(last_size(r))),
        number(r.law->at(2 * last_size(r)))
    );
}

std::vector<Section> class_sections(const Report& r) {
    std::vector<Section> out;
    const auto k = r.classes->classes.size();
    const auto heat = k <= most_heat_classes ? heat_map(r) : "";
    const auto pairs = confused_pairs(*r.classes, 1);
    out.push_back(
        {"confusion",
         "Confusion",
         lead("Where the model is right, and what it takes for what.") +
             (k > 12 ? heat + pairs_table(r) : grid(heat + pairs_table(r))),
         pairs.empty() ? "no class is taken for another"
                       : fmt::format(
                             "most often {} is read as {}, {} of its rows",
                             name_of_class(r, pairs[0].truth),
                             name_of_class(r, pairs[0].predicted),
                             percent(pairs[0].share)
                         )}
    );
    const auto worst = worst_classes(*r.classes, 1);
    out.push_back(
        {"classes",
         "Classes",
         lead("The weakest first.") + class_table(r),
         worst.empty() ? ""
                       : fmt::format(
                             "the weakest is {}, F1 {}",
                             name_of_class(r, worst[0]),
                             percent(r.classes->classes[worst[0]].f1)
                         )}
    );
    const auto error = percent(r.classes->calibration_error);
    out.push_back(
        {"calibration",
         "Calibration",
         lead(
             "How far the stated confidence can be taken at its word. Expected calibration error " +
             error + "."
         ) +
             grid(
                 card(
                     calibration_plot(*r.classes) +
                     key_of(
                         {{"a", "this model; larger dots hold more rows"},
                          {"b", "perfectly calibrated"}}
                     )
                 ) +
                 bins_table(*r.classes)
             ),
         error + " off on average"}
    );
    return out;
}

std::optional<Section> growth_section(const Report& r) {
    std::string growth;
    if (!r.curve.empty())
        growth +=
            card(
                learning_curve_plot(r.curve, r.law) +
                (r.law ? key_of({{"a", "measured, and the fit"}, {"b", "if more were labelled"}})
                       : "")
            ) +
            curve_table(r);
    if (r.epochs.size() > 1)
        growth +=
            card(
                epochs_plot(r.epochs) + key_of({{"a", "training loss"}, {"b", "validation loss"}})
            ) +
            epochs_table(r);
    if (growth.empty()) return std::nullopt;
    return Section{
        "learning",
        "Learning",
        lead(r.curve.empty() ? "Loss after each pass over the training rows." : curve_words(r)) +
            grid(growth),
        r.law ? fmt::format(
                    "twice the labels: error from {} to {}",
                    number(r.law->at(last_size(r))),
                    number(r.law->at(2 * last_size(r)))
                )
              : ""};
}

Section thresholds_section(const Report& r) {
    auto body = lead(
        r.curves.size() == 1
            ? fmt::format("How '{}' is told from the others.", escape(r.curves.front().name))
            : "How each class is told from the others; a line says its class when pointed at."
    );
    auto plots = card(roc_plot(r.curves)) + card(precision_recall_plot(r.curves));
    if (r.coverage.size() > 1)
        plots += card(coverage_plot(r.coverage, r.answered)) + coverage_table(r.coverage);
    return {"thresholds", "Thresholds", body + grid(plots), "what another threshold would give"};
}

// Of values: where they are missed, how far, and which records.
Section predictions_section(const Report& r) {
    std::vector<double> off;
    for (const auto& [truth, said] : r.scatter) off.push_back(std::abs(said - truth));
    std::sort(off.begin(), off.end());
    const auto within = [&](double share) {
        return number(off[static_cast<std::size_t>(share * static_cast<double>(off.size() - 1))]);
    };
    return {
        "predictions",
        "Predictions",
        lead(fmt::format(
            "On {} held-out rows half of the predictions are off by {} at most, nine of ten by {}.",
            grouped(off.size()),
            within(0.5),
            within(0.9)
        )) +
            grid(
                card(scatter_plot(r.scatter)) + card(residuals_plot(r.scatter)) +
                card(misses_plot(r.scatter)) + (r.misses.empty() ? "" : misses_table(r))
            ),
        fmt::format("half are off by {} at most, nine of ten by {}", within(0.5), within(0.9))};
}

// Of single predictions, thresholds, columns and records.
std::vector<Section> detail_sections(const Report& r) {
    std::vector<Section> out;
    if (!r.scatter.empty()) out.push_back(predictions_section(r));
    if (!r.curves.empty()) out.push_back(thresholds_section(r));
    if (!r.importance.empty() || !r.gains.empty())
        out.push_back(
            {"importance",
             "Importance",
             lead("What the model loses when a column is dealt out anew among the rows, and, of "
                  "trees, what their splits gained by a feature. Columns that say the same hide "
                  "each other."
             ) + grid(importance_table(r) + gains_table(r)),
             "most: " + escape(r.importance.empty() ? r.gains[0].first : r.importance[0].column)}
        );
    if (!r.composition.empty())
        out.push_back(
            {"data",
             "Data",
             lead("Where the records of the snapshot come from.") + grid(composition_tables(r)),
             "where the records come from"}
        );
    return out;
}

std::string balance_brief(const Report& r) {
    std::vector<std::size_t> sums;
    for (const auto& parts : r.balance) sums.push_back(parts[0] + parts[1] + parts[2]);
    std::size_t all = 0;
    for (auto sum : sums) all += sum;
    const auto least = *std::min_element(sums.begin(), sums.end());
    return fmt::format(
        "{}, the rarest with {} of the rows",
        counted(sums.size(), "class", "classes"),
        percent(all > 0 ? static_cast<double>(least) / static_cast<double>(all) : 0)
    );
}

// Records that are worth a look.
std::vector<Section> record_sections(const Report& r) {
    std::vector<Section> out;
    if (!r.slices.empty())
        out.push_back(
            {"slices",
             "Slices",
             lead(fmt::format(
                 "Groups of rows with more errors than chance explains; over all rows the error "
                 "rate is {}.",
                 percent(r.error_rate)
             )) + slices_table(r),
             counted(r.slices.size(), "group", "groups") + " with more errors than the rest"}
        );
    if (!r.worst.empty())
        out.push_back(
            {"errors",
             "Worst errors",
             lead("Wrong, and most sure of it.") + findings(r.worst, "read as"),
             counted(r.worst.size(), "record", "records")}
        );
    if (!r.suspects.empty())
        out.push_back(
            {"labels",
             "Doubtful labels",
             lead("Labels that a model which has not seen them contradicts.") +
                 findings(r.suspects, "perhaps"),
             counted(r.suspects.size(), "label", "labels")}
        );
    if (!r.groups.empty())
        out.push_back(
            {"groups",
             "Groups",
             lead("Each with the features that it is known by, and the records that stand for it "
                  "best."
             ) + groups_list(r),
             counted(r.groups.size(), "group", "groups")}
        );
    if (!r.odd.empty())
        out.push_back(
            {"odd",
             "Most unusual",
             lead("The records that fit least, with their distance or score.") + odd_list(r),
             counted(r.odd.size(), "record", "records")}
        );
    return out;
}

Section search_section(const Report& r) {
    return {
        "search",
        "Search",
        lead("Settings tried on validation; the test rows took no part.") +
            grid(
                card(
                    trials_plot(r.trials) +
                    key_of({{"a", "trials (pale: on a part of the rows)"}, {"b", "best so far"}})
                ) +
                trials_table(r)
            ),
        counted(r.trials.size(), "setting", "settings") + " tried"};
}

std::vector<Section> sections(const Report& r) {
    std::vector<Section> out;
    const auto take = [&](std::vector<Section> more) {
        for (auto& section : more) out.push_back(std::move(section));
    };
    if (!r.models.empty())
        out.push_back(
            {"models",
             "Models",
             lead("All judged on the same held-out rows, with 95&#8239;% intervals.") +
                 models_table(r),
             counted(r.models.size(), "run", "runs") + " on this snapshot"}
        );
    if (r.classes && !r.classes->classes.empty()) take(class_sections(r));
    take(detail_sections(r));
    if (!r.balance.empty())
        out.push_back(
            {"balance",
             "Class balance",
             lead("Rows of each class in the snapshot, by part.") +
                 grid(
                     card(
                         balance_plot(r.class_names, r.balance) +
                         key_of({{"a", "training"}, {"b", "validation"}, {"c", "test"}})
                     ) +
                     balance_table(r)
                 ),
             balance_brief(r)}
        );
    if (auto growth = growth_section(r)) out.push_back(std::move(*growth));
    take(record_sections(r));
    if (!r.trials.empty()) out.push_back(search_section(r));
    return out;
}

}  // namespace

std::string render_html(const Report& r) {
    return base::render(
        {"Model report",
         r.title,
         r.subtitle,
         figures(r) + found_figures(r),
         r.warnings,
         r.facts,
         sections(r)}
    );
}

}  // namespace training
