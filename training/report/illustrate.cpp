#include "training/report/illustrate.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <boost/json.hpp>

#include "base/text/utf8.hpp"

namespace training {

namespace {

constexpr std::size_t misses_shown = 15;

// The true values of a column that was learnt stand in the records, and not in their labels.
void add_truth(ExampleStore& store, const RunInfo& run, std::vector<Prediction>& predictions) {
    const auto spec = boost::json::parse(run.spec).as_object();
    const auto* target = spec.if_contains("target");
    if (!target || !target->is_string() || target->as_string().empty()) return;
    store.leave_texts();
    store.leave_images();
    std::vector<Item> items;
    for (const auto& p : predictions)
        items.push_back({p.id, p.version, std::nullopt, std::nullopt, ""});
    if (items.empty()) return;
    const auto examples = store.load(items, {}, {.target = std::string(target->as_string())});
    for (std::size_t i = 0; i < predictions.size() && i < examples.targets.size(); ++i)
        if (std::isfinite(examples.targets[i])) predictions[i].truth_value = examples.targets[i];
}

}  // namespace

void add_values(
    ExampleStore& store,
    const RunInfo& run,
    std::vector<Prediction> predictions,
    Report& report
) {
    add_truth(store, run, predictions);
    for (const auto& p : predictions)
        if (p.value && p.truth_value) {
            report.scatter.emplace_back(*p.truth_value, *p.value);
            report.misses.push_back({p.id.key, *p.truth_value, *p.value});
        }
    const auto shown = std::min(misses_shown, report.misses.size());
    const auto end = report.misses.begin() + static_cast<std::ptrdiff_t>(shown);
    std::partial_sort(
        report.misses.begin(),
        end,
        report.misses.end(),
        [](const Miss& a, const Miss& b) {
            return std::pair(-std::abs(a.predicted - a.truth), a.key) <
                   std::pair(-std::abs(b.predicted - b.truth), b.key);
        }
    );
    report.misses.erase(end, report.misses.end());
}

void illustrate(
    const ExampleStore& store,
    const std::vector<Item>& items,
    std::vector<Finding>& findings
) {
    if (items.empty()) return;
    auto examples = store.load(items, {});
    auto side = static_cast<int>(std::lround(std::sqrt(static_cast<double>(examples.pixel_count))));
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (!examples.text.empty()) {
            const auto& text = examples.text[i];
            const std::string body(base::cut_at_character(text.body, 300));
            findings[i].snippet = text.title.empty() ? body : std::string(text.title) + ": " + body;
        }
        if (examples.pixel_count > 0 &&
            static_cast<std::size_t>(side) * static_cast<std::size_t>(side) ==
                examples.pixel_count) {
            auto from =
                examples.pixels.begin() + static_cast<std::ptrdiff_t>(i * examples.pixel_count);
            findings[i].picture = Thumbnail{
                side, side, 1, {from, from + static_cast<std::ptrdiff_t>(examples.pixel_count)}};
        }
        if (items[i].id.key.starts_with("http")) findings[i].url = items[i].id.key;
    }
}

}  // namespace training
