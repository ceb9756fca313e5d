#include "labeling/quality/disagreement_store.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "labeling/quality/gold_store.hpp"
#include "labeling/queue/tally_store.hpp"
#include "labeling/sql.hpp"
#include "labeling/tasks/task_type.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

constexpr std::size_t most_compared = 20;
constexpr std::size_t disagreement_batch = 5'000;

}  // namespace

std::optional<double>
disagreement(const Question& question, const std::vector<std::string>& answers) {
    if (std::adjacent_find(answers.begin(), answers.end(), std::not_equal_to<>()) == answers.end())
        return std::nullopt;
    const auto& type = task_type(question.kind);
    auto n = std::min(answers.size(), most_compared);
    double sum = 0, pairs = 0;
    for (std::size_t i = 0; i < n; ++i)
        for (auto j = i + 1; j < n; ++j) {
            sum += type.likeness(question, answers[i], answers[j]);
            ++pairs;
        }
    auto mean = sum / pairs;
    return mean >= right_likeness ? std::nullopt : std::optional(1 - mean);
}

void Disagreements::add(std::int64_t rk, const std::string& key, std::string answer) {
    if (rk != rk_ || key != key_) {
        finish();
        rk_ = rk;
        key_ = key;
    }
    answers_.push_back(std::move(answer));
}

void Disagreements::finish() {
    if (answers_.size() > 1) {
        auto part = disagreement(project_.project.question, answers_);
        rks_.push_back(rk_);
        keys_.push_back(key_);
        parts_.push_back(part.value_or(std::numeric_limits<double>::quiet_NaN()));
    }
    answers_.clear();
}

void Disagreements::write(base::Steps steps, bool all) {
    if (all) finish();
    if (rks_.empty() || (!all && rks_.size() < disagreement_batch)) return;
    steps.call([&](base::Tx& tx) {
        auto more = tx.value<std::int64_t>(
            sql::file["note_disagreements"],
            project_.id,
            project_.source_id,
            schema::array_of(rks_),
            schema::array_of(keys_),
            fmt::format("{{{}}}", fmt::join(parts_, ","))
        );
        count_disputed(tx, project_.id, more.value_or(0));
    });
    rks_.clear();
    keys_.clear();
    parts_.clear();
}

}  // namespace labeling
