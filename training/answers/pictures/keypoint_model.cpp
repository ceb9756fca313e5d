// Points of things in pictures, by regression: where each point lies, as a share of the picture, is
// a value that a model of any kind of values learns from what the picture's channels hold in a grid
// of cells. That is right for pictures of one thing each, as faces and hands are; pictures with
// several of a class are left out, and counted.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "training/answers/answer_kinds.hpp"
#include "training/answers/pictures/box_model.hpp"
#include "training/answers/pictures/channels.hpp"
#include "training/answers/pictures/key_points.hpp"
#include "training/evaluation/set_metrics.hpp"
#include "training/trainer.hpp"

namespace training {

namespace {

namespace json = boost::json;

constexpr std::size_t grid_side = 8;
constexpr double share_to_say = 0.5;  // of the training pictures, that have a class which is said

class KeypointModel final : public AnswerModel {
public:
    explicit KeypointModel(AskedQuestion question) : question_(std::move(question)) {}

    Fitted learn(
        const Examples& train,
        const Examples& validation,
        const TrainSpec& spec,
        const OnProgress& progress,
        std::stop_token stop
    ) override;
    std::vector<SaidAnswer> predict(const Examples& examples, std::size_t threads) const override;
    AnswersJudged judge(const Examples& truth, const AnswerJudging& how) const override;
    void save(Writer& out) const override;
    void load(Reader& in) override;

private:
    struct Coordinate {
        std::string artefact;
        std::optional<Predictor> model;
    };
    // What is said of a class: x and y of each point, and how people see most of them.
    struct Thing {
        std::size_t label = 0;
        std::vector<int> seen;
        std::vector<Coordinate> coordinates;  // x, y by point; empty of a point that is never there
    };

    // Pictures as rows, and the things of one class in them, where there is one alone.
    struct Marked {
        const Examples& rows;
        const Examples& pictures;
        const std::vector<const KeyPoints*>& things;
    };
    using FitOne = std::function<std::string(const Examples& known, const Examples& stopping)>;

    static Examples rows_of(const Examples& pictures, std::stop_token stop = {});
    static Examples with_targets(const Marked& of, std::size_t point, bool vertical);
    static void
    learn_thing(const Marked& learnt, const Marked& judged, const FitOne& fit_one, Thing& thing);

    AskedQuestion question_;
    std::vector<Thing> things_;
};

Examples KeypointModel::rows_of(const Examples& pictures, std::stop_token stop) {
    Examples out;
    out.rows = pictures.rows;
    for (std::size_t i = 0; i < grid_side * grid_side * Channels::count; ++i)
        out.columns.push_back(
            {fmt::format(
                 "channel {} in cell {},{}",
                 i % Channels::count,
                 i / Channels::count % grid_side,
                 i / Channels::count / grid_side
             ),
             schema::Column::Type::number,
             ""}
        );
    for (std::size_t row = 0; row < pictures.rows; ++row) {
        if (stop.stop_requested()) throw base::Interrupted();
        Channels(pictures, row).describe_grid(grid_side, out.numeric);
    }
    out.groups = pictures.groups;
    out.folds = pictures.folds;
    out.folds_in_time = pictures.folds_in_time;
    return out;
}

// Rows with the coordinate of a point, where it is there.
Examples KeypointModel::with_targets(const Marked& of, std::size_t point, bool vertical) {
    const auto& [rows, pictures, marked] = of;
    std::vector<std::size_t> known;
    std::vector<double> values;
    for (std::size_t row = 0; row < marked.size(); ++row) {
        if (!marked[row] || point >= marked[row]->size() || marked[row]->at(point).seen == 0)
            continue;
        const auto& at = marked[row]->at(point);
        known.push_back(row);
        values.push_back((vertical ? at.y : at.x) / size_of(pictures, row)[vertical ? 1 : 0]);
    }
    auto out = take(rows, known);
    out.targets = std::move(values);
    return out;
}

// Points that at least half of the things have, one coordinate after the other.
void KeypointModel::learn_thing(
    const Marked& learnt,
    const Marked& judged,
    const FitOne& fit_one,
    Thing& thing
) {
    std::size_t points = 0, having = 0;
    for (const auto* one : learnt.things) {
        points = std::max(points, one ? one->size() : 0);
        having += one ? 1 : 0;
    }
    for (std::size_t p = 0; p < points; ++p) {
        std::size_t there = 0, seen = 0;
        for (const auto* one : learnt.things) {
            there += one && p < one->size() && one->at(p).seen > 0 ? 1 : 0;
            seen += one && p < one->size() && one->at(p).seen == 2 ? 1 : 0;
        }
        const bool said = there > 1 && 2 * there >= having;
        thing.seen.push_back(said ? (2 * seen >= there ? 2 : 1) : 0);
        for (const bool vertical : {false, true}) {
            auto& coordinate = thing.coordinates.emplace_back();
            if (!said) continue;
            coordinate.artefact =
                fit_one(with_targets(learnt, p, vertical), with_targets(judged, p, vertical));
            coordinate.model.emplace(Predictor::load(coordinate.artefact));
        }
    }
}

AnswerModel::Fitted KeypointModel::learn(
    const Examples& train,
    const Examples& validation,
    const TrainSpec& spec,
    const OnProgress& progress,
    std::stop_token stop
) {
    if (train.pixel_count == 0)
        throw base::Error("keypoints", "the records have no pictures", "choose a source of them");
    if (progress) progress({"features", 0, train.rows, 0, {}});
    auto inner = spec;
    inner.rules.clear();
    inner.preparation = {};
    inner.decision = {};
    const auto rows = rows_of(train, stop), held_out = rows_of(validation, stop);
    std::vector<std::map<std::string, std::vector<KeyPoints>>> learnt, judged;
    for (const auto& answer : train.answers) learnt.push_back(things_in(answer));
    for (const auto& answer : validation.answers) judged.push_back(things_in(answer));
    std::size_t several = 0;
    const auto alone = [&](const auto& marks, const std::string& name) {
        std::vector<const KeyPoints*> out;
        for (const auto& of : marks) {
            const auto found = of.find(name);
            several += found != of.end() && found->second.size() > 1 ? 1 : 0;
            const bool one = found != of.end() && found->second.size() == 1;
            out.push_back(one ? &found->second.front() : nullptr);
        }
        return out;
    };
    Fitted out;
    const auto fit_one = [&](const Examples& known, const Examples& stopping) {
        auto found = fit(known, stopping, inner, progress, stop);
        out.kind = found.kind;
        out.params = std::move(found.params);
        out.columns = found.features;
        return std::move(found.artefact);
    };
    for (std::size_t c = 0; c < question_.classes.size(); ++c) {
        const auto marked = alone(learnt, question_.classes[c]);
        const auto beside = alone(judged, question_.classes[c]);
        const auto having = static_cast<double>(
            std::count_if(marked.begin(), marked.end(), [](const auto* one) { return one; })
        );
        if (having < share_to_say * static_cast<double>(train.rows)) continue;
        Thing thing{c, {}, {}};
        learn_thing({rows, train, marked}, {held_out, validation, beside}, fit_one, thing);
        things_.push_back(std::move(thing));
    }
    if (out.kind.empty())
        throw base::Error(
            "training",
            "no class has one thing in at least half of the pictures",
            "label pictures of one thing each"
        );
    out.notes = {{"classes", things_.size()}, {"several", several}};
    return out;
}

std::vector<SaidAnswer> KeypointModel::predict(const Examples& examples, std::size_t threads)
    const {
    const auto rows = rows_of(examples);
    std::vector<json::array> marks(examples.rows);
    for (const auto& thing : things_) {
        std::vector<std::vector<double>> values;
        for (const auto& one : thing.coordinates)
            values.push_back(
                one.model ? one.model->predict(rows, threads) : std::vector<double>(examples.rows)
            );
        for (std::size_t row = 0; row < examples.rows; ++row) {
            const auto size = size_of(examples, row);
            const auto pixel = [&](double share, int side) {
                return std::round(std::clamp(share, 0.0, 1.0) * side * 10) / 10;
            };
            json::array points;
            for (std::size_t p = 0; p < thing.seen.size(); ++p)
                points.push_back(json::array{
                    thing.seen[p] ? pixel(values[2 * p][row], size[0]) : 0.0,
                    thing.seen[p] ? pixel(values[2 * p + 1][row], size[1]) : 0.0,
                    thing.seen[p]});
            marks[row].push_back(
                {{"points", std::move(points)}, {"label", question_.classes[thing.label]}}
            );
        }
    }
    std::vector<SaidAnswer> out(examples.rows);
    for (std::size_t row = 0; row < examples.rows; ++row) {
        if (size_of(examples, row)[0] <= 0) continue;
        out[row].answer = json::serialize(marks[row]);
        out[row].probability = share_to_say;  // a regression does not say how sure it is
    }
    return out;
}

AnswersJudged KeypointModel::judge(const Examples& truth, const AnswerJudging& how) const {
    AnswersJudged out;
    out.said = predict(truth, how.threads);
    std::vector<std::array<double, 3>> records;  // similarity, near points, things
    for (std::size_t row = 0; row < truth.rows; ++row) {
        auto& sum = records.emplace_back();
        const auto said = things_in(out.said[row].answer.empty() ? "[]" : out.said[row].answer);
        for (const auto& [name, things] : things_in(truth.answers[row]))
            for (const auto& thing : things) {
                const auto found = said.find(name);
                const auto own = found == said.end() ? std::array<double, 2>{}
                                                     : likeness_of(found->second.front(), thing);
                sum[0] += own[0];
                sum[1] += own[1];
                sum[2] += 1;
            }
        out.errors.push_back(sum[2] > 0 ? 1 - sum[0] / sum[2] : 0);
    }
    if (!how.figures) return out;
    std::vector<std::uint32_t> all(truth.rows);
    std::iota(all.begin(), all.end(), 0U);
    for (std::size_t which : {0, 1}) {
        const auto figure = [&](std::span<const std::uint32_t> rows) {
            if (how.stop.stop_requested()) throw base::Interrupted();
            double sum = 0, things = 0;
            for (auto row : rows) {
                sum += records[row][which];
                things += records[row][2];
            }
            return things > 0 ? sum / things : 1.0;
        };
        Metric metric;
        metric.name = which == 0 ? "oks" : "pck";
        metric.estimate = {figure(all), resampled_interval(all.size(), 1, figure)};
        out.metrics.push_back(std::move(metric));
    }
    json::array parts;
    for (const auto& name : question_.classes) {
        std::size_t support = 0, said = 0;
        for (std::size_t row = 0; row < truth.rows; ++row) {
            const auto is = things_in(truth.answers[row]);
            support += is.contains(name) ? is.at(name).size() : 0;
            said += !out.said[row].answer.empty() && things_in(out.said[row].answer).contains(name);
        }
        parts.push_back(json::object{{"name", name}, {"support", support}, {"predicted", said}});
    }
    out.report = {{"rows", truth.rows}, {"parts", std::move(parts)}};
    return out;
}

void KeypointModel::save(Writer& out) const {
    out.put<std::uint64_t>(things_.size());
    for (const auto& thing : things_) {
        out.put<std::uint64_t>(thing.label);
        out.list(thing.seen);
        for (const auto& one : thing.coordinates) out.text(one.artefact);
    }
}

void KeypointModel::load(Reader& in) {
    for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
        Thing thing;
        thing.label = in.get<std::uint64_t>();
        thing.seen = in.list<int>();
        if (thing.label >= question_.classes.size()) Reader::broken();
        for (std::size_t i = 0; i < 2 * thing.seen.size(); ++i) {
            auto& one = thing.coordinates.emplace_back();
            one.artefact = in.text();
            if (!one.artefact.empty()) one.model.emplace(Predictor::load(one.artefact));
            if (one.model.has_value() != (thing.seen[i / 2] != 0) ||
                (one.model && !one.model->predicts_values()))
                Reader::broken();
        }
        things_.push_back(std::move(thing));
    }
}

}  // namespace

const AnswerKind& keypoint_answers() {
    static const AnswerKind kind{
        .name = "keypoints",
        .learns = Learns::values,
        .limits =
            "it says one thing of each class that most training pictures have, wherever it is, "
            "and does not say how sure it is",
        .pictures = true,
        .make = [](const AskedQuestion& question) -> std::unique_ptr<AnswerModel> {
            return std::make_unique<KeypointModel>(question);
        }};
    return kind;
}

}  // namespace training
