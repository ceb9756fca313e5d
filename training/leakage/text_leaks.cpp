// A word that parts the classes may be what they are about, so it is told and does not stop, unless
// each class is told by its name. Lines at the head are part of the texts too; what matters is what
// a figure is worth where they are missing, so the gap is measured: the same model, fitted to one
// half of a sample and judged on the other, with and without them.
#include "training/leakage/text_leaks.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/numbers/random.hpp"
#include "base/text/ascii.hpp"
#include "training/evaluation/metrics.hpp"
#include "training/features/words.hpp"
#include "training/leakage/part_label_leaks.hpp"
#include "training/trainer.hpp"

namespace training {

namespace {

constexpr std::size_t rows_needed = 50;
constexpr std::size_t rows_of_class = 20;
constexpr std::size_t sampled = 4000, sets_fitted = 10;
constexpr double nearly_all = 0.98;

// The line's end, and where the next begins.
std::size_t line_end(std::string_view text, std::size_t at) {
    return std::min(text.find('\n', at), text.size());
}

// "Organization" of "Organization: X"; empty if the line is none of the kind.
std::string_view name_of_line(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == line.npos || colon == 0 || colon > 40) return {};
    if (colon + 1 < line.size() && line[colon + 1] != ' ' && line[colon + 1] != '\t' &&
        line[colon + 1] != '\r')
        return {};
    for (char c : line.substr(0, colon))
        if (!base::is_alnum(c) && c != '-' && c != '_') return {};
    return line.substr(0, colon);
}

// Names of the lines at the head, and where they end; nothing unless there are two.
std::size_t head_of(std::string_view text, std::vector<std::string_view>& names) {
    names.clear();
    std::size_t at = 0;
    while (at < text.size()) {
        const auto end = line_end(text, at);
        const auto line = text.substr(at, end - at);
        const bool goes_on = !names.empty() && !line.empty() && (line[0] == ' ' || line[0] == '\t');
        if (!goes_on) {
            const auto name = name_of_line(line);
            if (name.empty()) break;
            names.push_back(name);
        }
        at = std::min(text.size(), end + 1);
    }
    return names.size() < 2 ? 0 : at;
}

// The accuracy of a model of the texts alone; of sets its micro F1.
double score_of(const Examples& train, const Examples& judged, std::uint64_t seed) {
    TrainSpec spec;
    spec.model = "softmax";
    spec.features.use_numeric = spec.features.use_pixels = false;
    spec.seed = seed;
    const auto model = Predictor::load(fit(train, {}, spec).artefact);
    const auto classes = judged.class_names.size();
    double both = 0, all = 0;
    std::size_t right = 0;
    model.predict_blocks(judged, [&](std::size_t from, const std::vector<double>& probabilities) {
        if (judged.has_sets()) {
            for (std::size_t i = 0; i < probabilities.size(); ++i) {
                const bool said = probabilities[i] > 0.5,
                           is = judged.marks[from * classes + i] != 0;
                both += said && is;
                all += static_cast<double>(said) + static_cast<double>(is);
            }
            return;
        }
        const auto said = decide(probabilities, classes);
        for (std::size_t i = 0; i < said.size(); ++i) right += said[i] == judged.classes[from + i];
    });
    if (judged.has_sets()) return all > 0 ? 2 * both / all : 1;
    return static_cast<double>(right) / static_cast<double>(std::max<std::size_t>(1, judged.rows));
}

// Texts and labels alone; of sets only those of a few frequent classes, for each is a model.
Examples texts_and_labels(const Examples& train) {
    Examples out;
    out.rows = train.rows;
    out.text = train.text;
    out.classes = train.classes;
    out.class_names = train.class_names;
    if (!train.has_sets()) return out;
    const auto chosen = frequent_classes(train, sets_fitted);
    out.class_names.clear();
    for (auto c : chosen) out.class_names.push_back(train.class_names[c]);
    for (std::size_t row = 0; row < train.rows; ++row)
        for (auto c : chosen) out.marks.push_back(train.marks[row * train.class_names.size() + c]);
    return out;
}

std::vector<LeakFinding> head_leaks(const Examples& train, std::uint64_t seed) {
    std::vector<std::string_view> names;
    std::map<std::string, std::size_t> rows_with;
    std::size_t with = 0;
    for (const auto& text : train.text) {
        if (head_of(text.body, names) == 0) continue;
        ++with;
        for (const auto& name : std::set<std::string_view>(names.begin(), names.end()))
            ++rows_with[std::string(name)];
    }
    if (with * 2 < train.rows) return {};
    std::vector<std::size_t> order(train.rows);
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    base::CounterRandom(seed, 61).shuffle(std::span(order));
    order.resize(std::min(order.size(), sampled));
    const auto half = static_cast<std::ptrdiff_t>(order.size() / 2);
    const auto texts = texts_and_labels(train);
    if (texts.class_names.empty()) return {};
    std::array<Examples, 2> full{
        take(texts, {order.begin(), order.begin() + half}),
        take(texts, {order.begin() + half, order.end()})};
    const auto& known = full[0].classes;
    if (!known.empty() &&
        std::all_of(known.begin(), known.end(), [&](int c) { return c == known.front(); }))
        return {};
    const double all = score_of(full[0], full[1], seed);
    for (auto& part : full)
        for (std::size_t row = 0; row < part.rows; ++row) {
            const auto text = part.text[row];
            part.text.set(row, {text.title, without_head(text.body)});
        }
    const double bare = score_of(full[0], full[1], seed);
    LeakFinding found{
        .kind = LeakKind::header,
        .gravity = Gravity::warning,
        .text = {},
        .columns = {},
        .examples = {},
        .measure = train.has_sets() ? "micro F1 lost without" : "accuracy lost without",
        .value = all - bare};
    std::vector<std::pair<std::size_t, std::string>> frequent;
    for (const auto& [name, rows] : rows_with)
        if (rows * 4 >= train.rows) frequent.emplace_back(rows, name);
    std::sort(frequent.rbegin(), frequent.rend());
    for (const auto& [rows, name] : frequent)
        if (found.columns.size() < 8) found.columns.push_back(name);
    found.text = fmt::format(
        "{:.0f} % of the texts begin with lines as '{}:'; a model on {} of them scores {:.3f} with "
        "and "
        "{:.3f} without these lines",
        100 * static_cast<double>(with) / static_cast<double>(train.rows),
        fmt::join(found.columns, ":', '"),
        order.size() / 2,
        all,
        bare
    );
    if (all - bare < 0.02) return {};
    return {found};
}

// Of a word: rows that have it, by class.
using Counts = std::vector<std::uint32_t>;

// Of what stands between blanks, the word of the hash: "r" of "r-base". The shortest piece that is
// this word and no other; words that are longer than any are told with what stands around them.
std::string narrowed(std::string_view piece, std::uint64_t hash) {
    constexpr std::size_t longest = 64;
    const auto inside = [&](std::size_t at) {  // not the begin of a character
        return at < piece.size() && (static_cast<unsigned char>(piece[at]) & 0xc0) == 0x80;
    };
    std::vector<std::uint64_t> one;
    for (std::size_t size = 1; size <= std::min(longest, piece.size()); ++size)
        for (std::size_t at = 0; at + size <= piece.size(); ++at) {
            if (inside(at) || inside(at + size)) continue;
            one.clear();
            hash_words(piece.substr(at, size), 0, one);
            if (one.size() == 1 && one[0] == hash) return std::string(piece.substr(at, size));
        }
    return std::string(piece);
}

// The word of the hash, as a row has it.
std::string spelled(const Examples& train, std::uint64_t hash) {
    std::vector<std::uint64_t> one;
    for (const auto& item : train.text)
        for (const auto* part : {&item.title, &item.body})
            for (std::size_t at = 0; at < part->size();) {
                const auto end = std::min(part->find_first_of(" \n\t\r", at), part->size());
                one.clear();
                hash_words(std::string_view(*part).substr(at, end - at), 0, one);
                if (std::find(one.begin(), one.end(), hash) != one.end())
                    return narrowed(std::string_view(*part).substr(at, end - at), hash);
                at = end + 1;
            }
    return {};
}

struct Telling {
    std::uint64_t word = 0;
    double recall = 0, others = 1;
};

// One class, or those of a set.
std::vector<std::size_t> classes_of_row(const Examples& train, std::size_t row) {
    if (train.has_classes()) return {static_cast<std::size_t>(train.classes[row])};
    std::vector<std::size_t> out;
    const auto width = train.class_names.size();
    for (std::size_t c = 0; c < width; ++c)
        if (train.marks[row * width + c]) out.push_back(c);
    return out;
}

// Of each class the word that parts it best from the others.
std::vector<Telling> telling_words(const Examples& train, const std::vector<std::size_t>& rows) {
    const auto classes = train.class_names.size();
    std::unordered_map<std::uint64_t, Counts> counts;
    std::vector<std::uint64_t> words;
    std::vector<double> size(classes + 1);  // the last: of all rows
    for (auto row : rows) {
        words.clear();
        hash_words(train.text[row].title, 0, words);
        hash_words(train.text[row].body, 0, words);
        std::sort(words.begin(), words.end());
        words.erase(std::unique(words.begin(), words.end()), words.end());
        auto labels = classes_of_row(train, row);
        labels.push_back(classes);
        for (auto label : labels) size[label] += 1;
        for (auto word : words) {
            auto& of = counts[word];
            of.resize(classes + 1);
            for (auto label : labels) ++of[label];
        }
    }
    std::vector<Telling> best(classes);
    for (const auto& [word, of] : counts)
        for (std::size_t c = 0; c < classes; ++c) {
            if (size[c] < rows_of_class || of[c] < nearly_all * size[c]) continue;
            const double outside = of[classes] - of[c], elsewhere = size[classes] - size[c];
            const Telling here{word, of[c] / size[c], elsewhere > 0 ? outside / elsewhere : 1};
            const auto gain = [](const Telling& one) { return one.recall - one.others; };
            if (gain(here) > gain(best[c]) || (gain(here) == gain(best[c]) && word < best[c].word))
                best[c] = here;
        }
    return best;
}

std::vector<LeakFinding> word_leaks(const Examples& train) {
    std::vector<std::size_t> rows(std::min(train.rows, 5 * sampled));
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i * train.rows / rows.size();
    const auto best = telling_words(train, rows);
    std::vector<LeakFinding> out;
    const auto tells = [&](std::size_t c) {
        return best[c].recall >= nearly_all && best[c].others <= 1 - nearly_all;
    };
    const auto named_by = [&](std::size_t c) {
        std::vector<std::uint64_t> name;
        hash_words(train.class_names[c], 0, name);
        return tells(c) && std::find(name.begin(), name.end(), best[c].word) != name.end();
    };
    std::vector<std::size_t> size(best.size());
    for (auto row : rows)
        for (auto c : classes_of_row(train, row)) ++size[c];
    bool all_named = true;  // the classes that are large enough to say so
    for (std::size_t c = 0; c < best.size(); ++c)
        if (size[c] >= rows_of_class && !named_by(c)) all_named = false;
    for (std::size_t c = 0; c < best.size(); ++c) {
        if (!tells(c)) continue;
        const bool named = named_by(c);
        const auto word = spelled(train, best[c].word);
        out.push_back(
            {.kind = LeakKind::word,
             .gravity = named && all_named ? Gravity::stop : Gravity::warning,
             .text = fmt::format(
                 "the word '{}' stands in {:.1f} % of the texts of class '{}' and in {:.1f} % of "
                 "the "
                 "others{}",
                 word,
                 100 * best[c].recall,
                 train.class_names[c],
                 100 * best[c].others,
                 named ? ", and is its name" : ""
             ),
             .columns = {},
             .examples = {word},
             .measure = "share of the class less share of the others",
             .value = best[c].recall - best[c].others}
        );
    }
    return out;
}

}  // namespace

std::string_view without_head(std::string_view body) {
    std::vector<std::string_view> names;
    return body.substr(head_of(body, names));
}

std::vector<LeakFinding> text_leaks(const Examples& train, std::uint64_t seed) {
    if (train.text.empty() || !train.of_classes() || train.rows < rows_needed) return {};
    auto out = word_leaks(train);
    for (auto& one : head_leaks(train, seed)) out.push_back(std::move(one));
    return out;
}

}  // namespace training
