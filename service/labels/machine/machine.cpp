// Suggestions as verbs over labeling/machine: from files, listed, judged, and which records a
// machine is to be asked about.
#include "service/labels/machine/machine.hpp"

#include <algorithm>
#include <functional>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/run/stop.hpp"
#include "labeling/machine/suggestion_files.hpp"
#include "schema/records/record_fields.hpp"
#include "schema/select/filter.hpp"
#include "service/labels/projects.hpp"

namespace service {

namespace {

namespace json = boost::json;

constexpr std::size_t records_at_once = 500;

constexpr auto name_words = "what the machine is called";
constexpr auto last_words = "of the machine; the last by default";

std::optional<base::Fault> one_choice(SuggestFor& wanted) {
    if (wanted.where.empty() || !wanted.all) return std::nullopt;
    return base::Fault{.reason = "stands beside 'where'", .mend = "give one of them", .at = "all"};
}

labeling::SuggestionsTaken import_from(
    Work& work,
    const ImportSuggestions& request,
    const std::function<void(const labeling::StoredProject&, const labeling::TakeSuggestion&)>& read
) {
    auto stored = known_project(work, request.project);
    auto machine = labeling::known_or_new_machine(
        work.tx, stored, request.annotator, request.version, "", work.now
    );
    labeling::Suggester suggester(work.tx, stored, machine, work.now);
    read(stored, [&](labeling::GivenSuggestion&& given) { suggester.add(std::move(given)); });
    return suggester.finish();
}

}  // namespace

std::optional<base::Fault> check_machine_name(const std::string& name) {
    if (name.size() <= 200 && name.find_first_of("\n\t") == name.npos) return std::nullopt;
    return base::Fault{.reason = "is no name", .mend = "give one line of at most 200 bytes"};
}

const base::Settings<ImportSuggestions> ImportSuggestions::settings{
    {"project", &ImportSuggestions::project, "its name", {.required = true}},
    {"annotator",
     &ImportSuggestions::annotator,
     name_words,
     {.required = true, .check = &check_machine_name}},
    {"version", &ImportSuggestions::version, "of the machine", {.check = &check_machine_name}},
    {"text",
     &ImportSuggestions::text,
     "a table with key, label or answer, and score; or JSON of the same, or of Label Studio",
     {.required = true}},
    {"file", &ImportSuggestions::file, "the name of the file that it was"},
};
const base::Settings<SuggestFor> SuggestFor::settings{
    {{"where", &SuggestFor::where, "records of the source that this condition holds for"},
     {"all", &SuggestFor::all, "all records of the source, not those in the queue alone"},
     {"at_most", &SuggestFor::at_most, "so many records; 0: no limit", {.low = 0}},
     {"rejects", &SuggestFor::rejects, "those again whose answer was none"}},
    &one_choice,
};
const base::Settings<ListSuggestions> ListSuggestions::settings{
    {"project", &ListSuggestions::project, "its name", {.required = true}},
    {"annotator",
     &ListSuggestions::annotator,
     "what the machine is called; the one that came last by default"},
    {"version", &ListSuggestions::version, last_words},
    {"rejects", &ListSuggestions::rejects, "only what is no answer, with the reason"},
    {&ListSuggestions::page},
};
const base::Settings<ReportSuggestions> ReportSuggestions::settings{
    {"project", &ReportSuggestions::project, "its name", {.required = true}},
};
const base::Settings<TestMachine> TestMachine::settings{
    {"project", &TestMachine::project, "its name", {.required = true}},
    {"annotator", &TestMachine::annotator, name_words, {.required = true}},
    {"version", &TestMachine::version, last_words},
    {"epsilon",
     &TestMachine::epsilon,
     "how much worse it may be, since people cost more: 0.1 beside crowds, 0.15 beside the "
     "skilled, "
     "0.2 beside experts",
     {.low = 0, .high = 0.3}},
};
const base::Settings<ListMachines> ListMachines::settings{
    {"project", &ListMachines::project, "its name", {.required = true}},
};

labeling::SuggestionsTaken import_suggestions(Work& work, const ImportSuggestions& request) {
    return import_from(work, request, [&](const auto& stored, const auto& take) {
        labeling::read_suggestions_of_text(
            request.file.empty() ? "the text" : request.file,
            request.text,
            stored.project.question,
            request.version,
            take
        );
    });
}

labeling::SuggestionsTaken
import_suggestion_file(Work& work, const ImportSuggestions& request, const std::string& path) {
    return import_from(work, request, [&](const auto& stored, const auto& take) {
        labeling::read_suggestions(path, stored.project.question, request.version, take);
    });
}

void each_unsuggested(
    base::Steps steps,
    const labeling::StoredProject& project,
    std::int64_t machine,
    const SuggestFor& wanted,
    std::size_t at_once,
    const std::function<void(std::vector<std::string> keys)>& ask,
    const std::function<bool(const std::string& key)>& leave_out
) {
    auto left = wanted.at_most > 0 ? static_cast<std::size_t>(wanted.at_most) : SIZE_MAX;
    auto give = [&](const std::vector<std::string>& keys) {
        auto lacking = steps.call([&](base::Tx& tx) {
            return labeling::not_suggested(tx, project, machine, keys, wanted.rejects);
        });
        if (leave_out) std::erase_if(lacking, leave_out);
        for (std::size_t at = 0; at < lacking.size() && left > 0; at += at_once) {
            auto n = std::min({at_once, lacking.size() - at, left});
            auto from = lacking.begin() + static_cast<std::ptrdiff_t>(at);
            ask({from, from + static_cast<std::ptrdiff_t>(n)});
            left -= n;
        }
        return left > 0;
    };
    if (wanted.where.empty() && !wanted.all) return labeling::each_queued(steps, project, give);
    auto where = schema::Filter::parse(wanted.where);
    std::vector<std::string> keys;
    steps.call([&](base::Tx& tx) {
        keys.clear();
        schema::each_record(tx, project.source_id, where.fields(), [&](schema::RecordFound& found) {
            if (where.matches(found.fields)) keys.push_back(found.id.key);
            return true;
        });
    });
    for (std::size_t at = 0; at < keys.size(); at += records_at_once) {
        auto from = keys.begin() + static_cast<std::ptrdiff_t>(at);
        auto n = std::min(records_at_once, keys.size() - at);
        if (!give({from, from + static_cast<std::ptrdiff_t>(n)})) return;
    }
}

Page<labeling::Suggestion> list_suggestions(Work& work, const ListSuggestions& request) {
    auto stored = known_project(work, request.project);
    labeling::Machine machine;
    if (request.annotator.empty()) {
        auto all = labeling::machines_of(work.tx, stored);
        if (all.empty()) return {};
        machine = all.back();
    } else {
        machine = labeling::require_machine(work.tx, stored, request.annotator, request.version);
    }
    labeling::SuggestionPlace after;
    if (const auto& text = request.page.after; !text.empty()) {
        auto dot = std::min(text.find('.'), text.size());
        auto rk = base::whole_number<std::int64_t>(text.substr(0, dot), 10);
        if (!rk || dot == text.size())
            throw base::UsageError(
                "'after'", "is not the 'next' of an earlier answer", "leave it out at first"
            );
        after = {*rk, text.substr(dot + 1)};
    }
    auto rows = labeling::suggestions_page(
        work.tx, stored, machine.id, after, request.rejects, request.page.limit
    );
    Page<labeling::Suggestion> page;
    if (rows.size() == static_cast<std::size_t>(request.page.limit))
        page.next = fmt::format("{}.{}", rows.back().rk, rows.back().key);
    for (auto& row : rows) page.items.push_back(std::move(row));
    return page;
}

Page<labeling::MachineReport> report_suggestions(Work& work, const ReportSuggestions& request) {
    return {labeling::report_machines(work.tx, known_project(work, request.project)), std::nullopt};
}

TestedMachine test_machine(Work& work, const TestMachine& request) {
    auto stored = known_project(work, request.project);
    auto machine = labeling::require_machine(work.tx, stored, request.annotator, request.version);
    auto tested = labeling::test_machine(work.tx, stored, machine, request.epsilon);
    const auto& result = tested.result;
    if (!result.lacks.empty())
        throw base::Error(
            fmt::format("machine '{}' version '{}'", machine.name, machine.version),
            "cannot be tested: " + result.lacks +
                (tested.left_out > 0
                     ? fmt::format(
                           "; {} answers given in sight of a suggestion do not count",
                           tested.left_out
                       )
                     : ""),
            "raise the project's overlap"
        );
    labeling::StoredTest kept;
    static_cast<labeling::AlternativeResult&>(kept) = result;
    kept.tested_at = work.now;
    kept.schema_version = stored.schema_version;
    labeling::put_test(work.tx, machine.id, kept);
    return {
        .annotator = machine.name,
        .version = machine.version,
        .passed = result.passed,
        .epsilon = result.epsilon,
        .winning_rate = result.winning_rate,
        .advantage = result.advantage,
        .people = result.people,
        .too_few_items = result.too_few_items,
        .records = tested.records,
        .left_out = tested.left_out};
}

Page<MachineLine> list_machines(Work& work, const ListMachines& request) {
    auto stored = known_project(work, request.project);
    Page<MachineLine> page;
    for (auto& say : labeling::machines_that_count(work.tx, stored)) {
        MachineLine line{
            .annotator = say.machine.name,
            .version = say.machine.version,
            .added_at = say.machine.added_at,
            .counts = say.counts && stored.project.machine.machines_count,
            .why_not = say.counts && !stored.project.machine.machines_count
                           ? "the project lets no machines count (machines_count)"
                           : say.why_not,
            .winning_rate = {},
            .advantage = {},
            .epsilon = {},
            .accuracy = say.machine.accuracy};
        if (auto test = labeling::test_of(stored, say.machine)) {
            line.winning_rate = test->winning_rate;
            line.advantage = test->advantage;
            line.epsilon = test->epsilon;
        }
        page.items.push_back(std::move(line));
    }
    return page;
}

}  // namespace service
