// Windows that are learnt from: boxes as they were marked and a little beside, windows of nothing
// drawn all over the pictures, and those that a first model mistook. A window that overlaps a box
// in part teaches nothing: it is neither.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "training/answers/pictures/box_model.hpp"

namespace training {

namespace json = boost::json;

namespace {

constexpr double right_overlap = 0.65, wrong_overlap = 0.4;
constexpr std::size_t most_sizes = 8, jitters = 5, drawn_wrong = 30, mined_each = 12;
constexpr std::size_t most_mined_from = 400;  // pictures
constexpr int rounds = 2;                     // of mining

double best_overlap(const ShareBox& window, const std::vector<MarkedBox>& boxes) {
    double most = 0;
    for (const auto& one : boxes) most = std::max(most, overlap_of(window, one.box));
    return most;
}

std::vector<schema::Column> window_columns() {
    std::vector<schema::Column> out;
    static constexpr const char* names[] = {
        "edges 0",
        "edges 30",
        "edges 60",
        "edges 90",
        "edges 120",
        "edges 150",
        "edges",
        "red",
        "green",
        "blue"};
    for (std::size_t y = 0; y < Channels::cells; ++y)
        for (std::size_t x = 0; x < Channels::cells; ++x)
            for (const char* name : names)
                out.push_back(
                    {fmt::format("{} in cell {},{}", name, x, y), schema::Column::Type::number, ""}
                );
    out.push_back({"width", schema::Column::Type::number, ""});
    out.push_back({"height", schema::Column::Type::number, ""});
    return out;
}

}  // namespace

// Windows as rows of an inner model.
struct BoxModel::Sample {
    Examples rows;

    Sample() { rows.columns = window_columns(); }
    void add(const Channels& of, const ShareBox& window, std::int64_t picture) {
        of.describe(window, rows.numeric);
        rows.groups.push_back(picture);
        ++rows.rows;
    }
    void add(const Channels& of, const ShareBox& window, std::int64_t picture, std::size_t label) {
        add(of, window, picture);
        rows.classes.push_back(static_cast<int>(label));
    }
};

std::vector<double> BoxModel::judge_windows(const Channels& of, std::span<const ShareBox> windows)
    const {
    constexpr std::size_t at_once = 2000;
    std::vector<double> out;
    for (std::size_t from = 0; from < windows.size(); from += at_once) {
        Sample some;
        for (const auto& window : windows.subspan(from, std::min(at_once, windows.size() - from)))
            some.add(of, window, 0);
        const auto said = windows_.model->predict(some.rows, 1);
        out.insert(out.end(), said.begin(), said.end());
    }
    return out;
}

void BoxModel::refine(const Channels& of, std::vector<MarkedBox>& boxes) const {
    if (boxes.empty()) return;
    Sample some;
    for (const auto& one : boxes) some.add(of, one.box, 0);
    std::array<std::vector<double>, 4> offsets;
    for (std::size_t i = 0; i < 4; ++i) offsets[i] = refiners_[i].model->predict(some.rows, 1);
    std::vector<ShareBox> windows;
    for (std::size_t b = 0; b < boxes.size(); ++b)
        windows.push_back(
            moved(boxes[b].box, {offsets[0][b], offsets[1][b], offsets[2][b], offsets[3][b]})
        );
    const auto again = judge_windows(of, windows);
    for (std::size_t b = 0; b < boxes.size(); ++b) {
        boxes[b].box = windows[b];
        boxes[b].score = (boxes[b].score + again[b * (classes() + 1) + boxes[b].label]) / 2;
    }
}

TrainResult BoxModel::fit_windows(
    const Sample& learnt,
    const Sample& judged,
    const TrainSpec& spec,
    const OnProgress& progress,
    std::stop_token stop
) {
    auto named = [&](Examples rows) {
        rows.class_names = question_.classes;
        rows.class_names.emplace_back("(none)");
        return rows;
    };
    auto result = fit(named(learnt.rows), named(judged.rows), spec, progress, std::move(stop));
    windows_.set(result.artefact);
    return result;
}

void BoxModel::fit_refiners(
    const Examples& train,
    const std::vector<std::vector<MarkedBox>>& truth,
    const TrainSpec& spec,
    std::stop_token stop
) {
    Sample sample;
    std::array<std::vector<double>, 4> offsets;
    const base::CounterRandom random(spec.seed, 31);
    std::uint64_t at = 0;
    for (std::size_t row = 0; row < train.rows; ++row) {
        if (truth[row].empty()) continue;
        if (stop.stop_requested()) throw base::Interrupted();
        const Channels of(train, row);
        for (const auto& one : truth[row])
            for (std::size_t i = 0; i < 2 * jitters; ++i) {
                const auto window = jittered(one.box, 0.3, random, at);
                if (overlap_of(window, one.box) < 0.4) continue;
                sample.add(of, window, static_cast<std::int64_t>(row));
                const auto to = offsets_to(window, one.box);
                for (std::size_t side = 0; side < 4; ++side) offsets[side].push_back(to[side]);
            }
    }
    TrainSpec plain;
    plain.model = "ridge";
    plain.seed = spec.seed;
    plain.threads = spec.threads;
    for (std::size_t side = 0; side < 4; ++side) {
        sample.rows.targets = offsets[side];
        refiners_[side].set(fit(sample.rows, {}, plain, {}, stop).artefact);
    }
}

// Adds what is found where nothing is. Pictures by turns, each by itself: the same at any number of
// threads.
std::size_t BoxModel::mine(
    const Examples& train,
    const std::vector<std::vector<MarkedBox>>& truth,
    const TrainSpec& spec,
    std::stop_token stop,
    Sample& sample
) const {
    const auto pictures = std::min(train.rows, most_mined_from);
    std::vector<std::size_t> chosen(pictures);
    for (std::size_t i = 0; i < pictures; ++i) chosen[i] = i * train.rows / pictures;
    std::vector<std::vector<ShareBox>> wrong(pictures);
    Team team(spec.threads);
    const auto all = windows_of(sizes_);
    team.run(pictures, [&](std::size_t i) {
        if (stop.stop_requested()) return;
        const auto row = chosen[i];
        const Channels of(train, row);
        const auto said = judge_windows(of, all);
        std::vector<MarkedBox> taken;
        for (std::size_t w = 0; w < all.size(); ++w) {
            const double none = said[w * (classes() + 1) + classes()];
            if (none < 0.8 && best_overlap(all[w], truth[row]) < wrong_overlap)
                taken.push_back({0, all[w], 1 - none});
        }
        taken = without_doubles(std::move(taken), 0.6);
        for (const auto& one : taken)
            if (wrong[i].size() < mined_each) wrong[i].push_back(one.box);
    });
    if (stop.stop_requested()) throw base::Interrupted();
    std::size_t found = 0;
    for (std::size_t i = 0; i < pictures; ++i) {
        if (wrong[i].empty()) continue;
        const Channels of(train, chosen[i]);
        for (const auto& window : wrong[i])
            sample.add(of, window, static_cast<std::int64_t>(chosen[i]), classes());
        found += wrong[i].size();
    }
    return found;
}

// Boxes as they were marked, others a little beside them, and windows of nothing.
BoxModel::Sample BoxModel::sample_of(
    const Examples& pictures,
    const std::vector<std::vector<MarkedBox>>& truth,
    const base::CounterRandom& random,
    const std::stop_token& stop
) const {
    Sample out;
    const auto all = windows_of(sizes_);
    std::uint64_t at = 0;
    for (std::size_t row = 0; row < pictures.rows; ++row) {
        if (stop.stop_requested()) throw base::Interrupted();
        const Channels of(pictures, row);
        const auto group = static_cast<std::int64_t>(row);
        for (const auto& one : truth[row]) {
            out.add(of, one.box, group, one.label);
            for (std::size_t i = 1; i < jitters; ++i)
                if (const auto near = jittered(one.box, 0.15, random, at);
                    overlap_of(near, one.box) >= right_overlap)
                    out.add(of, near, group, one.label);
        }
        for (std::size_t i = 0; i < drawn_wrong; ++i)
            if (const auto& window = all[random.below(at++, all.size())];
                best_overlap(window, truth[row]) < wrong_overlap)
                out.add(of, window, group, classes());
    }
    return out;
}

AnswerModel::Fitted BoxModel::learn(
    const Examples& train,
    const Examples& validation,
    const TrainSpec& spec,
    const OnProgress& progress,
    std::stop_token stop
) {
    const auto truth = truth_of(train), held_out = truth_of(validation);
    std::vector<ShareBox> boxes;
    for (const auto& picture : truth)
        for (const auto& one : picture) boxes.push_back(one.box);
    if (boxes.empty())
        throw base::Error("training", "no picture has a marked box", "label more records");
    thresholds_.assign(classes(), 0.5);
    if (spec.model == "majority") return learn_average(truth);
    if (spec.model == "rule")
        throw base::Error("rule", "one number finds no boxes", "use boosting, logistic or mlp");
    sizes_ = usual_sizes(boxes, most_sizes);
    if (progress) progress({"features", 0, train.rows, 0, {}});
    auto learnt = sample_of(train, truth, base::CounterRandom(spec.seed, 32), stop);
    const auto judged = sample_of(validation, held_out, base::CounterRandom(spec.seed, 33), stop);
    fit_refiners(train, truth, spec, stop);
    auto inner = spec;
    inner.rules.clear();
    inner.preparation = {};
    auto quick = inner;
    quick.tune.clear();
    quick.budget = 0;
    if (quick.model == automatic_model) quick.model = "logistic";
    std::size_t mined = 0;
    for (int round = 0; round < rounds; ++round) {
        fit_windows(learnt, judged, quick, {}, stop);
        mined += mine(train, truth, spec, stop, learnt);
    }
    auto result = fit_windows(learnt, judged, inner, progress, stop);
    if (validation.rows > 0) {
        std::vector<JudgedBoxes> pictures;
        auto said = found(validation, spec.threads, stop);
        for (std::size_t row = 0; row < validation.rows; ++row)
            pictures.push_back({held_out[row], std::move(said[row])});
        thresholds_ = best_thresholds(pictures, classes());
    }
    Fitted out;
    out.kind = result.kind;
    out.params = std::move(result.params);
    out.trials = std::move(result.trials);
    out.columns = result.features;
    out.notes = {
        {"boxes", boxes.size()},
        {"windows", learnt.rows.rows},
        {"mined", mined},
        {"sizes", sizes_.size()},
        {"windows_of_a_picture", windows_of(sizes_).size()},
        {"thresholds", json::value_from(thresholds_)}};
    return out;
}

}  // namespace training
