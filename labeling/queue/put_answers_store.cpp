#include "labeling/queue/put_answers_store.hpp"

#include <chrono>

#include "base/database/rows.hpp"
#include "labeling/sql.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

struct StoredRow {
    std::int64_t stored = 0;
    std::string closed;
};
BOOST_DESCRIBE_STRUCT(StoredRow, (), (stored, closed))

}  // namespace

AnswerColumns columns_of(std::span<const Answer> answers, Time now) {
    std::vector<std::int64_t> tasks, users, tokens, attempts;
    std::vector<std::string> classes, values, milliseconds, times, hours, versions, replacing;
    for (const auto& each : answers) {
        tasks.push_back(each.task);
        users.push_back(each.user_id);
        tokens.push_back(each.token);
        attempts.push_back(each.attempt);
        classes.push_back(each.class_id ? std::to_string(*each.class_id) : "");
        values.push_back(each.value.value_or(""));
        milliseconds.push_back(each.milliseconds ? std::to_string(*each.milliseconds) : "");
        versions.push_back(each.schema_version ? std::to_string(*each.schema_version) : "");
        auto at = each.at.value_or(now);
        replacing.push_back(schema::timestamp(each.replaces_at.value_or(at)));
        times.push_back(schema::timestamp(at));
        hours.push_back(schema::timestamp(std::chrono::floor<std::chrono::hours>(at)));
    }
    return {
        .tasks = schema::array_of(tasks),
        .users = schema::array_of(users),
        .tokens = schema::array_of(tokens),
        .attempts = schema::array_of(attempts),
        .classes = schema::array_of_optional(classes),
        .values = schema::array_of_optional(values),
        .milliseconds = schema::array_of_optional(milliseconds),
        .times = schema::array_of(times),
        .hours = schema::array_of(hours),
        .versions = schema::array_of_optional(versions),
        .replacing = schema::array_of(replacing)};
}

std::size_t put_answers(base::Batch& batch, const AnswerColumns& answers) {
    return batch.add(
        sql::file["submit_answer"],
        answers.tasks,
        answers.users,
        answers.tokens,
        answers.attempts,
        answers.classes,
        answers.values,
        answers.milliseconds,
        answers.times,
        answers.versions
    );
}

std::size_t put_corrections(base::Batch& batch, const AnswerColumns& answers) {
    return batch.add(
        sql::file["correct_answer"],
        answers.tasks,
        answers.users,
        answers.attempts,
        answers.classes,
        answers.values,
        answers.milliseconds,
        answers.times,
        answers.versions,
        answers.replacing
    );
}

StoredAnswers stored_in(const base::Rows& rows) {
    auto row = base::first_as<StoredRow>(rows).value();
    return {.answers = row.stored, .closed = row.closed.empty() ? "{}" : std::move(row.closed)};
}

}  // namespace labeling
