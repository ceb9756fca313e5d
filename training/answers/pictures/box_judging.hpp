#pragma once

#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "training/answers/pictures/picture_marks.hpp"
#include "training/run_store.hpp"

namespace training {

// The boxes of a picture as people marked them, and as a model found them, each with its score.
struct JudgedBoxes {
    std::vector<MarkedBox> truth, said;
};

// A found box, and the free box of its class that it overlaps most, if that is enough.
struct PairedBox {
    std::size_t said = 0;
    std::optional<std::size_t> truth;
};
// Those of a class with enough score, by falling score.
std::vector<PairedBox>
paired_boxes(const JudgedBoxes& picture, std::size_t label, double overlap, double least_score);

// Average precision of one class at an overlap (Everingham and others 2010: the area under the
// precision that recall reaches at least, all points). Found boxes are taken by falling score; each
// takes the free box of its picture that it overlaps most, if that is enough. `times`: how often
// each picture counts. Nothing where no picture has a box of the class.
class BoxMatches {
public:
    BoxMatches(std::span<const JudgedBoxes> pictures, std::size_t label, double overlap);
    std::optional<double> average_precision(std::span<const std::uint32_t> times) const;

    std::size_t truths() const { return truths_.size(); }

private:
    struct Found {
        double score = 0;
        std::uint32_t picture = 0;
        bool right = false;
    };
    std::vector<Found> found_;           // by falling score
    std::vector<std::uint32_t> truths_;  // the picture of each box
};

// Over the classes that pictures have boxes of, with bootstrap intervals over the pictures: map
// (COCO's, the mean of overlaps .50, .55 .. .95), map_50 and map_75, and box_f1 of those found with
// a score of at least `threshold`, at overlap .50. Throws base::Interrupted.
std::vector<Metric> box_metrics(
    std::span<const JudgedBoxes> pictures,
    std::size_t classes,
    std::span<const double> thresholds,
    std::stop_token stop
);

// Of one picture: boxes found at overlap .50 among those with enough score, all of these, and all
// that are there.
struct BoxCounts {
    double common = 0, said = 0, truth = 0;
};
// `label` -1: of any class.
BoxCounts counts_of(const JudgedBoxes& picture, std::span<const double> thresholds, int label = -1);

// By class, the score from which F1 at overlap .50 is highest; 0.5 where there is no box.
std::vector<double> best_thresholds(std::span<const JudgedBoxes> pictures, std::size_t classes);

}  // namespace training
