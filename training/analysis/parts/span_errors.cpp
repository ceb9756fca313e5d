// Which said span a given one belongs to decides what the fault is called: one that is cut
// otherwise is one fault, not a missed and a spurious span.
#include "training/analysis/parts/span_errors.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "base/text/utf8.hpp"

namespace training {

namespace {

constexpr std::size_t characters_shown = 40;

std::size_t common_points(const schema::TextSpan& a, const schema::TextSpan& b) {
    const auto from = std::max(a.start, b.start), to = std::min(a.end, b.end);
    return to > from ? to - from : 0;
}

// A pair that could belong together; the smallest is taken first.
struct Pair {
    int rank = 0;  // equal, same place, same label, any
    std::size_t common = 0, truth = 0, said = 0;

    auto key() const { return std::tuple(rank, -static_cast<std::ptrdiff_t>(common), truth, said); }
};

std::vector<Pair>
pairs_of(std::span<const schema::TextSpan> truth, std::span<const schema::TextSpan> said) {
    std::vector<Pair> out;
    for (std::size_t t = 0; t < truth.size(); ++t)
        for (std::size_t s = 0; s < said.size(); ++s) {
            const auto common = common_points(truth[t], said[s]);
            if (common == 0 && truth[t] != said[s]) continue;
            const bool place = truth[t].start == said[s].start && truth[t].end == said[s].end;
            const bool label = truth[t].label == said[s].label;
            out.push_back({place && label ? 0 : place ? 1 : label ? 2 : 3, common, t, s});
        }
    std::sort(out.begin(), out.end(), [](const Pair& a, const Pair& b) {
        return a.key() < b.key();
    });
    return out;
}

// Mean probabilities of given spans: of each label, and of all.
struct Thresholds {
    std::map<std::string, double> of_label;
    double all = 1;
};

Thresholds thresholds_of(std::span<const JudgedSpans> texts) {
    std::map<std::string, std::pair<double, double>> sums;  // and how many
    double sum = 0, count = 0;
    for (const auto& text : texts)
        for (std::size_t i = 0; i < text.truth.size(); ++i) {
            if (std::isnan(text.of_truth[i])) continue;
            auto& of = sums[text.truth[i].label];
            of.first += text.of_truth[i];
            ++of.second;
            sum += text.of_truth[i];
            ++count;
        }
    Thresholds out;
    for (const auto& [label, of] : sums) out.of_label[label] = of.first / of.second;
    if (count > 0) out.all = sum / count;
    return out;
}

std::optional<SpanSuspect>
suspect_at(const JudgedSpans& text, const SpanMismatch& at, const Thresholds& thresholds) {
    const double given = at.truth ? text.of_truth[*at.truth] : 0;
    if (std::isnan(given)) return std::nullopt;
    const auto* said = at.said ? &text.said.spans[*at.said] : nullptr;
    const double other = said ? said->probability : 1 - given;
    const double own = at.truth ? given : 1 - other;
    if (!(other > own)) return std::nullopt;
    const double both = own + other;
    double needed = thresholds.all;
    if (said) {
        const auto found = thresholds.of_label.find(said->span.label);
        needed = found == thresholds.of_label.end() ? 2 : found->second;  // nobody gave that label
    }
    return SpanSuspect{at, both > 0 ? own / both : 0.5, other >= needed};
}

}  // namespace

std::vector<SpanMismatch>
mismatches(std::span<const schema::TextSpan> truth, std::span<const schema::TextSpan> said) {
    std::vector<std::uint8_t> truth_taken(truth.size()), said_taken(said.size());
    std::vector<SpanMismatch> out;
    for (const auto& pair : pairs_of(truth, said)) {
        if (truth_taken[pair.truth] || said_taken[pair.said]) continue;
        truth_taken[pair.truth] = said_taken[pair.said] = 1;
        if (pair.rank == 0) continue;
        const auto fault = pair.rank == 2 ? SpanFault::boundary : SpanFault::label;
        out.push_back({fault, pair.truth, pair.said});
    }
    for (std::size_t t = 0; t < truth.size(); ++t)
        if (!truth_taken[t]) out.push_back({SpanFault::missed, t, std::nullopt});
    for (std::size_t s = 0; s < said.size(); ++s)
        if (!said_taken[s]) out.push_back({SpanFault::spurious, std::nullopt, s});
    const auto place = [&](const SpanMismatch& one) {
        return one.truth ? truth[*one.truth].start : said[*one.said].start;
    };
    std::stable_sort(out.begin(), out.end(), [&](const auto& a, const auto& b) {
        return place(a) < place(b);
    });
    return out;
}

double
span_error(const std::vector<schema::TextSpan>& said, const std::vector<schema::TextSpan>& truth) {
    const auto overlap = schema::exact_overlap(said, truth);
    const double both = overlap.first + overlap.second;
    return both == 0 ? 0 : 1 - 2 * overlap.common / both;
}

std::vector<JudgedSpans> judge_spans(const Predictor& predictor, const Examples& examples) {
    auto said = predictor.find_spans(examples);
    auto of_truth = predictor.span_probabilities(examples);
    std::vector<JudgedSpans> out;
    for (std::size_t row = 0; row < examples.rows; ++row)
        out.push_back({examples.spans[row], std::move(said[row]), std::move(of_truth[row])});
    return out;
}

std::vector<std::vector<SpanSuspect>> span_suspects(std::span<const JudgedSpans> texts) {
    const auto thresholds = thresholds_of(texts);
    std::vector<std::vector<SpanSuspect>> out;
    for (const auto& text : texts) {
        auto& own = out.emplace_back();
        for (const auto& at : mismatches(text.truth, text.said.bare()))
            if (auto suspect = suspect_at(text, at, thresholds)) own.push_back(*suspect);
        std::stable_sort(own.begin(), own.end(), [](const auto& a, const auto& b) {
            return a.quality < b.quality;
        });
    }
    return out;
}

std::string marked_text(std::string_view body, const schema::TextSpan& span) {
    const auto end = base::first_characters(body, span.end);
    const auto start = base::first_characters(body, span.start).size();
    const auto marked = end.substr(std::min(start, end.size()));
    std::string out(base::first_characters(marked, characters_shown));
    for (char& c : out)
        if (static_cast<unsigned char>(c) < ' ') c = ' ';
    return out.size() < marked.size() ? out + ".." : out;
}

}  // namespace training
