// Models without labels end as runs do: figures, a prediction for each record, a report. Which
// figures there are says the model (Finder); how far they agree with classes is said for
// information, since no choice may rest on it.
#include "training/structure.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <boost/json.hpp>

#include "training/evaluation/clustering.hpp"
#include "training/models/unsupervised/finder.hpp"

namespace training {

namespace json = boost::json;

namespace {

constexpr std::size_t features_named = 12;

json::array features_of(const Predictor& predictor, std::size_t group) {
    const auto& finder = *predictor.finder();
    const auto weights = finder.profile(group);
    const bool either = predictor.finds() == Finds::components;
    const auto weight = [&](std::uint32_t column) {
        return either ? std::abs(weights[column]) : weights[column];
    };
    std::vector<std::uint32_t> order(weights.size());
    std::iota(order.begin(), order.end(), 0U);
    const auto end =
        order.begin() + static_cast<std::ptrdiff_t>(std::min(features_named, order.size()));
    std::partial_sort(order.begin(), end, order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return weight(a) != weight(b) ? weight(a) > weight(b) : a < b;
    });
    json::array out;
    for (auto at = order.begin(); at != end; ++at) {
        if (weight(*at) <= 0) break;
        out.push_back(json::object{
            {"name", predictor.feature_name(*at)}, {"weight", static_cast<double>(weights[*at])}});
    }
    return out;
}

std::vector<Metric>
agreement_metrics(const Examples& examples, const std::vector<int>& clusters, int split) {
    const auto found = agreement_of(examples.classes, clusters);
    return {
        {split, "nmi", {found.nmi, {}}, false},
        {split, "ari", {found.ari, {}}, false},
        {split, "homogeneity", {found.homogeneity, {}}, false},
        {split, "completeness", {found.completeness, {}}, false}};
}

}  // namespace

std::optional<int> cluster_in(Finds finds, std::span<const double> values) {
    if (finds == Finds::clusters)
        return values[0] < 0 ? std::nullopt : std::optional(static_cast<int>(values[0]));
    if (finds != Finds::memberships) return std::nullopt;
    const auto most = std::max_element(values.begin(), values.end());
    return *most > 0 ? std::optional(static_cast<int>(most - values.begin())) : std::nullopt;
}

std::optional<double> distance_in(Finds finds, std::span<const double> values) {
    if (finds == Finds::memberships) return std::nullopt;
    return values.back();
}

FoundStructure judge_structure(
    const Predictor& predictor,
    const std::vector<Item>& items,
    const Examples& examples,
    int split,
    std::uint64_t seed
) {
    FoundStructure out;
    const auto& finder = *predictor.finder();
    const auto finds = predictor.finds();
    Team team(0);
    const auto rows = predictor.rows_of(examples, team);
    for (const auto& figure : finder.figures(rows, seed, team))
        out.metrics.push_back({split, figure.name, {figure.value, {}}, false});
    const auto values = finder.predict(rows, team);
    const auto width = finder.width();
    std::vector<int> clusters;
    std::vector<std::size_t> sizes(finder.groups());
    std::size_t none = 0;
    for (std::size_t row = 0; row < items.size(); ++row) {
        const auto line = std::span(values).subspan(row * width, width);
        Prediction prediction;
        prediction.id = items[row].id;
        prediction.version = items[row].version;
        prediction.split = split;
        prediction.cluster_id = cluster_in(finds, line);
        prediction.distance = distance_in(finds, line);
        if (finds == Finds::memberships && prediction.cluster_id)
            prediction.probability = line[static_cast<std::size_t>(*prediction.cluster_id)];
        clusters.push_back(prediction.cluster_id.value_or(-1));
        if (prediction.cluster_id) {
            ++sizes[static_cast<std::size_t>(*prediction.cluster_id)];
        } else {
            ++none;
        }
        out.predictions.push_back(std::move(prediction));
    }
    out.report = {{"rows", items.size()}};
    if (finds != Finds::clusters && finds != Finds::memberships) return out;
    out.report["groups"] = json::value_from(sizes);
    out.report["none"] = none;
    if (examples.has_classes())
        for (auto& metric : agreement_metrics(examples, clusters, split))
            out.metrics.push_back(std::move(metric));
    return out;
}

json::object describe_groups(const Predictor& predictor) {
    const auto& finder = *predictor.finder();
    json::array groups;
    for (std::size_t group = 0; group < finder.groups(); ++group) {
        json::object one{{"group", group}};
        if (const auto share = finder.explained(group)) one["explained"] = *share;
        one["features"] = features_of(predictor, group);
        groups.push_back(std::move(one));
    }
    return {{"finds", base::name_of(predictor.finds())}, {"groups", groups}};
}

}  // namespace training
