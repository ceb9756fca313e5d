#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "training/models/model.hpp"

namespace training {

struct Chain;

// Tags of the tokens of texts (Design::sequences; tags as in tokens.hpp, 1 + 4 labels of them):
// predict() gives how probable each tag of each token is, rows x tags, decode() the most probable
// ones of each text together, which spans_of() takes.
class Crf final : public Model {
public:
    explicit Crf(const Params& params);
    ~Crf() override;

    std::vector<double> predict(const Design& rows, Team& team) const override;
    std::vector<int> decode(const Design& rows, Team& team) const;
    // ln of how probable these tags of a text are against any others, but for a constant of it.
    double score_of(const Design& rows, std::size_t text, std::span<const int> tags) const;
    void save(Writer& out) const override;
    void load(Reader& in) override;

    std::size_t tags() const { return tags_; }
    std::size_t features() const { return features_; }

private:
    // That one tag may follow another.
    struct Step {
        std::uint32_t before = 0, after = 0;
    };
    struct Ways;
    struct Descending;

    void learn(
        const View& train,
        const View& validation,
        std::size_t outputs,
        const FitContext& context
    ) override;
    void set_shape(std::size_t tags);
    void begin(std::size_t outputs, std::size_t columns, Descending& how);
    void sum_ways(Ways& ways) const;
    std::vector<double> factors_of() const;
    double truth_of(const Chain& chain, std::span<const int> truth) const;
    std::size_t step_at(int before, int after) const;
    double mean_loss(const View& data, Team& team) const;
    double learn_text(const View& train, std::size_t text, Descending& how);
    void check_rows_fit(const Design& rows) const;

    Params params_;
    std::size_t tags_ = 0;
    std::size_t width_ = 0;  // tags, rounded up to a multiple of 8
    std::size_t features_ = 0;
    std::vector<Step> steps_;
    std::vector<double> step_weights_;
    std::vector<float> table_;  // features x width
};

}  // namespace training
