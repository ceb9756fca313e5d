// A part of the input is dealt out anew among the rows while all else stays: the model gets values
// that it knows, only not with their rows. Texts go by title and body, a picture as a whole; a
// column that the model was not trained on is left out, for nothing would change.
#include "training/evaluation/importance.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/evaluation/metrics.hpp"

namespace training {

namespace {

double mean_row_loss(const Predictor& predictor, const Examples& rows, std::size_t threads) {
    const auto said = predictor.predict(rows, threads);
    const auto classes = predictor.class_names().size();
    double sum = 0;
    for (std::size_t row = 0; row < rows.rows; ++row)
        sum += classes > 0 ? loss_of_probability(
                                 said[row * classes + static_cast<std::size_t>(rows.classes[row])]
                             )
                           : loss_of(said[row], rows.targets[row], Loss::squared, 0);
    sum /= static_cast<double>(rows.rows);
    return classes > 0 ? sum : std::sqrt(sum);
}

// A part of the input, and how its values are taken from other rows.
struct Shuffled {
    std::string name;
    std::function<void(Examples& into, const std::vector<std::uint32_t>& from)> deal;
};

std::vector<Shuffled>
parts_to_shuffle(const Predictor& predictor, const Examples& rows, std::size_t most) {
    std::vector<Shuffled> out;
    const auto any = [&](auto part) {
        for (const auto& text : rows.text)
            if (!(text.*part).empty()) return true;
        return false;
    };
    const auto of_text = [&](std::string name, std::string_view TextView::*part) {
        if (!any(part)) return;
        out.push_back({std::move(name), [&rows, part](Examples& into, const auto& from) {
                           into.text = {};
                           for (std::size_t row = 0; row < into.rows; ++row) {
                               auto text = rows.text[row];
                               text.*part = rows.text[from[row]].*part;
                               into.text.push_back(text);
                           }
                       }});
    };
    of_text("title", &TextView::title);
    of_text("body", &TextView::body);
    const auto width = rows.columns.size();
    const auto& inputs = predictor.inputs();
    for (std::size_t c = 0; c < width && out.size() < most; ++c) {
        const auto& name = rows.columns[c].name;
        const bool used = !inputs || std::any_of(
                                         inputs->columns().begin(),
                                         inputs->columns().end(),
                                         [&](const auto& column) { return column.name == name; }
                                     );
        if (!used) continue;
        out.push_back({name, [&rows, c, width](Examples& into, const auto& from) {
                           for (std::size_t row = 0; row < into.rows; ++row)
                               into.numeric[row * width + c] = rows.numeric[from[row] * width + c];
                       }});
    }
    if (rows.pixel_count > 0)
        out.push_back({"picture", [&rows](Examples& into, const auto& from) {
                           for (std::size_t row = 0; row < into.rows; ++row)
                               std::copy_n(
                                   rows.pixels.data() + from[row] * rows.pixel_count,
                                   rows.pixel_count,
                                   into.pixels.data() + row * rows.pixel_count
                               );
                       }});
    return out;
}

Examples sample(const Examples& examples, const ImportanceSpec& spec) {
    if (examples.rows <= spec.rows) return examples;
    std::vector<std::size_t> order(examples.rows);
    std::iota(order.begin(), order.end(), std::size_t{0});
    base::CounterRandom(spec.seed, 31).shuffle(std::span(order));
    order.resize(spec.rows);
    std::sort(order.begin(), order.end());
    return take(examples, order);
}

}  // namespace

Importance permutation_importance(
    const Predictor& predictor,
    const Examples& examples,
    const ImportanceSpec& spec
) {
    Importance out;
    const bool labelled =
        predictor.predicts_classes() ? !examples.classes.empty() : !examples.targets.empty();
    if (examples.rows == 0 || !labelled || spec.repetitions == 0) return out;
    const auto rows = sample(examples, spec);
    out.rows = rows.rows;
    out.loss = mean_row_loss(predictor, rows, spec.threads);
    const auto parts = parts_to_shuffle(predictor, rows, spec.columns);
    for (std::size_t p = 0; p < parts.size(); ++p) {
        std::vector<double> rises;
        for (std::size_t r = 0; r < spec.repetitions; ++r) {
            if (spec.stop.stop_requested()) throw base::Interrupted();
            std::vector<std::uint32_t> from(rows.rows);
            std::iota(from.begin(), from.end(), 0U);
            base::CounterRandom(spec.seed, 1000 + p * spec.repetitions + r)
                .shuffle(std::span(from));
            auto dealt = rows;
            parts[p].deal(dealt, from);
            rises.push_back(mean_row_loss(predictor, dealt, spec.threads) - out.loss);
        }
        const auto n = static_cast<double>(rises.size());
        ColumnImportance one{parts[p].name, 0, 0};
        for (double rise : rises) one.rise += rise / n;
        for (double rise : rises) one.deviation += (rise - one.rise) * (rise - one.rise);
        one.deviation = rises.size() > 1 ? std::sqrt(one.deviation / (n - 1)) : 0;
        out.columns.push_back(std::move(one));
    }
    std::stable_sort(out.columns.begin(), out.columns.end(), [](const auto& a, const auto& b) {
        return a.rise > b.rise;
    });
    return out;
}

}  // namespace training
