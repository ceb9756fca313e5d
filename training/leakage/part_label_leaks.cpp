// A set is judged class by class: a column that says one of thirty classes is as much of a leak as
// one that says all, and in a figure over all classes it would not be seen.
//
// A tagger sees words alone. What would let it know its spans is something in the text that the
// labelling put there: marks, or the label's name before each of its spans.
#include "training/leakage/part_label_leaks.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text/ascii.hpp"
#include "training/leakage/column_leaks.hpp"
#include "training/snapshots/label_copies.hpp"
#include "training/tagging/tokens.hpp"

namespace training {

namespace {

constexpr std::size_t rows_of_a_class = 20, classes_looked_at = 50, rows_of_columns = 50'000;
constexpr std::size_t tokens_beside = 3, spans_needed = 20;
constexpr double nearly_always = 0.98;

// Columns and marks of at most so many rows, spread over all.
Examples columns_alone(const Examples& all) {
    Examples out;
    out.rows = all.rows;
    out.columns = all.columns;
    out.numeric = all.numeric;
    out.levels = all.levels;
    out.marks = all.marks;
    out.class_names = all.class_names;
    if (all.rows <= rows_of_columns) return out;
    std::vector<std::size_t> chosen(rows_of_columns);
    for (std::size_t i = 0; i < chosen.size(); ++i) chosen[i] = i * all.rows / chosen.size();
    return take(out, chosen);
}

// A number for each different set.
std::vector<int> sets_as_classes(const Examples& rows) {
    std::map<std::vector<std::uint8_t>, int> known;
    std::vector<int> out;
    const auto width = rows.class_names.size();
    for (std::size_t row = 0; row < rows.rows; ++row) {
        const auto from = rows.marks.begin() + static_cast<std::ptrdiff_t>(row * width);
        std::vector<std::uint8_t> set(from, from + static_cast<std::ptrdiff_t>(width));
        out.push_back(known.emplace(std::move(set), static_cast<int>(known.size())).first->second);
    }
    return out;
}

std::vector<LeakFinding> copies_of_sets(const Examples& rows) {
    Examples whole = rows;
    whole.marks.clear();
    whole.classes = sets_as_classes(rows);
    LabelCopies copies;
    copies.see(whole);
    std::vector<LeakFinding> out;
    for (const auto& name : copies.columns())
        out.push_back(
            {.kind = LeakKind::copy,
             .gravity = Gravity::stop,
             .text = fmt::format(
                 "column '{}' stands for the sets of classes, one value for each (of all rows)",
                 name
             ),
             .columns = {name},
             .examples = {},
             .measure = "share of rows",
             .value = 1}
        );
    return out;
}

// Of one label: spans that have a token beside them.
struct Beside {
    std::size_t spans = 0;
    std::map<std::string, std::size_t> with;
};

LeakFinding beside_finding(
    const std::string& label,
    const std::string& token,
    const char* where,
    double share,
    bool named
) {
    return {
        .kind = LeakKind::word,
        .gravity = named ? Gravity::stop : Gravity::warning,
        .text = fmt::format(
            "'{}' stands {} {:.1f} % of the spans of '{}', and hardly elsewhere{}",
            token,
            where,
            100 * share,
            label,
            named ? ", and is its name: the texts hold marks of their labels" : ""
        ),
        .columns = {},
        .examples = {token},
        .measure = "share of the spans",
        .value = share};
}

// Tokens of all texts, and those beside spans, by label, before and behind.
struct SpanTokens {
    std::map<std::string, std::size_t> all;
    std::map<std::string, Beside> beside[2];
    std::map<std::pair<std::string, std::string>, std::size_t> near[2];  // label, token: places

    void see(std::string_view body, const std::vector<schema::TextSpan>& spans) {
        const auto tokens = tokens_of(body);
        std::vector<std::string> words;
        for (const auto& token : tokens)
            words.push_back(base::to_lower(body.substr(token.from, token.to - token.from)));
        for (const auto& word : words) ++all[word];
        // A place counts once a label, however many spans are near it.
        std::set<std::pair<std::string, std::size_t>> counted[2];
        for (const auto& span : spans) {
            std::size_t first = 0, end = tokens.size();
            while (first < tokens.size() && tokens[first].end <= span.start) ++first;
            while (end > first && tokens[end - 1].start >= span.end) --end;
            const auto from = first - std::min(first, tokens_beside);
            const auto to = std::min(tokens.size(), end + tokens_beside);
            note(0, span.label, words, from, first, counted[0]);
            note(1, span.label, words, end, to, counted[1]);
        }
    }

private:
    void note(
        std::size_t side,
        const std::string& label,
        const std::vector<std::string>& words,
        std::size_t from,
        std::size_t to,
        std::set<std::pair<std::string, std::size_t>>& counted
    ) {
        auto& of = beside[side][label];
        ++of.spans;
        std::set<std::string> own;
        for (auto at = from; at < to; ++at) {
            own.insert(words[at]);
            if (counted.emplace(label, at).second) ++near[side][{label, words[at]}];
        }
        for (const auto& word : own) ++of.with[word];
    }
};

}  // namespace

std::vector<int> has_class(const Examples& rows, std::size_t at) {
    std::vector<int> out(rows.rows);
    for (std::size_t row = 0; row < rows.rows; ++row) {
        if (rows.has_sets()) {
            out[row] = rows.marks[row * rows.class_names.size() + at];
            continue;
        }
        const auto& spans = rows.spans[row];
        out[row] = std::any_of(spans.begin(), spans.end(), [&](const auto& span) {
            return span.label == rows.class_names[at];
        });
    }
    return out;
}

std::vector<std::size_t> frequent_classes(const Examples& rows, std::size_t most) {
    std::vector<std::pair<std::size_t, std::size_t>> found;  // rows, class
    for (std::size_t c = 0; c < rows.class_names.size(); ++c) {
        const auto has = has_class(rows, c);
        const auto count = static_cast<std::size_t>(std::count(has.begin(), has.end(), 1));
        if (count >= rows_of_a_class && rows.rows - count >= rows_of_a_class)
            found.emplace_back(count, c);
    }
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return a.first > b.first;
    });
    if (found.size() > most) found.resize(most);
    std::vector<std::size_t> out;
    for (const auto& [count, c] : found) out.push_back(c);
    return out;
}

std::vector<LeakFinding> set_leaks(const Examples& train, const Examples& held_out) {
    if (train.columns.empty()) return {};
    auto rows = columns_alone(train);
    auto out = copies_of_sets(rows);
    std::set<std::pair<LeakKind, std::string>> known;
    std::map<std::pair<LeakKind, std::string>, std::size_t> place, others;
    for (const auto& one : out) known.emplace(LeakKind::tell_tale, one.columns.front());
    const auto names = rows.class_names;
    for (auto c : frequent_classes(rows, classes_looked_at)) {
        auto binary = rows;
        binary.marks.clear();
        binary.classes = has_class(rows, c);
        binary.class_names = {"without " + names[c], names[c]};
        for (auto& one : column_leaks(binary, held_out)) {
            const std::pair which(one.kind, one.columns.empty() ? "" : one.columns.front());
            if (!known.insert(which).second) {
                ++others[which];
                continue;
            }
            place[which] = out.size();
            one.text += fmt::format(", of class '{}'", names[c]);
            out.push_back(std::move(one));
        }
    }
    for (const auto& [which, count] : others)
        if (const auto at = place.find(which); at != place.end())
            out[at->second].text += fmt::format(" and {} more", count);
    return out;
}

std::vector<LeakFinding> span_leaks(const Examples& train) {
    SpanTokens tokens;
    for (std::size_t row = 0; row < train.rows; ++row)
        tokens.see(train.text[row].body, train.spans[row]);
    std::vector<LeakFinding> out;
    constexpr const char* where[] = {"before", "behind"};
    for (std::size_t side = 0; side < 2; ++side)
        for (const auto& [label, of] : tokens.beside[side]) {
            if (of.spans < spans_needed) continue;
            for (const auto& [token, spans] : of.with) {
                const double share = static_cast<double>(spans) / static_cast<double>(of.spans);
                const double there = static_cast<double>(tokens.near[side].at({label, token})) /
                                     static_cast<double>(tokens.all.at(token));
                if (share < nearly_always || there < nearly_always) continue;
                out.push_back(
                    beside_finding(label, token, where[side], share, token == base::to_lower(label))
                );
            }
        }
    return out;
}

}  // namespace training
