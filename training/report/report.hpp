#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "training/analysis/errors.hpp"
#include "training/analysis/slices.hpp"
#include "training/evaluation/importance.hpp"
#include "training/evaluation/metrics.hpp"
#include "training/evaluation/ranking.hpp"
#include "training/models/model.hpp"
#include "training/tuning/tune.hpp"

namespace training {

// A small picture: row-major bytes, 1 (grey) or 3 (RGB) channels interleaved.
struct Thumbnail {
    int width = 0;
    int height = 0;
    int channels = 1;
    std::vector<std::uint8_t> bytes;
};

// One line of the table of models, with a cell per metric of Report::metrics; an empty cell was not
// measured.
struct ModelLine {
    std::string name;
    std::vector<std::optional<Estimate>> cells;
    double seconds = 0;
    bool chosen = false;  // the model that the report is about
};

struct MetricName {
    std::string name;      // "Accuracy"
    bool percent = false;  // shown as a percentage
    bool lower_is_better = false;
};

// A row that the model got wrong, or a label that looks wrong.
struct Finding {
    std::string key;
    std::string truth;      // or the given label
    std::string predicted;  // or the suggested label
    double confidence = 0;  // of the prediction
    std::string snippet;    // plain text; it is escaped
    std::string url;        // linked if it is http or https
    std::optional<Thumbnail> picture;
};

// A record whose value the model misses.
struct Miss {
    std::string key;
    double truth = 0;
    double predicted = 0;
};

// How a class is told from the others at every threshold.
struct ClassCurves {
    std::string name;
    CurveOfPoints roc;
    CurveOfPoints precision_recall;
};

// A cluster, topic or component that a model without labels found.
struct FoundGroup {
    std::string name;
    std::optional<std::size_t> rows;
    std::optional<double> explained;                       // of what varies
    std::vector<std::pair<std::string, double>> features;  // and their weight
    std::vector<Finding> nearest;
};

// All that a page about one training run shows. Whatever is left empty is left out of the page.
struct Report {
    std::string title;                                       // "Package section"
    std::string subtitle;                                    // "softmax on snapshot packages-3"
    std::vector<std::pair<std::string, std::string>> facts;  // "Snapshot" -> "packages-3 (a41f09)"
    std::vector<std::string> warnings;

    std::vector<MetricName> metrics;
    std::vector<ModelLine> models;  // baseline first

    std::vector<std::string> class_names;
    std::vector<std::array<std::size_t, 3>> balance;  // by class: training, validation, test rows
    std::optional<ClassReport> classes;
    std::optional<ValueReport> values;
    std::vector<std::pair<double, double>> scatter;  // truth, prediction
    std::vector<Miss> misses;                        // the largest first
    std::vector<ClassCurves> curves;
    CurveOfPoints coverage;
    std::optional<double> answered;  // the share that the model answers, if it may abstain

    // How much worse predictions are with a column's values out of order, and the features by what
    // trees gained from them; the most first.
    std::vector<ColumnImportance> importance;
    std::string importance_of;  // "log-loss on 2,000 validation rows"
    std::vector<std::pair<std::string, double>> gains;

    // Where members come from: a name ("Licence") and counts.
    std::vector<std::pair<std::string, std::vector<std::pair<std::string, std::size_t>>>>
        composition;

    std::vector<CurveSample> curve;
    std::optional<PowerLaw> law;
    std::vector<Progress> epochs;

    double error_rate = 0;  // of all judged rows, for the slices
    std::vector<Slice> slices;
    std::vector<Finding> worst;
    std::vector<Finding> suspects;
    std::vector<Trial> trials;

    std::vector<std::pair<std::string, std::string>> found;  // figures of a model without labels
    std::vector<FoundGroup> groups;
    std::vector<Finding> odd;  // what fits least; `confidence` is the distance or score
};

// One HTML page that needs no network: styles, plots and pictures are in it. All texts are escaped.
std::string render_html(const Report& report);

}  // namespace training
