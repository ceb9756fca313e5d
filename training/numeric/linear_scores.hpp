#pragma once

#include <vector>

#include "training/models/model.hpp"
#include "training/numeric/bytes.hpp"
#include "training/numeric/design.hpp"
#include "training/numeric/team.hpp"

namespace training {

// Weights of linear models, features x max(1, classes), and what they say of rows: values, or
// scores of classes that one temperature makes into probabilities.
class LinearScores {
public:
    // `weights` row-major by feature; `classes` 0 for values.
    void set(
        std::size_t classes,
        std::size_t features,
        std::vector<double> weights,
        std::vector<double> bias
    );

    // Row-major, rows x max(1, classes). Throws base::Error if the columns do not fit.
    std::vector<double> scores(const Design& rows, Team& team) const;
    // The scores, or probabilities where classes are learnt.
    std::vector<double> predict(const Design& rows, Team& team) const;

    // Takes the temperature with the least log-loss on rows that the weights were not fitted to
    // (Guo et al. 2017, section 4.2), which it returns, as a mean.
    double calibrate(const View& data, Team& team);
    double temperature() const { return temperature_; }
    void set_temperature(double temperature) { temperature_ = temperature; }

    PlainLinear plain() const;

    // Features without a weight are not written.
    void save(Writer& out) const;
    void load(Reader& in);

private:
    std::size_t classes_ = 0;
    std::size_t features_ = 0;
    std::size_t width_ = 1;
    double temperature_ = 1;
    std::vector<double> weights_;
    std::vector<double> bias_;
};

// A model's rows cut in two for calibration where there is no validation: a fifth by `seed`, and
// the rest. What View holds is copied, so that the parts stand for themselves.
struct RowSubset {
    Design rows;
    std::vector<int> classes;
    std::vector<double> targets;
    std::vector<float> weights;
    std::vector<float> soft;
    std::vector<std::uint8_t> marks;
    std::vector<std::uint32_t> chosen;  // which rows of the whole these are

    View view() const { return {&rows, classes, targets, weights, soft, marks}; }
};
RowSubset take_part(const View& data, std::span<const std::uint32_t> chosen);
std::pair<RowSubset, RowSubset> hold_out_fifth(const View& data, std::uint64_t seed);

}  // namespace training
