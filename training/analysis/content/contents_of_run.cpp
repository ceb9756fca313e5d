#include "training/analysis/content/contents_of_run.hpp"

namespace training {

namespace {

constexpr const char* column_name = "content cluster";

}  // namespace

Design RunContents::rows(const Predictor& predictor, const Examples& examples, Team& team) const {
    return words ? words->apply(examples.text, team) : predictor.rows_of(examples, team);
}

std::optional<SliceColumn> RunContents::column(const Predictor& predictor, const Examples& examples)
    const {
    if (clusters.empty() || examples.rows == 0) return std::nullopt;
    Team team(0);
    SliceColumn out{.name = column_name, .telling = true};
    for (auto cluster : clusters.of(rows(predictor, examples, team), team))
        out.texts.push_back(clusters.names[cluster]);
    return out;
}

RunContents contents_of(
    const Predictor& predictor,
    const std::vector<Item>& items,
    const Examples& examples,
    std::uint64_t seed,
    std::stop_token stop
) {
    RunContents out;
    const bool parts = predictor.predicts_spans() || predictor.answers();
    if (examples.text.empty() && (parts || examples.pixel_count == 0)) return out;
    Team team(0);
    if (parts) {
        TextSpec spec;
        spec.ngrams = 1;
        spec.signed_hash = false;
        out.words.emplace(spec);
        out.words->fit(examples.text, team);
    }
    std::vector<std::string> keys;
    for (const auto& item : items) keys.push_back(item.id.key);
    out.clusters = content_clusters(
        out.rows(predictor, examples, team), examples, keys, {.seed = seed}, team, std::move(stop)
    );
    return out;
}

}  // namespace training
