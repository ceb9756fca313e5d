#pragma once

#include <stop_token>
#include <vector>

#include <boost/json/object.hpp>

#include "training/evaluation/baselines.hpp"
#include "training/evaluation/metrics.hpp"
#include "training/run_store.hpp"
#include "training/snapshots/example_store.hpp"
#include "training/trainer.hpp"

namespace training {

// What a run says of one part of its snapshot, as it is stored.
struct Judged {
    std::vector<Metric> metrics;
    std::vector<Prediction> predictions;
    boost::json::object report;  // what report/ reads; empty without rows
};

// How a part is judged: by the loss that was asked for; `brief` for models that others are only
// measured by.
struct PartJudging {
    int split = 2;
    Loss loss = Loss::squared;
    double quantile = 0.5;
    bool brief = false;
    std::stop_token stop = {};
};

// Nothing for a part without rows. Throws base::Interrupted at a stop.
Judged judge_part(
    const Predictor& predictor,
    const std::vector<Item>& items,
    const Examples& examples,
    const PartJudging& how
);

// The metrics of each baseline, under its name: "majority_accuracy", "rule_accuracy".
std::vector<Metric> baseline_metrics(
    const std::vector<Baseline>& baselines,
    const std::vector<Item>& items,
    const Examples& examples,
    PartJudging how
);

// The classes' scores, confusion and calibration of a stored report of any age; the figures come
// from the metrics of the same part.
ClassReport class_report(const boost::json::object& stored, const std::vector<Metric>& metrics);

}  // namespace training
