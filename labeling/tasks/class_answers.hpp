#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "labeling/tasks/task_type.hpp"

namespace labeling {

// Answers that are one word of several each, judged on Judgements, where names are numbers, by the
// formulas of labeling/agreement and the models of labeling/truth.
class ClassAnswers : public AnswerSet {
public:
    // `scale`: all words, from least to most where they have an order.
    explicit ClassAnswers(std::vector<std::string> scale) : scale_(std::move(scale)) {}

    void add(Judged answer) override;
    std::size_t size() const override { return built().rows.size(); }
    std::size_t records() const override { return built().questions.size(); }
    std::size_t people() const override { return built().workers.size(); }
    Agreement agreement(std::string_view metric, std::size_t replicates) const override;
    Inferred infer(const Merging& merging) const override;

    static std::vector<MetricInfo> metrics();

private:
    const Judgements& built() const;

    std::vector<std::string> scale_;
    mutable JudgementsBuilder builder_;
    mutable std::optional<Judgements> judgements_;
};

}  // namespace labeling
