#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/describe/class.hpp>
#include <boost/json/fwd.hpp>

#include "base/database/steps.hpp"
#include "labeling/export/import_store.hpp"
#include "labeling/export/importer.hpp"
#include "labeling/export/record_match_store.hpp"
#include "labeling/machine/suggestion_store.hpp"

namespace labeling {

// What a machine says, as it comes in.
struct GivenSuggestion {
    GivenLabel said{};  // its probability is not read
    std::optional<double> score{};
};

// What became of suggestions.
struct SuggestionsTaken {
    std::string annotator, version;
    std::int64_t added = 0, changed = 0, unchanged = 0;  // rejects among them
    std::int64_t no_record = 0;                          // keys that are no record of the source
    std::int64_t no_value = 0;                           // that say nothing
    std::int64_t rejects = 0;                            // kept with the reason
    Counted reasons{};             // of these, with how often; most frequent first
    std::int64_t learnt_from = 0;  // records that a model learnt from, and is not asked about
};
BOOST_DESCRIBE_STRUCT(
    SuggestionsTaken,
    (),
    (annotator,
     version,
     added,
     changed,
     unchanged,
     no_record,
     no_value,
     rejects,
     reasons,
     learnt_from)
)

// Takes suggestions one by one into the database, a batch at a time. Of several for one record the
// last counts. They are checked as answers of people are; what is none is kept with the reason.
class Suggester {
public:
    // The project outlives it.
    Suggester(base::Steps steps, const StoredProject& project, Machine machine, Time now);

    void add(GivenSuggestion&& suggestion);
    // Throws base::Error if there were suggestions and none was of a record.
    SuggestionsTaken finish();

private:
    void write();

    base::Steps steps_;
    const StoredProject& project_;
    Machine machine_;
    Time now_;
    RecordMatch records_;
    std::vector<GivenSuggestion> waiting_;
    std::string first_;
    std::int64_t given_ = 0, matched_ = 0;
    TextCounts reasons_;
    SuggestionsTaken taken_;
};

// A form as machines may answer it that know some of its questions: any may be left out, and each
// is answered whatever the others are.
Question in_part(Question form);
// Takes out of such an answer what is not asked after its other answers.
void leave_unasked(const Question& form, boost::json::object& answers);

// Of a label that was read as an answer, or not: what is kept. Nothing if it says nothing.
std::optional<Suggested>
suggested(const Question& question, const GivenLabel& said, const AskedRecord& record);

// Numbers that a model predicts are seldom on a scale: the nearest answer to it, within `low` and
// `high` and by steps of `step`.
double nearest_answer(const Question& question, double value);

}  // namespace labeling
