#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/database/steps.hpp"
#include "base/numbers/statistics.hpp"
#include "labeling/machine/machine_store.hpp"
#include "labeling/tasks/task_type.hpp"

// The answers of people beside those of machines.
namespace labeling {

// The alternative annotator test of a machine on what people answered of its records: what counts,
// but nothing that was said in sight of a suggestion; of somebody who changed their mind then, what
// they said before.
struct MachineTested {
    AlternativeResult result;
    std::int64_t records = 0;   // that the machine and two people answered
    std::int64_t left_out = 0;  // answers given in sight of a suggestion
};
MachineTested test_machine(
    base::Steps steps,
    const StoredProject& project,
    const Machine& machine,
    double epsilon
);

// How often first answers say what a machine suggests.
struct SuggestedAgreement {
    std::int64_t answers = 0;
    std::int64_t same = 0;  // that say what is suggested
    double share = 0;       // same / answers, with its Wilson interval
    double low = 0, high = 1;
    double likeness = 0;  // mean
};
BOOST_DESCRIBE_STRUCT(SuggestedAgreement, (), (answers, same, share, low, high, likeness))

struct MachineReport {
    std::string annotator, version;
    std::int64_t suggestions = 0, rejects = 0;
    std::int64_t input_tokens = 0, output_tokens = 0;
    double cost = 0;
    SuggestedAgreement shown{}, unseen{};  // whether people saw it before they answered
    std::optional<double>
        difference{};  // shown.share - unseen.share: what seeing it does to people
    std::optional<double> low{}, high{};  // its 95 % interval
    std::int64_t corrected = 0;  // answers that people changed to it when they were told it
};
BOOST_DESCRIBE_STRUCT(
    MachineReport,
    (),
    (annotator,
     version,
     suggestions,
     rejects,
     input_tokens,
     output_tokens,
     cost,
     shown,
     unseen,
     difference,
     low,
     high,
     corrected)
)
// Of each version of each machine, the oldest first. Of each person's answers to a record the first
// counts.
std::vector<MachineReport> report_machines(base::Steps steps, const StoredProject& project);

// Of the difference of two shares, a / n - b / m: the hybrid score interval (Newcombe 1998, method
// 10), 95 %.
base::Interval difference_of_shares(double a, double n, double b, double m);

// Adds what the machines say that count, where the project lets them. Returns all machines of the
// project, none where it does not. Throws base::Error if there are machines and none of them may
// count.
std::vector<MachineSay>
add_machine_answers(base::Steps steps, const StoredProject& project, AnswerSet& answers);
// The same of a task's record, with how far the machines are trusted.
void add_machine_answers(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t task,
    const std::string& key,
    AnswerSet& answers,
    Trust& trust
);
// Keeps how often machines were found right, by what they are called among people.
void keep_machine_accuracy(
    base::Tx& tx,
    const std::vector<MachineSay>& machines,
    const std::vector<std::pair<std::string, double>>& accuracy
);

}  // namespace labeling
