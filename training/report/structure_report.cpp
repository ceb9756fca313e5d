// What a model without labels found, for the report. Records come from the stored predictions, so
// that the page shows what the run said; their texts and pictures are read for those shown only.
#include "training/report/structure_report.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/bytes/png.hpp"
#include "base/html/elements.hpp"
#include "base/html/html.hpp"
#include "training/report/illustrate.hpp"

namespace training {

namespace json = boost::json;
using base::escape;

namespace {

constexpr std::size_t groups_illustrated = 40;  // the largest ones
constexpr std::size_t nearest_shown = 4;
constexpr std::size_t odd_shown = 24;
constexpr int training_part = 0;

// How well a record stands for its group: the less the better.
double off_centre(const Prediction& one) {
    return one.distance ? *one.distance : -one.probability;
}

std::vector<Finding>
shown(const ExampleStore& store, const std::vector<const Prediction*>& chosen) {
    std::vector<Item> items;
    std::vector<Finding> out;
    for (const auto* one : chosen) {
        items.push_back({one->id, one->version, std::nullopt, std::nullopt, ""});
        out.push_back(
            {one->id.key, "", "", one->distance.value_or(one->probability), "", "", std::nullopt}
        );
    }
    illustrate(store, items, out);
    return out;
}

void add_nearest(
    const ExampleStore& store,
    const std::vector<Prediction>& predictions,
    Report& report
) {
    std::vector<std::vector<const Prediction*>> members(report.groups.size());
    for (const auto& one : predictions)
        if (one.cluster_id && static_cast<std::size_t>(*one.cluster_id) < members.size())
            members[static_cast<std::size_t>(*one.cluster_id)].push_back(&one);
    std::size_t illustrated = 0;
    for (std::size_t group = 0; group < members.size(); ++group) {
        auto& own = members[group];
        const auto end =
            own.begin() + static_cast<std::ptrdiff_t>(std::min(nearest_shown, own.size()));
        std::partial_sort(own.begin(), end, own.end(), [](const auto* a, const auto* b) {
            return std::pair(off_centre(*a), a->id) < std::pair(off_centre(*b), b->id);
        });
        own.erase(end, own.end());
        if (own.empty() || illustrated++ >= groups_illustrated) continue;
        report.groups[group].nearest = shown(store, own);
    }
}

void add_odd(
    const ExampleStore& store,
    const std::vector<Prediction>& predictions,
    Report& report
) {
    std::vector<const Prediction*> order;
    for (const auto& one : predictions) order.push_back(&one);
    const auto end = order.begin() + static_cast<std::ptrdiff_t>(std::min(odd_shown, order.size()));
    std::partial_sort(order.begin(), end, order.end(), [](const auto* a, const auto* b) {
        return std::pair(-off_centre(*a), a->id) < std::pair(-off_centre(*b), b->id);
    });
    order.erase(end, order.end());
    report.odd = shown(store, order);
}

std::string examples_of(const std::vector<Finding>& list, bool distance) {
    std::string out = "<ul class=\"findings\">";
    for (const auto& one : list) {
        out += "<li>";
        if (one.picture) {
            const base::Pixels pixels{
                .width = one.picture->width,
                .height = one.picture->height,
                .channels = one.picture->channels,
                .bytes = {
                    reinterpret_cast<const char*>(one.picture->bytes.data()),
                    one.picture->bytes.size()}};
            if (pixels.fit())
                out += fmt::format(
                    "<img src=\"{}\" alt=\"{}\" width=\"84\" height=\"84\">",
                    base::png_data_uri(pixels),
                    escape(one.key)
                );
        }
        const auto key = escape(one.key);
        const bool linked = one.url.starts_with("http://") || one.url.starts_with("https://");
        out += fmt::format(
            "<div class=\"what\"><div class=\"id\">{}{}</div>",
            linked ? fmt::format("<a href=\"{}\" rel=\"noreferrer\">{}</a>", escape(one.url), key)
                   : key,
            distance ? fmt::format(" &middot; {}", base::number(one.confidence)) : ""
        );
        if (!one.snippet.empty()) out += "<p>" + escape(one.snippet) + "</p>";
        out += "</div></li>";
    }
    return out + "</ul>";
}

}  // namespace

void add_structure(
    const ExampleStore& store,
    const json::object& analysis,
    const std::vector<Metric>& metrics,
    std::vector<Prediction> predictions,
    Report& report
) {
    report.models.clear();
    report.metrics.clear();
    for (const auto& metric : metrics)
        if (metric.split == training_part)
            report.found.emplace_back(metric.name, base::number(metric.estimate.value));
    const auto& structure = analysis.at("structure").as_object();
    const auto* sizes = analysis.at("training").as_object().if_contains("groups");
    for (const auto& one : structure.at("groups").as_array()) {
        FoundGroup group;
        const auto number = one.at("group").to_number<std::size_t>();
        group.name = std::to_string(number);
        if (sizes) group.rows = sizes->as_array().at(number).to_number<std::size_t>();
        if (const auto* share = one.as_object().if_contains("explained"))
            group.explained = share->to_number<double>();
        for (const auto& feature : one.at("features").as_array())
            group.features.emplace_back(
                std::string(feature.at("name").as_string()),
                feature.at("weight").to_number<double>()
            );
        report.groups.push_back(std::move(group));
    }
    add_nearest(store, predictions, report);
    add_odd(store, predictions, report);
}

std::string found_figures(const Report& report) {
    if (report.found.empty()) return {};
    std::string out = "<div class=\"figures\">";
    for (const auto& [name, value] : report.found)
        out += base::figure(name, value, "of the training records");
    return out + "</div>";
}

std::string groups_list(const Report& report) {
    std::string out;
    std::size_t all = 0;
    for (const auto& group : report.groups) all += group.rows.value_or(0);
    for (const auto& group : report.groups) {
        std::string head = "<h3>" + escape(group.name);
        if (group.rows)
            head += fmt::format(
                " &middot; {} records, {}",
                base::grouped(*group.rows),
                base::percent(
                    all > 0 ? static_cast<double>(*group.rows) / static_cast<double>(all) : 0
                )
            );
        if (group.explained)
            head += fmt::format(" &middot; {} of what varies", base::percent(*group.explained));
        std::string features;
        for (const auto& [name, weight] : group.features)
            features += fmt::format(
                "{}{} <span class=\"soft\">{}</span>",
                features.empty() ? "" : ", ",
                escape(name),
                base::number(weight)
            );
        out += fmt::format(
            "<div class=\"sheet pad\">{}</h3><p>{}</p>{}</div>",
            head,
            features,
            group.nearest.empty() ? "" : examples_of(group.nearest, false)
        );
    }
    return out;
}

std::string odd_list(const Report& report) {
    return examples_of(report.odd, true);
}

}  // namespace training
