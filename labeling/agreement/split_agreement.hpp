#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/time/time.hpp"
#include "base/words.hpp"
#include "labeling/agreement/agreement_by.hpp"
#include "labeling/projects/question.hpp"
#include "labeling/truth/truth_store.hpp"

// Where the people of a project agree and where not, for every kind of question.
namespace labeling {

enum class AgreementSplit { class_, pair, time };

constexpr auto words_of(AgreementSplit) {
    return std::to_array<base::Word<AgreementSplit>>({
        {AgreementSplit::class_, "class", "whether an answer names the class, class by class"},
        {AgreementSplit::pair, "pair", "each two people who answered the same records"},
        {AgreementSplit::time, "time", "records by when they were first answered"},
    });
}

enum class Bucket { hour, day, week };

constexpr auto words_of(Bucket) {
    return std::to_array<base::Word<Bucket>>({
        {Bucket::hour, "hour", "of UTC"},
        {Bucket::day, "day", "of UTC"},
        {Bucket::week, "week", "from Monday, of UTC"},
    });
}

base::Time begin_of(base::Time time, Bucket bucket);
base::Time after(base::Time begin, Bucket bucket);

// The standing answers of a project in parts. Each part is judged as if it were all there is; one
// without two answers of a record has no value. Of several answers of one person to one record the
// last counts.
class SplitAgreement {
public:
    // The question must outlive it. Throws base::UsageError for a split by class where there are
    // none.
    SplitAgreement(const Question& question, AgreementSplit split, Bucket bucket);

    // Record by record, as each_answer gives them.
    void add(const StandingAnswer& answer);

    // By a metric of the kind of question; by class by one of labeling::Metric. Call it once, after
    // the last answer. Throws base::Interrupted when asked to stop.
    std::vector<AgreementPart>
    parts(const std::string& metric, std::size_t replicates, const std::stop_token& stop);

private:
    struct Part {
        std::unique_ptr<AnswerSet> answers;
        bool shared = false;  // a record has two answers
    };
    void end_record();
    void add_pairs();
    Part& part_named(const std::string& name);
    // The classes that an answer names, one behind the other.
    std::string marks_of(const std::string& answer) const;
    std::vector<AgreementPart>
    by_class(Metric metric, std::size_t replicates, const std::stop_token& stop);

    const Question& question_;
    AgreementSplit split_;
    Bucket bucket_;
    std::vector<StandingAnswer> record_;  // of one record, one a person
    std::map<std::string, Part> parts_;
    JudgementsBuilder marked_;        // by class: what each answer names
    std::vector<std::string> marks_;  // classes, those of forms with their question
};

}  // namespace labeling
