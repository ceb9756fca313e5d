// A detector in use: all windows are judged, the likely ones moved to what they are likely of,
// judged again there, and thinned out. How it learns is box_training.cpp.
#include "training/answers/pictures/box_model.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "training/answers/answer_kinds.hpp"
#include "training/answers/pictures/outlines.hpp"

namespace training {

namespace json = boost::json;

namespace {

constexpr double least_score = 0.05, most_overlap = 0.45;
constexpr std::size_t most_refined = 300, most_found = 50, most_told = 20;

}  // namespace

std::array<int, 2> size_of(const Examples& examples, std::size_t row) {
    if (!examples.sizes.empty()) return examples.sizes[row];
    const auto shape = shape_of(examples);
    return {shape.width, shape.height};
}

std::vector<std::vector<MarkedBox>> BoxModel::truth_of(const Examples& examples) const {
    std::vector<std::vector<MarkedBox>> out;
    if (examples.rows > 0 && examples.pixel_count == 0)
        throw base::Error("boxes", "the records have no pictures", "choose a source of pictures");
    for (std::size_t row = 0; row < examples.answers.size(); ++row)
        out.push_back(boxes_in(question_, examples.answers[row], size_of(examples, row)));
    return out;
}

// A box for each that a picture has on average of a class, in the middle of all of the class; those
// that fewer pictures have score less.
AnswerModel::Fitted BoxModel::learn_average(const std::vector<std::vector<MarkedBox>>& truth) {
    average_.clear();
    for (std::size_t c = 0; c < classes(); ++c) {
        MarkedBox mean{c, {}, 0};
        double count = 0, met = 0;
        for (const auto& picture : truth) {
            double own = 0;
            for (const auto& [label, box, score] : picture) {
                if (label != c) continue;
                mean.box.x += box.x;
                mean.box.y += box.y;
                mean.box.width += box.width;
                mean.box.height += box.height;
                own += 1;
            }
            count += own;
            met += own > 0 ? 1 : 0;
        }
        if (count == 0) continue;
        for (auto* side : {&mean.box.x, &mean.box.y, &mean.box.width, &mean.box.height})
            *side /= count;
        mean.score = met / static_cast<double>(truth.size());
        average_.push_back(mean);
    }
    Fitted out;
    out.kind = "majority";
    out.notes = {{"boxes", average_.size()}};
    return out;
}

std::vector<MarkedBox> BoxModel::found_in(const Examples& examples, std::size_t row) const {
    if (!windows_.model) return average_;
    const Channels of(examples, row);
    const auto all = windows_of(sizes_);
    const auto said = judge_windows(of, all);
    std::vector<MarkedBox> likely;
    for (std::size_t w = 0; w < all.size(); ++w)
        for (std::size_t c = 0; c < classes(); ++c)
            if (const double score = said[w * (classes() + 1) + c]; score >= least_score)
                likely.push_back({c, all[w], score});
    likely = without_doubles(std::move(likely), 0.8);
    if (likely.size() > most_refined) likely.resize(most_refined);
    refine(of, likely);
    likely = without_doubles(std::move(likely), most_overlap);
    if (likely.size() > most_found) likely.resize(most_found);
    return likely;
}

std::vector<std::vector<MarkedBox>>
BoxModel::found(const Examples& examples, std::size_t threads, std::stop_token stop) const {
    std::vector<std::vector<MarkedBox>> out(examples.rows);
    Team team(threads);
    team.run(examples.rows, [&](std::size_t row) {
        const auto size = size_of(examples, row);
        if (!stop.stop_requested() && size[0] > 0) out[row] = found_in(examples, row);
    });
    if (stop.stop_requested()) throw base::Interrupted();
    return out;
}

SaidAnswer
BoxModel::said_of(const Examples& examples, std::size_t row, std::vector<MarkedBox> boxes) const {
    SaidAnswer out;
    const auto size = size_of(examples, row);
    if (size[0] <= 0) return out;
    std::vector<MarkedBox> sure;
    out.probability = 1;
    json::array told;
    for (const auto& one : boxes) {
        const bool said = one.score >= thresholds_[one.label];
        out.probability *= said ? one.score : 1 - one.score;
        if (said) sure.push_back(one);
        if (told.size() == most_told) continue;
        told.push_back(json::object{
            {"label", question_.classes[one.label]},
            {"score", one.score},
            {"x", one.box.x * size[0]},
            {"y", one.box.y * size[1]},
            {"width", one.box.width * size[0]},
            {"height", one.box.height * size[1]}});
    }
    out.answer = answer_of_boxes(question_, sure, size);
    out.more["found"] = std::move(told);
    return out;
}

std::vector<SaidAnswer> BoxModel::predict(const Examples& examples, std::size_t threads) const {
    auto boxes = found(examples, threads, {});
    std::vector<SaidAnswer> out;
    for (std::size_t row = 0; row < examples.rows; ++row)
        out.push_back(said_of(examples, row, std::move(boxes[row])));
    return out;
}

AnswersJudged BoxModel::judge(const Examples& truth, const AnswerJudging& how) const {
    AnswersJudged out;
    const auto marked = truth_of(truth);
    auto said = found(truth, how.threads, how.stop);
    std::vector<JudgedBoxes> pictures;
    for (std::size_t row = 0; row < truth.rows; ++row) {
        out.said.push_back(said_of(truth, row, said[row]));
        pictures.push_back({marked[row], std::move(said[row])});
        const auto counts = counts_of(pictures.back(), thresholds_);
        const double both = counts.said + counts.truth;
        out.errors.push_back(both > 0 ? 1 - 2 * counts.common / both : 0);
    }
    if (how.parts) out.boxes = pictures;
    if (!how.figures) return out;
    out.metrics = box_metrics(pictures, classes(), thresholds_, how.stop);
    if (question_.kind == polygon_answers().name) {
        std::vector<std::vector<MarkedBox>> boxes;
        std::vector<std::vector<MarkedOutline>> outlines;
        for (std::size_t row = 0; row < truth.rows; ++row) {
            boxes.push_back(pictures[row].said);
            outlines.push_back(outlines_in(question_, truth.answers[row], size_of(truth, row)));
        }
        out.metrics.push_back(outline_metric(boxes, outlines, thresholds_, how.stop));
    }
    json::array parts;
    const std::vector<std::uint32_t> once(pictures.size(), 1);
    for (std::size_t c = 0; c < classes(); ++c) {
        BoxCounts sum;
        for (const auto& picture : pictures) {
            const auto one = counts_of(picture, thresholds_, static_cast<int>(c));
            sum.common += one.common;
            sum.said += one.said;
            sum.truth += one.truth;
        }
        const auto ap = BoxMatches(pictures, c, 0.5).average_precision(once);
        const auto share = [](double part, double of) {
            return of > 0 ? json::value(part / of) : json::value();
        };
        parts.push_back(json::object{
            {"name", question_.classes[c]},
            {"precision", share(sum.common, sum.said)},
            {"recall", share(sum.common, sum.truth)},
            {"f1", share(2 * sum.common, sum.said + sum.truth)},
            {"average_precision", ap ? json::value(*ap) : json::value()},
            {"support", sum.truth},
            {"predicted", sum.said}});
    }
    out.report = {{"rows", truth.rows}, {"parts", std::move(parts)}};
    return out;
}

void BoxModel::save(Writer& out) const {
    out.list(thresholds_);
    out.put<std::uint8_t>(windows_.model.has_value());
    if (!windows_.model) {
        out.put<std::uint64_t>(average_.size());
        for (const auto& [label, box, score] : average_) {
            out.put<std::uint64_t>(label);
            for (double value : {box.x, box.y, box.width, box.height, score}) out.put(value);
        }
        return;
    }
    out.put<std::uint64_t>(sizes_.size());
    for (const auto& [width, height] : sizes_) {
        out.put(width);
        out.put(height);
    }
    out.text(windows_.artefact);
    for (const auto& one : refiners_) out.text(one.artefact);
}

void BoxModel::load(Reader& in) {
    thresholds_ = in.list<double>();
    if (thresholds_.size() != classes()) Reader::broken();
    if (in.get<std::uint8_t>() == 0) {
        for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
            MarkedBox one;
            one.label = in.get<std::uint64_t>();
            for (auto* value :
                 {&one.box.x, &one.box.y, &one.box.width, &one.box.height, &one.score})
                *value = in.get<double>();
            if (one.label >= classes()) Reader::broken();
            average_.push_back(one);
        }
        return;
    }
    for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
        const double width = in.get<double>(), height = in.get<double>();
        if (!(width > 0 && width <= 1 && height > 0 && height <= 1)) Reader::broken();
        sizes_.push_back({width, height});
    }
    windows_.set(in.text());
    for (auto& one : refiners_) one.set(in.text());
    if (windows_.model->class_names().size() != classes() + 1 ||
        std::any_of(refiners_.begin(), refiners_.end(), [](const auto& one) {
            return !one.model->predicts_values();
        }))
        Reader::broken();
}

namespace {

template <typename M>
std::unique_ptr<AnswerModel> made(const AskedQuestion& question) {
    return std::make_unique<M>(question);
}

}  // namespace

const AnswerKind& box_answers() {
    static const AnswerKind kind{
        .name = "boxes",
        .learns = Learns::classes,
        .limits =
            "it looks at pictures brought to one small size, through windows of the sizes that "
            "training "
            "boxes had; turned boxes are learnt and found upright",
        .pictures = true,
        .make = &made<BoxModel>};
    return kind;
}

const AnswerKind& polygon_answers() {
    static const AnswerKind kind{
        .name = "polygons",
        .learns = Learns::classes,
        .limits =
            "outlines are learnt and found as the upright boxes around them, and judged as such; "
            "outline_f1 judges the boxes by the outlines themselves",
        .pictures = true,
        .make = &made<BoxModel>};
    return kind;
}

}  // namespace training
