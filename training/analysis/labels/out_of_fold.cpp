// Rows that are nearly alike share a fold: a model that has seen the twin of a wrong label, with
// the same wrong label, would find it right. So folds are dealt heap by heap, the largest first,
// which keeps classes even where heaps are small, as they are but for templates.
#include "training/analysis/labels/out_of_fold.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "schema/records/record.hpp"
#include "training/snapshots/near_pairs.hpp"

namespace training {

namespace {

// Hashes of what rows hold beside their text; 0 for texts that are too short to have one.
std::vector<std::uint64_t> hashes_of_rows(const Examples& examples) {
    std::vector<std::uint64_t> out(examples.rows);
    for (std::size_t row = 0; row < examples.rows; ++row) {
        if (!examples.text.empty()) {
            const auto& text = examples.text[row];
            out[row] = schema::simhash(text.joined());
            continue;
        }
        const auto width = examples.columns.size();
        const auto bytes = [](const void* at, std::size_t size) {
            return std::string_view(static_cast<const char*>(at), size);
        };
        if (width > 0)
            out[row] = base::seed_of(bytes(&examples.numeric[row * width], width * sizeof(double)));
        if (examples.pixel_count > 0)
            out[row] = base::seed_of(
                bytes(&examples.pixels[row * examples.pixel_count], examples.pixel_count), out[row]
            );
    }
    return out;
}

}  // namespace

std::vector<std::uint32_t>
fold_of_rows(const Examples& examples, std::size_t folds, std::uint64_t seed) {
    std::vector<std::uint32_t> leader(examples.rows);
    std::iota(leader.begin(), leader.end(), 0U);
    const auto root = [&](std::uint32_t row) {
        while (leader[row] != row) row = leader[row] = leader[leader[row]];
        return row;
    };
    near_pairs(hashes_of_rows(examples), examples.text.empty() ? 0 : 3, [&](auto a, auto b) {
        const auto x = root(a), y = root(b);
        leader[std::max(x, y)] = std::min(x, y);
    });
    std::map<std::uint32_t, std::vector<std::uint32_t>> alike;
    for (std::uint32_t row = 0; row < examples.rows; ++row) alike[root(row)].push_back(row);
    std::vector<std::uint32_t> order;
    for (const auto& [first, rows] : alike) order.push_back(first);
    base::CounterRandom(seed, 19).shuffle(std::span(order));
    // The largest heaps first, each into the fold that has least of its class.
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
        return alike.at(a).size() > alike.at(b).size();
    });
    std::map<int, std::vector<std::size_t>> had;
    std::vector<std::size_t> rows_of(folds);
    std::vector<std::uint32_t> out(examples.rows);
    for (auto first : order) {
        const auto& rows = alike.at(first);
        auto& counts = had[examples.has_classes() ? examples.classes[first] : 0];
        counts.resize(folds);
        std::size_t least = 0;
        for (std::size_t f = 1; f < folds; ++f)
            if (std::pair(counts[f], rows_of[f]) < std::pair(counts[least], rows_of[least]))
                least = f;
        counts[least] += rows.size();
        rows_of[least] += rows.size();
        for (auto row : rows) out[row] = static_cast<std::uint32_t>(least);
    }
    return out;
}

namespace {

// Calls see(model, rows that it has not seen, their places) for each fold that has rows.
template <typename See>
void each_fold(
    const Examples& examples,
    const TrainSpec& spec,
    std::size_t folds,
    const std::stop_token& stop,
    const See& see
) {
    auto plain = spec;
    plain.decision = {};
    const auto fold = fold_of_rows(examples, folds, spec.seed);
    for (std::size_t f = 0; f < folds; ++f) {
        std::vector<std::size_t> inside, outside;
        for (std::size_t row = 0; row < examples.rows; ++row)
            (fold[row] == f ? outside : inside).push_back(row);
        if (outside.empty()) continue;
        if (stop.stop_requested()) throw base::Interrupted();
        const auto fitted = fit(take(examples, inside), {}, plain, {}, stop);
        see(Predictor::load(fitted.artefact), take(examples, outside), outside);
    }
}

// What judge(model, rows) says of each row, by a model that did not learn it.
template <typename Said, typename Judge>
std::vector<Said> each_row_out_of_fold(
    const Examples& examples,
    const TrainSpec& spec,
    std::size_t folds,
    std::stop_token stop,
    Judge judge
) {
    std::vector<Said> out(examples.rows);
    each_fold(
        examples,
        spec,
        folds,
        stop,
        [&](const Predictor& model, const Examples& rows, const std::vector<std::size_t>& places) {
            auto said = judge(model, rows);
            for (std::size_t i = 0; i < places.size(); ++i) out[places[i]] = std::move(said[i]);
        }
    );
    return out;
}

}  // namespace

std::vector<double> out_of_fold(
    const Examples& examples,
    const TrainSpec& spec,
    std::size_t folds,
    std::stop_token stop
) {
    const auto classes = examples.class_names.size();
    std::vector<double> out(examples.rows * classes);
    each_fold(
        examples,
        spec,
        folds,
        stop,
        [&](const Predictor& model, const Examples& rows, const std::vector<std::size_t>& places) {
            const auto predicted = model.predict(rows, spec.threads);
            for (std::size_t i = 0; i < places.size(); ++i)
                std::copy_n(
                    predicted.begin() + static_cast<std::ptrdiff_t>(i * classes),
                    classes,
                    out.begin() + static_cast<std::ptrdiff_t>(places[i] * classes)
                );
        }
    );
    return out;
}

std::vector<JudgedSpans> spans_out_of_fold(
    const Examples& examples,
    const TrainSpec& spec,
    std::size_t folds,
    std::stop_token stop
) {
    return each_row_out_of_fold<JudgedSpans>(examples, spec, folds, stop, judge_spans);
}

std::vector<double> answers_out_of_fold(
    const Examples& examples,
    const TrainSpec& spec,
    std::size_t folds,
    std::stop_token stop
) {
    std::vector<std::vector<double>> by_record(examples.rows);
    each_fold(
        examples,
        spec,
        folds,
        stop,
        [&](const Predictor& model, const Examples& rows, const std::vector<std::size_t>& places) {
            const auto found =
                model
                    .judge_answers(rows, {.threads = spec.threads, .figures = false, .parts = true})
                    .probable;
            const auto classes = static_cast<std::ptrdiff_t>(found.names.size());
            for (std::size_t part = 0; part < found.record.size(); ++part) {
                const auto from =
                    found.probabilities.begin() + static_cast<std::ptrdiff_t>(part) * classes;
                auto& of = by_record[places[found.record[part]]];
                of.insert(of.end(), from, from + classes);
            }
        }
    );
    std::vector<double> out;
    for (const auto& of : by_record) out.insert(out.end(), of.begin(), of.end());
    return out;
}

std::vector<std::vector<MarkedBox>> boxes_out_of_fold(
    const Examples& examples,
    const TrainSpec& spec,
    std::size_t folds,
    std::stop_token stop
) {
    return each_row_out_of_fold<std::vector<MarkedBox>>(
        examples,
        spec,
        folds,
        stop,
        [&](const Predictor& model, const Examples& rows) {
            auto judged = model.judge_answers(
                rows, {.threads = spec.threads, .figures = false, .parts = true}
            );
            std::vector<std::vector<MarkedBox>> said;
            for (auto& row : judged.boxes) said.push_back(std::move(row.said));
            return said;
        }
    );
}

std::vector<std::string> said_out_of_fold(
    const Examples& examples,
    const TrainSpec& spec,
    std::size_t folds,
    std::stop_token stop
) {
    return each_row_out_of_fold<std::string>(
        examples,
        spec,
        folds,
        stop,
        [&](const Predictor& model, const Examples& rows) {
            auto judged = model.judge_answers(rows, {.threads = spec.threads, .figures = false});
            std::vector<std::string> said;
            for (auto& row : judged.said) said.push_back(std::move(row.answer));
            return said;
        }
    );
}

}  // namespace training
