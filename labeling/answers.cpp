// Answers as numbers: names become indexes once, and all that judges works on these.
//
// Indexes are given in the order of first sight and sorted at the end, so that the same answers in
// another order give the same result. Answers that are all numbers are sorted by value, which the
// metrics of ranks and amounts need.
#include "labeling/answers.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "labeling/export/csv.hpp"

namespace labeling {

namespace {

// Sorts names and returns the new index of each old one.
std::vector<std::uint32_t> sort_names(std::vector<std::string>& names) {
    std::vector<double> values;
    for (const auto& name : names)
        if (auto value = parse_number(name)) values.push_back(*value);
    bool numeric = values.size() == names.size();

    std::vector<std::uint32_t> order(names.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        if (numeric && values[a] != values[b]) return values[a] < values[b];
        return names[a] < names[b];
    });

    std::vector<std::uint32_t> place(names.size());
    std::vector<std::string> sorted(names.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) {
        place[order[i]] = i;
        sorted[i] = std::move(names[order[i]]);
    }
    names = std::move(sorted);
    return place;
}

Judgements read(const std::string& name, std::string text, const std::vector<std::string>& wanted) {
    detail::CsvReader csv(name, std::move(text));
    auto columns = csv.header(wanted);
    JudgementsBuilder builder;
    std::vector<std::string> row;
    bool any = false;
    while (csv.next(row)) {
        for (std::size_t i = 0; i < columns.size(); ++i)
            if (row[columns[i]].empty())
                csv.fail(
                    "the field '" + wanted[i] + "' is empty", "leave out rows without an answer"
                );
        builder.add(row[columns[0]], row[columns[1]], row[columns[2]]);
        any = true;
    }
    if (!any) csv.fail("no row after the header");
    return std::move(builder).build();
}

}  // namespace

std::optional<double> parse_number(const std::string& text) {
    const char* begin = text.data();
    const char* end = begin + text.size();
    if (begin != end && *begin == '+') ++begin;
    double value = 0;
    auto [stop, error] = std::from_chars(begin, end, value);
    if (error != std::errc() || stop != end || !std::isfinite(value)) return std::nullopt;
    return value;
}

std::optional<std::vector<double>> Judgements::numbers() const {
    std::vector<double> values;
    for (const auto& answer : answers) {
        auto value = parse_number(answer);
        if (!value) return std::nullopt;
        values.push_back(*value);
    }
    return values;
}

std::uint32_t JudgementsBuilder::index(Names& names, const std::string& name) {
    auto [at, added] =
        names.second.try_emplace(name, static_cast<std::uint32_t>(names.first.size()));
    if (added) names.first.push_back(name);
    return at->second;
}

void JudgementsBuilder::add(
    const std::string& question,
    const std::string& worker,
    const std::string& answer
) {
    Judgement row{index(questions_, question), index(workers_, worker), index(answers_, answer)};
    auto pair = static_cast<std::uint64_t>(row.question) << 32 | row.worker;
    auto [at, added] = seen_.try_emplace(pair, rows_.size());
    if (added) {
        rows_.push_back(row);
    } else {
        rows_[at->second] = row;
    }
}

void JudgementsBuilder::allow(const std::string& answer) {
    allowed_.push_back(index(answers_, answer));
}

Judgements JudgementsBuilder::build() && {
    drop_unused();
    Judgements result{
        std::move(questions_.first),
        std::move(workers_.first),
        std::move(answers_.first),
        std::move(rows_)};
    auto worker = sort_names(result.workers);
    auto answer = sort_names(result.answers);
    for (auto& row : result.rows) {
        row.worker = worker[row.worker];
        row.answer = answer[row.answer];
    }
    std::sort(result.rows.begin(), result.rows.end());
    return result;
}

// An answer that was only given and then replaced is no category.
void JudgementsBuilder::drop_unused() {
    std::vector<bool> used(answers_.first.size());
    for (const auto& row : rows_) used[row.answer] = true;
    for (auto answer : allowed_) used[answer] = true;

    std::vector<std::uint32_t> place(used.size());
    std::vector<std::string> kept;
    for (std::size_t i = 0; i < used.size(); ++i) {
        place[i] = static_cast<std::uint32_t>(kept.size());
        if (used[i]) kept.push_back(std::move(answers_.first[i]));
    }
    answers_.first = std::move(kept);
    for (auto& row : rows_) row.answer = place[row.answer];
}

Judgements read_answers(const std::string& name, std::string text) {
    return read(name, std::move(text), {"question", "worker", "answer"});
}

Judgements read_ratings(const std::string& name, std::string text) {
    return read(name, std::move(text), {"unit", "rater", "rating"});
}

Gold read_gold(const std::string& name, std::string text) {
    detail::CsvReader csv(name, std::move(text));
    auto columns = csv.header({"question", "truth"});
    Gold gold;
    std::vector<std::string> row;
    while (csv.next(row)) {
        const auto& question = row[columns[0]];
        const auto& truth = row[columns[1]];
        if (question.empty()) csv.fail("the field 'question' is empty");
        if (truth.empty())
            csv.fail("the field 'truth' is empty", "leave out questions without a truth");
        auto [at, added] = gold.try_emplace(question, truth);
        if (!added && at->second != truth)
            csv.fail(
                "question '" + question + "' has two truths, '" + at->second + "' and '" + truth +
                "'"
            );
    }
    return gold;
}

}  // namespace labeling
