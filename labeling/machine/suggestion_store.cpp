// Suggestions in the database.
//
// What is shown is noted when it is shown and not worked out again when the answer comes: in
// between the suggestion may have come, gone or changed, and whether a person was swayed is told by
// what they saw.
#include "labeling/machine/suggestion_store.hpp"

#include <limits>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/numbers/random.hpp"
#include "labeling/sql.hpp"
#include "labeling/tasks/stored_answer.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

constexpr int keys_a_page = 1'000;

struct SuggestedKey {
    std::int64_t rk = std::numeric_limits<std::int64_t>::min();
    std::string key;
};
BOOST_DESCRIBE_STRUCT(SuggestedKey, (), (rk, key))

struct LackingKey {
    std::string key;
};
BOOST_DESCRIBE_STRUCT(LackingKey, (), (key))

struct ToAskRow {
    std::string key;
    int version = 0;
    std::string title, text, language, url;
    int width = 0, height = 0;
    std::string payload;
    bool recorded = false;
    std::optional<double> seconds;
};
BOOST_DESCRIBE_STRUCT(
    ToAskRow,
    (),
    (key, version, title, text, language, url, width, height, payload, recorded, seconds)
)

struct TaskSuggestionRow {
    std::int64_t task = 0, rk = 0;
    std::string key;
    std::int64_t machine = 0;
    std::string annotator, version, label, value;
    std::optional<double> score;
    std::optional<std::int64_t> seen;
};
BOOST_DESCRIBE_STRUCT(
    TaskSuggestionRow,
    (),
    (task, rk, key, machine, annotator, version, label, value, score, seen)
)

std::vector<std::int64_t>
suggested_rks(const StoredProject& project, const std::vector<std::string>& keys) {
    std::vector<std::int64_t> rks;
    for (const auto& key : keys) rks.push_back(schema::record_key(project.project.source, key));
    return rks;
}

// The columns of put_suggestions.
struct Columns {
    std::vector<std::string> keys, classes, values, faults, scores;
    std::vector<std::int64_t> input_tokens, output_tokens;
    std::vector<double> costs;
};

Columns columns_of(const Question& question, const std::vector<Suggested>& suggestions) {
    Columns columns;
    for (const auto& each : suggestions) {
        StoredAnswer stored;
        if (each.fault.empty()) stored = stored_answer(question, each.answer);
        columns.keys.push_back(each.key);
        columns.classes.push_back(stored.class_id ? std::to_string(*stored.class_id) : "");
        columns.values.push_back(stored.value.value_or(""));
        columns.faults.push_back(each.fault);
        columns.scores.push_back(each.score ? fmt::format("{}", *each.score) : "");
        columns.input_tokens.push_back(each.input_tokens);
        columns.output_tokens.push_back(each.output_tokens);
        columns.costs.push_back(each.cost);
    }
    return columns;
}

}  // namespace

SuggestionsPut put_suggestions(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t machine,
    const std::vector<Suggested>& suggestions,
    Time now
) {
    if (suggestions.empty()) return {};
    auto columns = columns_of(project.project.question, suggestions);
    auto put =
        base::first_as<SuggestionsPut>(tx.exec(
                                           sql::file["put_suggestions"],
                                           machine,
                                           project.source_id,
                                           schema::array_of(suggested_rks(project, columns.keys)),
                                           schema::array_of(columns.keys),
                                           schema::array_of_optional(columns.classes),
                                           schema::array_of_optional(columns.values),
                                           schema::array_of_optional(columns.faults),
                                           schema::array_of_optional(columns.scores),
                                           schema::array_of(columns.input_tokens),
                                           schema::array_of(columns.output_tokens),
                                           fmt::format("{{{}}}", fmt::join(columns.costs, ",")),
                                           project.schema_version,
                                           schema::timestamp(now)
                                       ))
            .value();
    if (put.changed > 0) tx.exec(sql::file["put_machine_test"], machine, nullptr);
    return put;
}

std::vector<std::string> not_suggested(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t machine,
    const std::vector<std::string>& keys,
    bool rejects
) {
    std::vector<std::string> left;
    for (auto& row : base::rows_as<LackingKey>(tx.exec(
             sql::file["not_suggested"],
             machine,
             project.source_id,
             schema::array_of(suggested_rks(project, keys)),
             schema::array_of(keys),
             rejects
         )))
        left.push_back(std::move(row.key));
    return left;
}

void each_queued(
    base::Steps steps,
    const StoredProject& project,
    const std::function<bool(const std::vector<std::string>& keys)>& take
) {
    SuggestedKey last;
    for (;;) {
        auto rows = steps.call([&](base::Tx& tx) {
            return base::rows_as<SuggestedKey>(tx.exec(
                sql::file["queued_page"],
                project.id,
                last.rk,
                project.source_id,
                last.key,
                keys_a_page
            ));
        });
        if (rows.empty()) return;
        last = rows.back();
        std::vector<std::string> keys;
        for (auto& row : rows) keys.push_back(std::move(row.key));
        if (!take(keys)) return;
    }
}

std::optional<AskedRecord::Size> RecordToAsk::picture() const {
    if (width <= 0) return std::nullopt;
    return Size{.width = width, .height = height};
}

std::optional<AskedRecord::Recording> RecordToAsk::recording() const {
    if (!recorded) return std::nullopt;
    return Recording{.seconds = seconds};
}

std::vector<RecordToAsk>
records_to_ask(base::Tx& tx, const StoredProject& project, const std::vector<std::string>& keys) {
    std::vector<RecordToAsk> records;
    for (auto& row : base::rows_as<ToAskRow>(tx.exec(
             sql::file["records_to_ask"],
             project.source_id,
             schema::array_of(suggested_rks(project, keys)),
             schema::array_of(keys)
         ))) {
        RecordToAsk record;
        record.key = std::move(row.key);
        record.version = row.version;
        record.title = std::move(row.title);
        record.body = std::move(row.text);
        record.language = std::move(row.language);
        record.url = std::move(row.url);
        record.width = row.width;
        record.height = row.height;
        record.recorded = row.recorded;
        record.seconds = row.seconds;
        record.fields = std::move(row.payload);
        records.push_back(std::move(record));
    }
    return records;
}

std::string SuggestionRow::answer() const {
    return answer_of(label.value_or(""), value.text);
}

std::vector<SuggestionRow> suggestions_page(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t machine,
    const SuggestionPlace& after,
    bool faults_only,
    int at_most
) {
    return base::rows_as<SuggestionRow>(tx.exec(
        sql::file["suggestions_page"],
        machine,
        after.rk,
        project.source_id,
        after.key,
        faults_only,
        at_most
    ));
}

std::vector<TaskSuggestion> suggestions_of_tasks(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t user_id,
    const std::vector<std::int64_t>& tasks
) {
    std::vector<TaskSuggestion> found;
    if (tasks.empty()) return found;
    for (auto& row : base::rows_as<TaskSuggestionRow>(tx.exec(
             sql::file["suggestions_of_tasks"],
             schema::array_of(tasks),
             project.project.machine.suggestions_by,
             user_id
         )))
        found.push_back(
            {.task = row.task,
             .rk = row.rk,
             .key = std::move(row.key),
             .machine = row.machine,
             .annotator = std::move(row.annotator),
             .version = std::move(row.version),
             .answer = answer_of(row.label, row.value),
             .score = row.score,
             .seen = row.seen}
        );
    return found;
}

std::string
as_far_as(const Question& question, const std::string& answer, const std::string& suggested) {
    if (question.parts.empty()) return answer;
    boost::json::object kept;
    const auto given = boost::json::parse(answer), by = boost::json::parse(suggested);
    for (const auto& part : given.as_object())
        if (by.as_object().contains(part.key())) kept.insert(part);
    return boost::json::serialize(kept);
}

bool shown_before(const StoredProject& project, std::int64_t user_id, const TaskSuggestion& what) {
    const auto& help = project.project.machine;
    if (help.suggestions == Suggesting::before || what.seen) return true;
    if (help.suggestions != Suggesting::random) return false;
    auto seed = base::mix(static_cast<std::uint64_t>(project.id));
    seed = base::mix(seed ^ static_cast<std::uint64_t>(user_id));
    seed = base::mix(seed ^ static_cast<std::uint64_t>(what.rk));
    return base::unit_of(base::seed_of(what.key, seed)) < help.suggestions_share;
}

void note_seen(
    base::Tx& tx,
    std::int64_t user_id,
    const std::vector<TaskSuggestion>& seen,
    Time now
) {
    if (seen.empty()) return;
    std::vector<std::int64_t> tasks, machines;
    for (const auto& each : seen) {
        tasks.push_back(each.task);
        machines.push_back(each.machine);
    }
    tx.exec(
        sql::file["note_seen"],
        user_id,
        schema::array_of(tasks),
        schema::array_of(machines),
        schema::timestamp(now)
    );
}

void note_suggestion(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t user_id,
    int attempt,
    const TaskSuggestion& what,
    bool told,
    Time now
) {
    auto when = told ? SuggestionSeen::after : SuggestionSeen::hidden;
    if (what.seen) when = SuggestionSeen::before;
    tx.exec(
        sql::file["note_suggestion"],
        what.rk,
        project.source_id,
        what.key,
        project.id,
        user_id,
        attempt,
        what.seen.value_or(what.machine),
        std::string(base::name_of(when))
    );
    if (when == SuggestionSeen::after) note_seen(tx, user_id, {what}, now);
}

}  // namespace labeling
