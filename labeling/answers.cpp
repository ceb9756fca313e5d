// Answers as numbers: names become indexes once, and all that judges works on these.
//
// Indexes are given in the order of first sight and sorted at the end, so that the same answers in
// another order give the same result. Answers that are all numbers are sorted by value, which the
// metrics of ranks and amounts need.
#include "labeling/answers.hpp"

#include <algorithm>
#include <numeric>

#include "base/numbers/parse.hpp"

namespace labeling {

namespace {

// Sorts names and returns the new index of each old one.
std::vector<std::uint32_t> sort_names(std::vector<std::string>& names) {
    std::vector<double> values;
    for (const auto& name : names)
        if (auto value = base::parse_number(name)) values.push_back(*value);
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

// Drops names that are not used and returns the new index of each old one. An answer that was only
// given and then replaced is no category.
std::vector<std::uint32_t>
keep_names(std::vector<std::string>& names, const std::vector<bool>& used) {
    std::vector<std::uint32_t> place(used.size());
    std::size_t kept = 0;
    for (std::size_t i = 0; i < used.size(); ++i) {
        place[i] = static_cast<std::uint32_t>(kept);
        if (used[i] && kept++ != i) names[kept - 1] = std::move(names[i]);
    }
    names.resize(kept);
    return place;
}

}  // namespace

std::optional<std::vector<double>> Judgements::numbers() const {
    std::vector<double> values;
    for (const auto& answer : answers) {
        auto value = base::parse_number(answer);
        if (!value) return std::nullopt;
        values.push_back(*value);
    }
    return values;
}

void JudgementsBuilder::add(
    const std::string& question,
    const std::string& worker,
    const std::string& answer
) {
    rows_.push_back({questions_.index(question), workers_.index(worker), answers_.index(answer)});
}

void JudgementsBuilder::allow(const std::string& answer) {
    allowed_.push_back(answers_.index(answer));
}

Judgements JudgementsBuilder::build() && {
    drop_repeated();
    std::vector<bool> used(answers_.size());
    for (const auto& row : rows_) used[row.answer] = true;
    for (auto answer : allowed_) used[answer] = true;

    Judgements result{
        .questions = std::move(questions_).take(),
        .workers = std::move(workers_).take(),
        .answers = std::move(answers_).take(),
        .rows = std::move(rows_)};
    auto kept = keep_names(result.answers, used);
    auto worker = sort_names(result.workers);
    auto answer = sort_names(result.answers);
    for (auto& row : result.rows) {
        row.worker = worker[row.worker];
        row.answer = answer[kept[row.answer]];
    }
    std::sort(result.rows.begin(), result.rows.end());
    return result;
}

// Of several answers by one worker to one question the last stays.
void JudgementsBuilder::drop_repeated() {
    auto pair = [](const Judgement& row) {
        return static_cast<std::uint64_t>(row.question) << 32 | row.worker;
    };
    std::stable_sort(rows_.begin(), rows_.end(), [&](const auto& a, const auto& b) {
        return pair(a) < pair(b);
    });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        if (i + 1 < rows_.size() && pair(rows_[i]) == pair(rows_[i + 1])) continue;
        rows_[kept++] = rows_[i];
    }
    rows_.resize(kept);
}

}  // namespace labeling
