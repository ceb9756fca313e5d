// Suggestions on their way in: which record each is of, and whether it is an answer.
//
// They go through the door of people's answers, so that nothing is shown or counted that nobody
// could have answered. What is none is kept: who wrote the prompt wants to see what came of it.
#include "labeling/machine/suggester.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "labeling/export/given_answer.hpp"
#include "labeling/export/pictures.hpp"
#include "labeling/tasks/answer_json.hpp"

namespace labeling {

namespace {

constexpr std::size_t suggestions_at_once = 1'000;

}  // namespace

std::optional<Suggested>
suggested(const Question& question, const GivenLabel& said, const AskedRecord& record) {
    auto read = read_given(question, said, record);
    if (read.missing) return std::nullopt;
    Suggested kept{.key = said.key};
    if (!read.stranger.empty())
        kept.fault = "'" + read.stranger + "' is no class of the project";
    else if (!read.fault.empty())
        kept.fault = read.fault;
    else
        kept.answer = *std::move(read.answer);
    return kept;
}

Question in_part(Question form) {
    for (auto& part : form.parts) {
        part.required = false;
        part.when.reset();
    }
    return form;
}

void leave_unasked(const Question& form, boost::json::object& answers) {
    for (const auto& part : form.parts)
        if (part.when && answers.contains(part.when->question) && !is_asked(part, answers))
            answers.erase(part.name);
}

double nearest_answer(const Question& question, double value) {
    if (question.step) {
        auto from = question.low.value_or(0);
        value = from + std::round((value - from) / *question.step) * *question.step;
    }
    if (question.high) value = std::min(value, *question.high);
    if (question.low) value = std::max(value, *question.low);
    return value;
}

Suggester::Suggester(base::Steps steps, const StoredProject& project, Machine machine, Time now)
    : steps_(steps),
      project_(project),
      machine_(std::move(machine)),
      now_(now),
      records_(steps, project) {
    taken_.annotator = machine_.name;
    taken_.version = machine_.version;
}

void Suggester::add(GivenSuggestion&& suggestion) {
    if (first_.empty()) first_ = name_of_given(suggestion.said);
    waiting_.push_back(std::move(suggestion));
    if (waiting_.size() == suggestions_at_once) write();
}

SuggestionsTaken Suggester::finish() {
    write();
    if (given_ > 0 && matched_ == 0) records_.none_matched(given_, "suggestions", first_);
    taken_.reasons = reasons_.sorted();
    return std::move(taken_);
}

void Suggester::write() {
    if (waiting_.empty()) return;
    bool whole = false;
    std::vector<GivenLabel*> given;
    for (auto& each : waiting_) {
        given.push_back(&each.said);
        whole = whole || needs_record(project_.project.question, each.said);
    }
    auto records = records_.find(std::move(given), whole);
    std::map<std::string, Suggested> last;
    for (const auto& each : waiting_) {
        ++given_;
        auto record = records.find(each.said.key);
        if (record == records.end()) {
            ++taken_.no_record;
            continue;
        }
        ++matched_;
        auto kept = suggested(project_.project.question, each.said, record->second);
        if (!kept) {
            ++taken_.no_value;
            continue;
        }
        kept->score = each.score;
        if (!kept->fault.empty()) {
            ++taken_.rejects;
            reasons_.add(kept->fault);
        }
        auto key = kept->key;
        last.insert_or_assign(key, *std::move(kept));
    }
    waiting_.clear();
    std::vector<Suggested> kept;
    for (auto& [key, suggestion] : last) kept.push_back(std::move(suggestion));
    auto put = steps_.call([&](base::Tx& tx) {
        return put_suggestions(tx, project_, machine_.id, kept, now_);
    });
    taken_.added += put.added;
    taken_.changed += put.changed;
    taken_.unchanged += static_cast<std::int64_t>(kept.size()) - put.added - put.changed;
}

}  // namespace labeling
