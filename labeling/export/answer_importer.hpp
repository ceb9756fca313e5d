#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/database/steps.hpp"
#include "base/words.hpp"
#include "labeling/export/importer.hpp"
#include "labeling/export/person_answer.hpp"

// Answers of people from outside, as answers.
namespace labeling {

// What happens to names that no user has.
enum class UnknownAnnotators { refuse, create };

constexpr auto words_of(UnknownAnnotators) {
    return std::to_array<base::Word<UnknownAnnotators>>({
        {UnknownAnnotators::refuse, "refuse", "nothing is imported, and they are told"},
        {UnknownAnnotators::create, "create", "they become labelers who have no way to sign in"},
    });
}

struct AnswerImport {
    UnknownAnnotators unknown = UnknownAnnotators::refuse;
    bool read_once = false;   // unknown names are told when they are met, not before all
    ImportOptions classes{};  // those that answers name and the project lacks
    // What is not taken, with the reason.
    std::function<void(const PersonAnswer& answer, const std::string& reason)> reject{};
    std::stop_token stop{};
};

struct ImportedAnswers {
    std::int64_t added = 0, corrected = 0, taken_back = 0, skipped = 0;
    std::int64_t unchanged = 0;  // were there before
    std::int64_t no_record = 0;  // keys that are no record of the source
    std::int64_t no_value = 0;   // rows without an answer
    std::int64_t rejects = 0;    // not taken for another reason
    std::int64_t scaled = 0;     // whose places were of a picture of another size than the record's
    Counted rejected{};          // values that are no class, with how often; most frequent first
    Counted faults{};            // why others were not taken, with how often
    std::int64_t other_version = 0;  // taken, and given under classes that the project never had
    std::int64_t annotators = 0;
    std::vector<std::string> new_annotators{}, new_classes{};
};

// Takes the answers of a file, a few thousand a transaction, so that one that is cut off is gone on
// with by importing the file again: what is there is known (collect() of collect_store.hpp). Throws
// base::Error for annotators that are refused, if there are answers and none is of a record, or all
// are rejected; base::Interrupted when asked to stop: what was taken stays.
ImportedAnswers import_answers(
    base::Steps steps,
    const std::string& project,
    const EachPersonAnswer& answers,
    const AnswerImport& import,
    Time now
);

}  // namespace labeling
