#include "labeling/queue/people_store.hpp"

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "labeling/sql.hpp"
#include "schema/people/user_store.hpp"
#include "schema/records/record.hpp"

namespace labeling {

namespace {

struct AnswersRow {
    std::int64_t answers = 0;
};
BOOST_DESCRIBE_STRUCT(AnswersRow, (), (answers))

}  // namespace

std::int64_t simulated_user(base::Tx& tx, const std::string& name, Time now) {
    tx.exec(sql::file["add_simulated_user"], name, schema::timestamp(now));
    auto user = schema::find_user(tx, name).value();
    if (!user.simulated)
        throw base::Error(
            "user '" + name + "'", "is a person, not a simulated annotator", "choose another name"
        );
    return user.id;
}

std::vector<Annotator> annotators(base::Tx& tx, std::int64_t project_id) {
    return base::rows_as<Annotator>(tx.exec(sql::file["annotators"], project_id));
}

std::vector<AnswerRow> list_answers(
    base::Tx& tx,
    std::int64_t project_id,
    const AnswerPlace& after,
    std::optional<std::int64_t> user_id,
    int at_most
) {
    return base::rows_as<AnswerRow>(tx.exec(
        sql::file["list_answers"],
        project_id,
        after.rk,
        after.key,
        after.user_id,
        after.attempt,
        user_id,
        at_most
    ));
}

std::int64_t answers_of(base::Tx& tx, std::int64_t project_id, std::int64_t user_id) {
    base::Batch batch(tx);
    return *answers_of(batch, project_id, user_id);
}

base::Later<std::int64_t>
answers_of(base::Batch& batch, std::int64_t project_id, std::int64_t user_id) {
    return {
        batch,
        batch.add(sql::file["answers_of_user"], project_id, user_id),
        [](const base::Rows& rows) {
            return base::first_as<AnswersRow>(rows).value_or(AnswersRow{}).answers;
        }};
}

base::Later<std::vector<TaskInHand>> tasks_in_hand(
    base::Batch& batch,
    std::int64_t project_id,
    std::int64_t user_id,
    std::optional<std::int64_t> task,
    int at_most,
    Time now
) {
    auto place = batch.add(
        sql::file["tasks_in_hand"], user_id, project_id, schema::timestamp(now), task, at_most
    );
    return {batch, place, [](const base::Rows& rows) { return base::rows_as<TaskInHand>(rows); }};
}

std::vector<TaskInHand> tasks_in_hand(
    base::Tx& tx,
    std::int64_t project_id,
    std::int64_t user_id,
    std::optional<std::int64_t> task,
    int at_most,
    Time now
) {
    base::Batch batch(tx);
    return *tasks_in_hand(batch, project_id, user_id, task, at_most, now);
}

std::vector<Sight>
sights_of_record(base::Tx& tx, std::int64_t user_id, std::int64_t source_id, std::int64_t rk) {
    return base::rows_as<Sight>(tx.exec(sql::file["sights_of_record"], user_id, rk, source_id));
}

}  // namespace labeling
