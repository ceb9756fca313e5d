#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "labeling/machine/beside_store.hpp"
#include "labeling/machine/suggester.hpp"
#include "labeling/machine/suggestion_store.hpp"
#include "service/paging.hpp"

// Machines that answer beside people: what they suggest, how that sways people, and whether they
// may stand in for them.
namespace service {

struct ImportSuggestions {
    std::string project;
    std::string annotator;
    std::string version = "1";
    std::string text;  // a file's, as labeling/machine/suggestion_files.hpp reads it
    std::string file;  // the name that it had
    static const base::Settings<ImportSuggestions> settings;
};
labeling::SuggestionsTaken import_suggestions(Work& work, const ImportSuggestions& request);
// From a file at hand.
labeling::SuggestionsTaken
import_suggestion_file(Work& work, const ImportSuggestions& request, const std::string& path);

// Of what a machine is called, or its version.
std::optional<base::Fault> check_machine_name(const std::string& name);

// Which records a machine is asked about: those in the queue by default.
struct SuggestFor {
    std::string where;         // those of the source that this condition holds for
    bool all = false;          // all of the source
    std::int64_t at_most = 0;  // so many; 0: no limit
    bool rejects = false;      // those again whose answer was none
    static const base::Settings<SuggestFor> settings;
};

struct SuggestByModel {
    std::string project;
    std::int64_t run = 0;
    std::vector<std::int64_t> also;  // of a form: that learnt other questions
    std::string annotator = "model";
    std::string version;  // empty: "run-<number>"
    SuggestFor records;
    static const base::Settings<SuggestByModel> settings;
};
// What the model of a training run predicts; of a form the answer to the question that it learnt.
// It is not asked about records that it learnt from: what it says there is what people said, and
// would vouch for it. Records that have a suggestion of this version are left out. Keeps what is
// done when it is cut off.
labeling::SuggestionsTaken suggest_by_model(Work& work, const SuggestByModel& request);

struct ListSuggestions {
    std::string project;
    std::string annotator;  // empty: that came last
    std::string version;    // empty: the last
    bool rejects = false;
    Paging page;
    static const base::Settings<ListSuggestions> settings;
};
Page<labeling::Suggestion> list_suggestions(Work& work, const ListSuggestions& request);

struct ReportSuggestions {
    std::string project;
    static const base::Settings<ReportSuggestions> settings;
};
// Of all machines, on one page.
Page<labeling::MachineReport> report_suggestions(Work& work, const ReportSuggestions& request);

struct TestMachine {
    std::string project;
    std::string annotator;
    std::string version;  // empty: the last
    double epsilon = 0.1;
    static const base::Settings<TestMachine> settings;
};
struct TestedMachine {
    std::string annotator, version;
    bool passed = false;
    double epsilon = 0;
    double winning_rate = 0;  // share of people that it may stand in for; 0.5 is wanted
    double advantage = 0;     // mean probability of being as good as a person or better
    std::vector<labeling::AlternativeAgainst> people;
    std::int64_t too_few_items = 0;  // people who have too few answers to be compared
    std::int64_t records = 0;        // that the machine and two people answered
    std::int64_t left_out = 0;       // answers given in sight of a suggestion
};
BOOST_DESCRIBE_STRUCT(
    TestedMachine,
    (),
    (annotator,
     version,
     passed,
     epsilon,
     winning_rate,
     advantage,
     people,
     too_few_items,
     records,
     left_out)
)
// The alternative annotator test; its outcome is kept. Throws base::Error where too little was
// answered, and says how much more is wanted.
TestedMachine test_machine(Work& work, const TestMachine& request);

struct ListMachines {
    std::string project;
    static const base::Settings<ListMachines> settings;
};
struct MachineLine {
    std::string annotator, version;
    base::Time added_at;
    bool counts = false;  // its answers may count as those of people do
    std::string why_not;
    std::optional<double> winning_rate, advantage, epsilon;  // of its test, if there is one
    std::optional<double> accuracy;  // as the last inference of the project found
};
BOOST_DESCRIBE_STRUCT(
    MachineLine,
    (),
    (annotator, version, added_at, counts, why_not, winning_rate, advantage, epsilon, accuracy)
)
// All, on one page.
Page<MachineLine> list_machines(Work& work, const ListMachines& request);

// Calls with the keys of the records that a machine is to be asked about and has said nothing of,
// at most so many at once, but those that are left out.
void each_unsuggested(
    base::Steps steps,
    const labeling::StoredProject& project,
    std::int64_t machine,
    const SuggestFor& wanted,
    std::size_t at_once,
    const std::function<void(std::vector<std::string> keys)>& ask,
    const std::function<bool(const std::string& key)>& leave_out = {}
);

}  // namespace service
