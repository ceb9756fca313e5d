#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "training/answers/answer_model.hpp"
#include "training/answers/pictures/box_judging.hpp"
#include "training/answers/pictures/channels.hpp"
#include "training/answers/pictures/windows.hpp"
#include "training/trainer.hpp"

namespace training {

// Boxes of a picture: windows of usual sizes all over it, each judged by a model of classes of any
// kind on what its channels hold, moved by what four ridge regressions say, and thinned out. Wrong
// windows that a first model takes for right teach the second (hard negatives: Dalal and Triggs
// 2005, section 4). The kind `majority` looks at no picture: it says the boxes that pictures have
// on average.
class BoxModel final : public AnswerModel {
public:
    explicit BoxModel(AskedQuestion question) : question_(std::move(question)) {}

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
    // A fitted model within this one, and its artefact.
    struct Inner {
        std::string artefact;
        std::optional<Predictor> model;

        void set(std::string bytes) {
            artefact = std::move(bytes);
            model.emplace(Predictor::load(artefact));
        }
    };
    struct Sample;

    std::size_t classes() const { return question_.classes.size(); }
    std::vector<std::vector<MarkedBox>> truth_of(const Examples& examples) const;
    std::vector<MarkedBox> found_in(const Examples& examples, std::size_t row) const;
    std::vector<std::vector<MarkedBox>>
    found(const Examples& examples, std::size_t threads, std::stop_token stop) const;
    // Probabilities of windows, by class and none of them.
    std::vector<double> judge_windows(const Channels& of, std::span<const ShareBox> windows) const;
    void refine(const Channels& of, std::vector<MarkedBox>& boxes) const;
    SaidAnswer said_of(const Examples& examples, std::size_t row, std::vector<MarkedBox> boxes)
        const;

    Sample sample_of(
        const Examples& pictures,
        const std::vector<std::vector<MarkedBox>>& truth,
        const base::CounterRandom& random,
        const std::stop_token& stop
    ) const;
    TrainResult fit_windows(
        const Sample& learnt,
        const Sample& judged,
        const TrainSpec& spec,
        const OnProgress& progress,
        std::stop_token stop
    );
    void fit_refiners(
        const Examples& train,
        const std::vector<std::vector<MarkedBox>>& truth,
        const TrainSpec& spec,
        std::stop_token stop
    );
    std::size_t mine(
        const Examples& train,
        const std::vector<std::vector<MarkedBox>>& truth,
        const TrainSpec& spec,
        std::stop_token stop,
        Sample& sample
    ) const;
    Fitted learn_average(const std::vector<std::vector<MarkedBox>>& truth);

    AskedQuestion question_;
    std::vector<WindowSize> sizes_;
    Inner windows_;
    std::array<Inner, 4> refiners_;
    std::vector<MarkedBox> average_;  // of majority, which has nothing else
    std::vector<double> thresholds_;  // of scores, by class
};

// How large pictures of records were stored; that of `examples`, where nobody knows.
std::array<int, 2> size_of(const Examples& examples, std::size_t row);

}  // namespace training
