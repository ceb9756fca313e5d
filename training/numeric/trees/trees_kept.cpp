// What a fit leaves: the library's bytes, and the trees in them, which are walked here. The library
// is not asked for predictions, of one row or of many: one way to them is enough, it costs a row
// 16 ms to be asked, and it lets one thread in at a time.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "training/models/models.hpp"
#include "training/numeric/trees/booster.hpp"
#include "training/numeric/trees/trees.hpp"

namespace training {

// What sums start from is found by asking the library for a row that has nothing: the meaning of
// its base_score differs by objective and version.
void Trees::keep(std::string bytes) {
    bytes_ = std::move(bytes);
    const std::size_t width = outputs_ > 2 ? outputs_ : 1;
    walk_ = TreeWalk(bytes_, columns_, width);
    Design nothing;
    nothing.rows = 1;
    nothing.columns = columns_;
    nothing.values.assign(columns_, std::numeric_limits<float>::quiet_NaN());
    const TreeRows row(nothing);
    const auto whole = Booster(bytes_).margins(row.get());
    Team one(1);
    const auto sums = walk_.margins(nothing, one);
    if (whole.size() != width) Reader::broken();
    std::vector<float> base;
    for (std::size_t i = 0; i < width; ++i) base.push_back(whole[i] - sums[i]);
    walk_.set_base(std::move(base));
}

PlainTrees Trees::plain() const {
    PlainTrees out;
    out.trees = walk_.plain();
    out.base = walk_.base();
    out.outputs = outputs_;
    out.forest = forest_;
    out.counts = loss_ == Loss::poisson && forest_ == 0 && outputs_ == 0;
    out.mean = mean_;
    out.scale = scale_;
    return out;
}

// Margins as probabilities or values.
std::vector<double> Trees::answer(std::span<const float> margins, std::size_t rows) const {
    std::vector<double> out;
    out.reserve(rows * std::max<std::size_t>(1, outputs_));
    const auto k = outputs_ > 2 ? outputs_ : 1;
    const auto trees = static_cast<double>(std::max<std::size_t>(1, forest_));
    for (std::size_t row = 0; row < rows; ++row) {
        const auto line = margins.subspan(row * k, k);
        if (outputs_ == 0) {
            const auto value = static_cast<double>(line[0]) / trees;
            out.push_back(
                loss_ == Loss::poisson && forest_ == 0 ? std::exp(value) : value / scale_ + mean_
            );
            continue;
        }
        std::vector<double> scores(line.begin(), line.end());
        if (forest_ == 0) {
            if (k == 1) scores = {0, scores[0]};
            softmax(scores);
        } else {  // the share of the leaves, kept from being quite sure
            const double start = 1 / static_cast<double>(std::max<std::size_t>(2, k));
            if (k == 1) scores = {-scores[0], scores[0]};
            double sum = 0;
            for (double& s : scores) sum += s = std::clamp(start + s / trees, 1e-3, 1 - 1e-3);
            for (double& s : scores) s /= sum;
        }
        out.insert(out.end(), scores.begin(), scores.end());
    }
    return out;
}

std::vector<double> Trees::predict(const Design& rows, Team& team) const {
    if (rows.columns != columns_)
        throw base::Error("model", "its features do not fit the rows", "train the model again");
    return answer(walk_.margins(rows, team), rows.rows);
}

void Trees::save(Writer& out) const {
    out.put<std::uint64_t>(outputs_);
    out.put<std::uint64_t>(columns_);
    out.put<std::uint64_t>(forest_);
    out.put<std::uint8_t>(static_cast<std::uint8_t>(loss_));
    out.put(mean_);
    out.put(scale_);
    out.text(bytes_);
}

void Trees::load(Reader& in) {
    outputs_ = in.get<std::uint64_t>();
    columns_ = in.get<std::uint64_t>();
    forest_ = in.get<std::uint64_t>();
    const auto loss = in.get<std::uint8_t>();
    if (loss >= base::words<Loss>.size()) Reader::broken();
    loss_ = static_cast<Loss>(loss);
    mean_ = in.get<double>();
    scale_ = in.get<double>();
    keep(in.text());
}

}  // namespace training
