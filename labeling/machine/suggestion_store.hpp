#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/database/steps.hpp"
#include "base/json/shape.hpp"
#include "labeling/machine/machine_store.hpp"
#include "labeling/tasks/task_type.hpp"

// What machines say of records.
namespace labeling {

// To be kept; either an answer, as its kind stores it, or why there is none.
struct Suggested {
    std::string key;  // of a record that is there
    std::string answer{};
    std::string fault{};
    std::optional<double> score{};  // how sure the machine is, 0 to 1
    std::int64_t input_tokens = 0, output_tokens = 0;
    double cost = 0;
};
struct SuggestionsPut {
    std::int64_t added = 0, changed = 0;
};
BOOST_DESCRIBE_STRUCT(SuggestionsPut, (), (added, changed))
// Each record once. The same again changes nothing. A change takes the machine's test away.
SuggestionsPut put_suggestions(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t machine,
    const std::vector<Suggested>& suggestions,
    Time now
);

// Of these records those that the machine has said nothing of; with `rejects`, or nothing that was
// an answer. In the same order.
std::vector<std::string> not_suggested(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t machine,
    const std::vector<std::string>& keys,
    bool rejects
);
// Calls with the keys of the records that have a task which was not cancelled, a batch at a time,
// until it says false.
void each_queued(
    base::Steps steps,
    const StoredProject& project,
    const std::function<bool(const std::vector<std::string>& keys)>& take
);

// A record as machines see it.
class RecordToAsk : public AskedRecord {
public:
    std::string key{}, title{}, body{}, language{}, url{};
    int version = 0;
    int width = 0, height = 0;
    bool recorded = false;
    std::optional<double> seconds{};
    std::string fields{};

    std::string text() const override { return body; }
    std::optional<Size> picture() const override;
    std::optional<Recording> recording() const override;
    base::JsonText payload() const override { return {fields}; }
};
// Those that there are, in the order of the keys.
std::vector<RecordToAsk>
records_to_ask(base::Tx& tx, const StoredProject& project, const std::vector<std::string>& keys);

// Kept.
struct Suggestion {
    std::string record;  // the source's number, a dot, rk in hexadecimal
    std::string key;
    std::optional<std::string> label;
    base::JsonText value;              // what a label can not say
    std::optional<std::string> fault;  // why what was said is no answer
    std::optional<double> score;
    std::int64_t input_tokens = 0, output_tokens = 0;
    double cost = 0;
    Time made_at;
};
BOOST_DESCRIBE_STRUCT(
    Suggestion,
    (),
    (record, key, label, value, fault, score, input_tokens, output_tokens, cost, made_at)
)
struct SuggestionPlace {
    std::int64_t rk = INT64_MIN;
    std::string key;
};
struct SuggestionRow : Suggestion {
    std::int64_t rk = 0;
    bool usable = false;  // an answer, of classes as they are

    SuggestionPlace place() const { return {rk, key}; }
    std::string answer() const;
};
BOOST_DESCRIBE_STRUCT(SuggestionRow, (Suggestion), (rk, usable))
// In the order of records.
std::vector<SuggestionRow> suggestions_page(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t machine,
    const SuggestionPlace& after,
    bool faults_only,
    int at_most
);

// What is suggested for a task that somebody holds.
struct TaskSuggestion {
    std::int64_t task = 0, rk = 0;
    std::string key;
    std::int64_t machine = 0;
    std::string annotator, version;
    std::string answer;  // as stored
    std::optional<double> score;
    std::optional<std::int64_t> seen;  // the machine whose suggestion the person has seen before
};
// When a person saw it.
enum class SuggestionSeen { before, after, hidden };
constexpr auto words_of(SuggestionSeen) {
    return std::to_array<base::Word<SuggestionSeen>>({
        {SuggestionSeen::before, "before", "they answered"},
        {SuggestionSeen::after, "after", "they answered"},
        {SuggestionSeen::hidden, "hidden", "not at all"},
    });
}

// Of an answer that of which a machine said something: of a form the questions that it answered.
std::string
as_far_as(const Question& question, const std::string& answer, const std::string& suggested);

// By the machine that the project names, else by the one that came last; none for some.
std::vector<TaskSuggestion> suggestions_of_tasks(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t user_id,
    const std::vector<std::int64_t>& tasks
);
// Whether a person sees the suggestion before they answer. By chance, but always the same.
bool shown_before(const StoredProject& project, std::int64_t user_id, const TaskSuggestion& what);
void note_seen(
    base::Tx& tx,
    std::int64_t user_id,
    const std::vector<TaskSuggestion>& seen,
    Time now
);
// Keeps with an answer whose suggestion there was and whether it was seen; of one that was not seen
// yet, whether it is `told` now.
void note_suggestion(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t user_id,
    int attempt,
    const TaskSuggestion& what,
    bool told,
    Time now
);

}  // namespace labeling
