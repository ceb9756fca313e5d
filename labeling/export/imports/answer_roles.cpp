// The usual names of columns in tables of answers: those of tilth, of the published crowd data
// (question, worker, answer; item, annotator, label; unit, rater, rating), of Amazon Mechanical
// Turk (HITId, WorkerId, Answer.NAME, WorkTimeInSeconds), of Snow and others (orig_id,
// !amt_worker_ids, response), of Toloka, doccano (id, data, label) and of Label Studio's tables.
// Letters and digits alone are compared.
#include "labeling/export/imports/answer_roles.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.hpp"
#include "base/text/ascii.hpp"
#include "base/text/unicode.hpp"

namespace labeling {

namespace {

using Names = std::vector<std::string_view>;

const Names& usual_names(AnswerRole role) {
    static const std::map<AnswerRole, Names> names{
        {AnswerRole::item,
         {"key",       "item",   "itemid",     "question", "questionid", "task",
          "taskid",    "unit",   "unitid",     "record",   "recordid",   "example",
          "exampleid", "object", "objectid",   "instance", "document",   "documentid",
          "docid",     "origid", "sentenceid", "hitid",    "inputid",    "text",
          "inputtext", "data",   "image",      "imageurl", "url",        "id"}},
        {AnswerRole::annotator,
         {"user",
          "username",
          "annotator",
          "annotatorid",
          "worker",
          "workerid",
          "amtworkerids",
          "rater",
          "raterid",
          "coder",
          "coderid",
          "judge",
          "labeler",
          "labeller",
          "performer",
          "assignmentworkerid",
          "completedby",
          "sessionid",
          "person"}},
        {AnswerRole::answer,
         {"given",
          "answer",
          "label",
          "response",
          "rating",
          "judgment",
          "judgement",
          "annotation",
          "category",
          "class",
          "choice",
          "vote",
          "value",
          "score"}},
        {AnswerRole::time,
         {"submittedat", "submittime", "time", "timestamp", "updatedat", "createdat", "date"}},
        {AnswerRole::milliseconds, {"milliseconds", "durationms", "ms"}},
        {AnswerRole::seconds,
         {"seconds", "leadtime", "duration", "worktimeinseconds", "timespent", "elapsed"}},
        {AnswerRole::attempt, {"attempt"}},
        {AnswerRole::taken_back, {"withdrawn"}},
        {AnswerRole::taken_back_at, {"withdrawnat"}},
        {AnswerRole::schema_version, {"schemaversion"}},
        {AnswerRole::simulated, {"simulated"}},
    };
    return names.at(role);
}

std::string bare_name(std::string_view name) {
    std::string kept;
    for (char c : base::to_lower(name))
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) kept += c;
    return kept;
}

// The only column of Mechanical Turk's for what its form asked.
std::optional<std::size_t> turk_answer(const std::vector<std::string>& columns) {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (!columns[i].starts_with("Answer.")) continue;
        if (found) return std::nullopt;
        found = i;
    }
    return found;
}

}  // namespace

std::optional<std::size_t> column_for(
    AnswerRole role,
    const std::vector<std::string>& columns,
    const std::string& named,
    const std::string& place
) {
    if (named == "none") return std::nullopt;
    if (!named.empty()) {
        auto wanted = base::tidy_name(named);
        for (std::size_t i = 0; i < columns.size(); ++i)
            if (columns[i] == wanted || base::equal_ignoring_case(columns[i], wanted)) return i;
        throw base::Error(
            place,
            fmt::format("has no column '{}'", named),
            fmt::format("name one of {}", fmt::join(columns, ", "))
        );
    }
    std::vector<std::string> bares;
    for (const auto& each : columns) bares.push_back(bare_name(each));
    for (auto name : usual_names(role)) {
        auto at = std::find(bares.begin(), bares.end(), name);
        if (at != bares.end()) return static_cast<std::size_t>(at - bares.begin());
    }
    return role == AnswerRole::answer ? turk_answer(columns) : std::nullopt;
}

bool holds_texts(std::string_view column) {
    auto name = bare_name(column);
    return name == "text" || name == "inputtext" || name == "data";
}

}  // namespace labeling
