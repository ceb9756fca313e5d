// The tagger of spans as a kind of model, and what is kept of it; all arithmetic is in
// training/tagging/sequence_tagger.cpp.
#include <algorithm>

#include "training/models/models.hpp"
#include "training/tagging/sequence_tagger.hpp"

namespace training {

void Crf::save(Writer& out) const {
    out.put<std::uint64_t>(tags_);
    out.put<std::uint64_t>(features_);
    std::vector<std::uint32_t> used;
    std::vector<float> weights;
    for (std::size_t f = 0; f < features_; ++f) {
        const auto* row = table_.data() + f * width_;
        if (std::all_of(row, row + tags_, [](float w) { return w == 0; })) continue;
        used.push_back(static_cast<std::uint32_t>(f));
        weights.insert(weights.end(), row, row + tags_);
    }
    out.list(used);
    out.list(weights);
    out.list(step_weights_);
}

void Crf::load(Reader& in) {
    const auto tags = in.get<std::uint64_t>();
    features_ = in.get<std::uint64_t>();
    if (tags < 5 || tags > 4097 || (tags - 1) % 4 != 0 || features_ > (1U << 26) ||
        features_ * (tags + 7) > (std::uint64_t{1} << 31))
        Reader::broken();
    set_shape(tags);
    const auto used = in.list<std::uint32_t>();
    const auto weights = in.list<float>();
    step_weights_ = in.list<double>();
    if (weights.size() != used.size() * tags_ || step_weights_.size() != steps_.size())
        Reader::broken();
    table_.assign(features_ * width_, 0);
    for (std::size_t i = 0; i < used.size(); ++i) {
        if (used[i] >= features_) Reader::broken();
        std::copy_n(weights.data() + i * tags_, tags_, table_.data() + used[i] * width_);
    }
}

const ModelKind& crf_kind() {
    static const ModelKind kind{
        .name = "crf",
        .words = "linear-chain conditional random field: tags the words of texts with spans",
        .hyperparameters =
            {{.name = "rate",
              .words = "of the first steps",
              .usual = 0.3,
              .low = 0.05,
              .high = 1,
              .logarithmic = true,
              .at_least = 1e-6,
              .grid = {0.1, 0.3, 0.6}},
             {.name = "l2",
              .words = "how far weights are drawn to 0",
              .usual = 1e-6,
              .low = 1e-8,
              .high = 1e-3,
              .logarithmic = true,
              .grid = {1e-7, 1e-6, 1e-5}},
             {.name = "epochs", .words = "at most; 0 by the size of the data", .whole = true}},
        .learns = Learns::spans,
        .takes = Takes::sequences,
        .make = [](const Params& params) -> std::unique_ptr<Model> {
            return std::make_unique<Crf>(params);
        }};
    return kind;
}

}  // namespace training
