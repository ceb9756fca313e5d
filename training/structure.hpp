#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "training/run_store.hpp"
#include "training/snapshots/example_store.hpp"
#include "training/trainer.hpp"

// What models that need no labels say of a part of a snapshot, in the form in which runs keep it.
namespace training {

struct FoundStructure {
    std::vector<Metric> metrics;          // without intervals
    std::vector<Prediction> predictions;  // cluster, and how far or how odd, of each record
    boost::json::object report;  // {"rows", "groups": [rows of each], "none": rows in none}
};

// Metrics are the figures of the model (Finder::figures) and, where the records have classes, how
// far these agree with the clusters; the model never saw them.
FoundStructure judge_structure(
    const Predictor& predictor,
    const std::vector<Item>& items,
    const Examples& examples,
    int split,
    std::uint64_t seed
);

// What the groups of a model are known by: {"finds", "groups": [{"group", "explained"?, "features":
// [{"name", "weight"}]}]}, the features of the greatest weight first; of components those of
// either sign.
boost::json::object describe_groups(const Predictor& predictor);

// The cluster of a row in what predict() gives; nothing for none, and for scores and components.
std::optional<int> cluster_in(Finds finds, std::span<const double> values);
// How far a row is from its cluster, from what components say, or how odd it is.
std::optional<double> distance_in(Finds finds, std::span<const double> values);

}  // namespace training
