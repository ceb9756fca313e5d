// What people and machines say of the same records, walked a page at a time in the order of the
// records, so that the answers of a record, and those of a person to it, stand together.
#include "labeling/machine/beside_store.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "labeling/machine/suggestion_store.hpp"
#include "labeling/quality/gold_store.hpp"
#include "labeling/sql.hpp"
#include "labeling/tasks/stored_answer.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

constexpr int page = 5'000;
constexpr auto first_place = std::numeric_limits<std::int64_t>::min();

struct BesideRow {
    std::int64_t rk = first_place;
    std::string key;
    std::int64_t user_id = first_place;
    int attempt = 0;
    std::string user_name, class_name, value;
    bool withdrawn = false;
    std::optional<std::int64_t> machine;
    std::optional<SuggestionSeen> suggestion;
    std::string suggested_class, suggested;

    std::string answer() const { return answer_of(class_name, value); }
    std::string machine_answer() const { return answer_of(suggested_class, suggested); }
    bool is_suggested() const { return !suggested_class.empty() || !suggested.empty(); }
    bool swayed() const { return suggestion == SuggestionSeen::before; }
    bool same_record(const BesideRow& other) const { return rk == other.rk && key == other.key; }
};
BOOST_DESCRIBE_STRUCT(
    BesideRow,
    (),
    (rk,
     key,
     user_id,
     attempt,
     user_name,
     class_name,
     value,
     withdrawn,
     machine,
     suggestion,
     suggested_class,
     suggested)
)

struct MachineAnswerRow {
    std::int64_t machine = 0;
    std::string class_name, value;
};
BOOST_DESCRIBE_STRUCT(MachineAnswerRow, (), (machine, class_name, value))

using Attempts = std::vector<BesideRow>;  // of one person to one record, in order

// Calls with the attempts of each person to each record.
void each_person(
    base::Steps steps,
    const StoredProject& project,
    std::optional<std::int64_t> machine,
    const std::function<void(const Attempts&)>& visit
) {
    BesideRow last;
    Attempts attempts;
    auto give = [&] {
        if (!attempts.empty()) visit(attempts);
        attempts.clear();
    };
    for (bool more = true; more;) {
        auto rows = steps.call([&](base::Tx& tx) {
            return base::rows_as<BesideRow>(tx.exec(
                sql::file["answers_beside_page"],
                project.id,
                project.source_id,
                last.rk,
                last.key,
                last.user_id,
                last.attempt,
                page,
                machine
            ));
        });
        more = static_cast<int>(rows.size()) == page;
        if (more) last = rows.back();
        for (auto& row : rows) {
            if (!attempts.empty() &&
                !(attempts.back().same_record(row) && attempts.back().user_id == row.user_id))
                give();
            attempts.push_back(std::move(row));
        }
    }
    give();
}

// What a person said for themselves; null: nothing.
const BesideRow* own_answer(const Attempts& attempts) {
    const BesideRow* standing = nullptr;
    const BesideRow* unswayed = nullptr;
    for (const auto& each : attempts) {
        if (!each.withdrawn) standing = &each;
        if (!each.swayed()) unswayed = &each;
    }
    if (standing && !standing->swayed()) return standing;
    return standing ? unswayed : nullptr;
}

struct Counts {
    std::int64_t answers = 0, same = 0;
    double likeness = 0;

    SuggestedAgreement told() const {
        SuggestedAgreement told{.answers = answers, .same = same};
        if (answers == 0) return told;
        auto n = static_cast<double>(answers);
        auto interval = base::wilson(static_cast<double>(same), n);
        told.share = static_cast<double>(same) / n;
        told.low = interval.low;
        told.high = interval.high;
        told.likeness = likeness / n;
        return told;
    }
};
struct MachineCount {
    Counts shown, unseen;
    std::int64_t corrected = 0;
};

void compare(MachineReport& report, const MachineCount& counted) {
    report.shown = counted.shown.told();
    report.unseen = counted.unseen.told();
    report.corrected = counted.corrected;
    if (counted.shown.answers == 0 || counted.unseen.answers == 0) return;
    report.difference = report.shown.share - report.unseen.share;
    auto interval = difference_of_shares(
        static_cast<double>(counted.shown.same),
        static_cast<double>(counted.shown.answers),
        static_cast<double>(counted.unseen.same),
        static_cast<double>(counted.unseen.answers)
    );
    report.low = interval.low;
    report.high = interval.high;
}

}  // namespace

MachineTested test_machine(
    base::Steps steps,
    const StoredProject& project,
    const Machine& machine,
    double epsilon
) {
    const auto& question = project.project.question;
    const auto& type = task_type(question.kind);
    AlternativeTest test([&](const std::string& a, const std::string& b) {
        return type.likeness(question, a, b);
    });
    MachineTested tested;
    BesideRow record;
    std::string suggested;
    std::vector<AlternativeTest::Said> people;
    auto give = [&] {
        if (people.size() >= 2) ++tested.records;
        test.add(suggested, people);
        people.clear();
    };
    each_person(steps, project, machine.id, [&](const Attempts& attempts) {
        const auto& first = attempts.front();
        if (!first.is_suggested()) return;
        if (!first.same_record(record)) {
            give();
            record = first;
            suggested = first.machine_answer();
        }
        const auto* own = own_answer(attempts);
        bool swayed = std::any_of(attempts.begin(), attempts.end(), [](const auto& each) {
            return !each.withdrawn && each.swayed();
        });
        if (swayed) ++tested.left_out;
        if (own) people.emplace_back(own->user_name, as_far_as(question, own->answer(), suggested));
    });
    give();
    tested.result = test.result(epsilon);
    return tested;
}

std::vector<MachineReport> report_machines(base::Steps steps, const StoredProject& project) {
    const auto& question = project.project.question;
    const auto& type = task_type(question.kind);
    std::map<std::int64_t, MachineCount> counted;
    auto says_so = [&](const BesideRow& row, const std::string& suggested) {
        return type.likeness(question, as_far_as(question, row.answer(), suggested), suggested);
    };
    each_person(steps, project, std::nullopt, [&](const Attempts& attempts) {
        auto first = std::find_if(attempts.begin(), attempts.end(), [](const auto& each) {
            return each.suggestion && each.is_suggested();
        });
        if (first == attempts.end()) return;
        auto suggested = first->machine_answer();
        auto& sums = counted[first->machine.value_or(0)];
        auto& group = first->swayed() ? sums.shown : sums.unseen;
        auto likeness = says_so(*first, suggested);
        ++group.answers;
        group.likeness += likeness;
        if (likeness >= right_likeness) {
            ++group.same;
            return;
        }
        const auto& last = attempts.back();
        if (!first->swayed() && last.swayed() && !last.withdrawn &&
            says_so(last, suggested) >= right_likeness)
            ++sums.corrected;
    });
    auto machines = steps.call([&](base::Tx& tx) { return machines_of(tx, project); });
    std::vector<std::int64_t> ids;
    for (const auto& each : machines) ids.push_back(each.id);
    auto sums = steps.call([&](base::Tx& tx) { return machine_sums(tx, ids); });
    std::vector<MachineReport> reports;
    for (const auto& machine : machines) {
        MachineReport report{.annotator = machine.name, .version = machine.version};
        for (const auto& sum : sums) {
            if (sum.machine_id != machine.id) continue;
            report.suggestions = sum.suggestions;
            report.rejects = sum.rejects;
            report.input_tokens = sum.input_tokens;
            report.output_tokens = sum.output_tokens;
            report.cost = sum.cost;
        }
        compare(report, counted[machine.id]);
        reports.push_back(std::move(report));
    }
    return reports;
}

base::Interval difference_of_shares(double a, double n, double b, double m) {
    auto p = a / n, q = b / m;
    auto of_p = base::wilson(a, n), of_q = base::wilson(b, m);
    return {
        .low = p - q - std::hypot(p - of_p.low, of_q.high - q),
        .high = p - q + std::hypot(of_p.high - p, q - of_q.low)};
}

std::vector<MachineSay>
add_machine_answers(base::Steps steps, const StoredProject& project, AnswerSet& answers) {
    if (!project.project.machine.machines_count) return {};
    auto machines = steps.call([&](base::Tx& tx) { return machines_that_count(tx, project); });
    if (machines.empty()) return machines;
    if (std::none_of(machines.begin(), machines.end(), [](const auto& say) { return say.counts; }))
        throw base::Error(
            "project '" + project.project.name + "'",
            "lets machines count, and none may: " + machines.back().why_not,
            "see 'tilth label machine test', or set machines_count = false"
        );
    for (const auto& say : machines) {
        if (!say.counts) continue;
        SuggestionPlace last;
        for (bool more = true; more;) {
            auto rows = steps.call([&](base::Tx& tx) {
                return suggestions_page(tx, project, say.machine.id, last, false, page);
            });
            more = static_cast<int>(rows.size()) == page;
            if (more) last = rows.back().place();
            for (const auto& row : rows)
                if (row.usable)
                    answers.add(
                        {.key = row.key, .user = machine_user(say.machine), .value = row.answer()}
                    );
        }
    }
    return machines;
}

void add_machine_answers(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t task,
    const std::string& key,
    AnswerSet& answers,
    Trust& trust
) {
    if (!project.project.machine.machines_count) return;
    std::map<std::int64_t, Machine> counting;
    std::vector<std::int64_t> ids;
    for (auto& say : machines_that_count(tx, project)) {
        if (!say.counts) continue;
        ids.push_back(say.machine.id);
        counting.emplace(say.machine.id, std::move(say.machine));
    }
    if (ids.empty()) return;
    for (const auto& row : base::rows_as<MachineAnswerRow>(
             tx.exec(sql::file["machine_answers_of_task"], task, schema::array_of(ids))
         )) {
        const auto& machine = counting.at(row.machine);
        if (machine.accuracy) trust.emplace(machine_user(machine), *machine.accuracy);
        answers.add(
            {.key = key,
             .user = machine_user(machine),
             .value = answer_of(row.class_name, row.value)}
        );
    }
}

void keep_machine_accuracy(
    base::Tx& tx,
    const std::vector<MachineSay>& machines,
    const std::vector<std::pair<std::string, double>>& accuracy
) {
    for (const auto& say : machines)
        for (const auto& [name, share] : accuracy)
            if (say.counts && name == machine_user(say.machine))
                tx.exec(
                    sql::file["put_machine_accuracy"], say.machine.id, std::clamp(share, 0.0, 1.0)
                );
}

}  // namespace labeling
