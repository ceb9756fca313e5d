#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "training/models/model.hpp"

namespace training {

// Sets of classes (View::marks), each class by itself against the rest (binary relevance: Tsoumakas
// and Katakis 2007) by a model of any kind that learns classes. A class that all training rows
// have, or none, is as probable everywhere as it was there. Above which probability a class is said
// is chosen on validation, class by class, by F1; without it, or where validation has no row of the
// class, it is 0.5.
class LabelSets final : public Model {
public:
    LabelSets(std::string kind, Params params)
        : kind_name_(std::move(kind)), params_(std::move(params)) {}

    // Row-major, rows x classes: how probable each class is, independently of the others.
    std::vector<double> predict(const Design& rows, Team& team) const override;
    // Nothing where a class's kind is not laid open.
    PlainModel plain() const override;
    void save(Writer& out) const override;
    void load(Reader& in) override;

    const std::vector<double>& thresholds() const { return thresholds_; }

private:
    struct Part {
        std::unique_ptr<Model> model;  // none: `share` everywhere
        double share = 0;
    };

    void learn(
        const View& train,
        const View& validation,
        std::size_t outputs,
        const FitContext& context
    ) override;

    std::string kind_name_;
    Params params_;
    std::vector<Part> parts_;
    std::vector<double> thresholds_;
};

// A model of `kind` for what `view` has: of sets where it has marks, else as make_model().
std::unique_ptr<Model> make_model_for(const View& view, const std::string& kind, const Params&);

// Which classes each row has: those at least as probable as their threshold.
std::vector<std::uint8_t>
decide_sets(std::span<const double> probabilities, std::span<const double> thresholds);

// The threshold with the highest F1: halfway between two neighbouring probabilities, the nearest
// to 0.5 of equals; 0.5 where no row is marked.
double best_threshold(std::vector<std::pair<double, bool>> said);

}  // namespace training
