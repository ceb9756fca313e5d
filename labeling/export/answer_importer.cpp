// Answers of people on their way in.
//
// All that is told of a person is their name. One that no user has is refused before anything is
// written, or becomes a user who can not sign in: never somebody else's work. What a machine said
// is a suggestion and no answer, and stays out. Batches end between records, so that all that one
// person said of a record comes together wherever the file has it in one place.
#include "labeling/export/answer_importer.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/text/unicode.hpp"
#include "base/text/utf8.hpp"
#include "labeling/export/given_answer.hpp"
#include "labeling/machine/machine_store.hpp"
#include "labeling/queue/collect_store.hpp"
#include "labeling/queue/people_store.hpp"
#include "labeling/tasks/stored_answer.hpp"
#include "schema/people/user_store.hpp"

namespace labeling {

namespace {

constexpr std::size_t answers_at_once = 2'000;
constexpr std::size_t most_at_once = 20'000;  // of one record
constexpr std::size_t names_told = 20;
constexpr auto nobodys = "does not say who gave it";
constexpr int most_attempts = 1'000'000;
constexpr std::int64_t longest_answer = 24L * 60 * 60 * 1000;  // milliseconds

bool may_be_named(std::string_view name) {
    if (name.empty() || base::count_code_points(name) > 64) return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return static_cast<unsigned char>(c) > 0x20 && c != 0x7F;
    });
}

class AnswerImporter {
public:
    AnswerImporter(
        base::Steps steps,
        const StoredProject& project,
        const AnswerImport& import,
        Time now
    )
        : steps_(steps), project_(project), import_(import), now_(now), records_(steps, project) {
        for (const auto& machine :
             steps.call([&](base::Tx& tx) { return machines_of(tx, project_); })) {
            machines_.insert(machine.name);
            machines_.insert(machine_user(machine));
        }
    }

    // Refuses a file with people who are no users, if that is wanted, before any of it is taken.
    void check_people(const EachPersonAnswer& answers) {
        std::set<std::string> names;
        answers([&](PersonAnswer&& answer) {
            stop_if_asked();
            auto name = base::tidy_name(answer.person);
            if (!name.empty() && !machines_.contains(name)) names.insert(std::move(name));
        });
        refuse_unknown(names);
    }

    void add(PersonAnswer&& answer) {
        stop_if_asked();
        answer.person = base::tidy_name(answer.person);
        if (given_++ == 0) first_ = name_of_given(answer.said);
        bool same = !waiting_.empty() && waiting_.back().said.key == answer.said.key &&
                    waiting_.back().said.text == answer.said.text;
        if (waiting_.size() >= (same ? most_at_once : answers_at_once)) write();
        waiting_.push_back(std::move(answer));
    }

    ImportedAnswers finish() {
        write();
        if (given_ > 0 && result_.no_record == given_)
            records_.none_matched(given_, "answers", first_);
        result_.annotators = static_cast<std::int64_t>(told_.size());
        result_.rejected = strangers_.sorted();
        result_.faults = faults_.sorted();
        if (given_ > 0 && result_.rejects + result_.no_record == given_) fail_as_all_rejected();
        if (result_.added + result_.corrected + result_.taken_back > 0)
            steps_.call([&](base::Tx& tx) { end_collection(tx, project_, now_); });
        return std::move(result_);
    }

private:
    void stop_if_asked() const {
        if (import_.stop.stop_requested()) throw base::Interrupted();
    }

    // Those who are no users, of whom `names` is not empty.
    void refuse_unknown(std::set<std::string> names) {
        std::vector<std::string> wanted(names.begin(), names.end());
        auto known = steps_.call([&](base::Tx& tx) { return users_named(tx, wanted); });
        for (auto& user : known) {
            names.erase(user.name);
            users_.insert_or_assign(user.name, user);
        }
        if (names.empty() || import_.unknown == UnknownAnnotators::create) return;
        std::string list;
        std::size_t told = 0;
        for (const auto& name : names)
            if (told++ < names_told) list += (list.empty() ? "'" : ", '") + name + "'";
        if (told > names_told) list += fmt::format(" and {} more", told - names_told);
        throw base::Error(
            "project '" + project_.project.name + "'",
            fmt::format(
                "{} annotator{} of the file {} no user: {}",
                names.size(),
                names.size() == 1 ? "" : "s",
                names.size() == 1 ? "is" : "are",
                list
            ),
            "make them by 'tilth user add', or import with --annotators create, which makes users "
            "who can not sign in"
        );
    }

    struct Ready {
        std::string key;
        CollectedAnswer answer;
        std::size_t from = 0;  // of those that wait
    };

    void write() {
        if (waiting_.empty()) return;
        const auto& question = project_.project.question;
        bool whole = std::any_of(waiting_.begin(), waiting_.end(), [&](const PersonAnswer& one) {
            return needs_record(question, one.said);
        });
        std::vector<GivenLabel*> labels;
        std::set<std::string> people;
        for (auto& one : waiting_) {
            labels.push_back(&one.said);
            if (!one.person.empty() && !users_.contains(one.person) &&
                !machines_.contains(one.person))
                people.insert(one.person);
        }
        auto records = records_.find(labels, whole);
        if (!people.empty()) refuse_unknown(people);
        std::vector<Ready> ready;
        for (std::size_t i = 0; i < waiting_.size(); ++i) read(i, records, ready);
        if (!ready.empty()) take(ready);
        waiting_.clear();
        auto stored = result_.added + result_.corrected;
        if (stored < next_look_) return;
        steps_.call([&](base::Tx& tx) { plan_for_more(tx, stored); });
        next_look_ = 2 * stored;
    }

    void read(
        std::size_t i,
        const std::map<std::string, MatchedRecord>& records,
        std::vector<Ready>& ready
    ) {
        const auto& one = waiting_[i];
        auto record = records.find(one.said.key);
        if (record == records.end()) {
            ++result_.no_record;
            return reject(one, "no record of the source is called so");
        }
        if (auto why = why_not(one); !why.empty()) return fault(one, why);
        Ready made;
        made.key = record->second.key;
        made.from = i;
        made.answer.skipped = one.skipped;
        if (!one.skipped) {
            auto read = read_given(project_.project.question, one.said, record->second);
            if (read.missing) {
                ++result_.no_value;
                return;
            }
            if (!read.stranger.empty()) {
                strangers_.add(read.stranger);
                ++result_.rejects;
                return reject(one, "'" + read.stranger + "' is no class of the project");
            }
            if (!read.fault.empty()) return fault(one, read.fault);
            result_.scaled += read.scaled ? 1 : 0;
            auto stored = stored_answer(project_.project.question, *read.answer);
            made.answer.answer.class_id = stored.class_id;
            made.answer.answer.value = std::move(stored.value);
        }
        made.answer.numbered = one.attempt.has_value();
        made.answer.answer.attempt = one.attempt.value_or(1);
        made.answer.taken_back = one.taken_back;
        made.answer.taken_back_at = one.taken_back_at;
        if (one.schema_version && *one.schema_version <= project_.schema_version)
            made.answer.answer.schema_version = one.schema_version;
        // It was given before it was taken back, and when the import runs it was long gone.
        made.answer.answer.at = one.at ? one.at : one.taken_back_at;
        if (one.milliseconds)
            made.answer.answer.milliseconds =
                static_cast<std::int32_t>(std::min(*one.milliseconds, longest_answer));
        ready.push_back(std::move(made));
    }

    // Why an answer can not be taken whatever it says; empty: it can.
    std::string why_not(const PersonAnswer& one) const {
        if (!one.said.fault.empty()) return one.said.fault;
        if (one.person.empty()) return nobodys;
        if (machines_.contains(one.person))
            return "'" + one.person +
                   "' is a machine here, whose answers are suggestions: see 'tilth label suggest "
                   "import'";
        auto user = users_.find(one.person);
        if (user == users_.end() && !may_be_named(one.person))
            return "'" + one.person + "' can be no user: names have 1 to 64 characters, none blank";
        if (user != users_.end() && one.simulated && !user->second.simulated)
            return "'" + one.person + "' is a simulated annotator in the file, and a person here";
        if (one.attempt && *one.attempt > most_attempts) return "is an attempt beyond a million";
        auto soon = now_ + std::chrono::hours(24);
        if (one.at && *one.at > soon) return "was given in the future";
        if (one.taken_back_at && *one.taken_back_at > soon) return "was taken back in the future";
        if (one.at && one.taken_back_at && *one.taken_back_at < *one.at)
            return "was taken back before it was given";
        return {};
    }

    void fault(const PersonAnswer& one, const std::string& reason) {
        faults_.add(reason);
        ++result_.rejects;
        reject(one, reason);
    }

    void reject(const PersonAnswer& one, const std::string& reason) const {
        if (import_.reject) import_.reject(one, reason);
    }

    std::int64_t user_of(base::Tx& tx, const PersonAnswer& one, std::vector<NamedUser>& made) {
        if (auto known = users_.find(one.person); known != users_.end()) return known->second.id;
        for (const auto& each : made)
            if (each.name == one.person) return each.id;
        auto id = std::int64_t{0};
        if (one.simulated) {
            id = simulated_user(tx, one.person, now_);
        } else {
            auto user = schema::add_user(tx, one.person, schema::Role::label, now_);
            id = (user ? user : schema::find_user(tx, one.person)).value().id;
        }
        made.push_back({.id = id, .name = one.person, .simulated = one.simulated});
        return id;
    }

    void take(std::vector<Ready>& ready) {
        std::vector<std::string> keys;
        for (const auto& each : ready) keys.push_back(each.key);
        std::sort(keys.begin(), keys.end());
        keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
        std::vector<NamedUser> made;
        std::vector<std::optional<Collected>> became;
        PassedAnswers passed;
        steps_.call([&](base::Tx& tx) {
            made.clear();
            became.assign(ready.size(), std::nullopt);
            if (project_to_answer(tx, project_.id).schema_version != project_.schema_version)
                throw base::Error(
                    "project '" + project_.project.name + "'",
                    "has other classes than when the import began",
                    "import the file again"
                );
            auto tasks = tasks_to_collect(tx, project_, keys, now_);
            std::vector<CollectedAnswer> answers;
            std::vector<std::size_t> places;
            for (std::size_t i = 0; i < ready.size(); ++i) {
                auto task = tasks.find(ready[i].key);
                if (task == tasks.end()) continue;
                ready[i].answer.answer.task = task->second;
                ready[i].answer.answer.user_id = user_of(tx, waiting_[ready[i].from], made);
                answers.push_back(ready[i].answer);
                places.push_back(i);
            }
            auto collected = collect(tx, project_, answers, passed_, now_);
            for (std::size_t i = 0; i < places.size(); ++i) became[places[i]] = collected.became[i];
            passed = std::move(collected.passed);
        });
        for (const auto& [pair, attempt] : passed) passed_[pair] = attempt;
        for (auto& user : made) {
            result_.new_annotators.push_back(user.name);
            users_.insert_or_assign(user.name, user);
        }
        for (std::size_t i = 0; i < ready.size(); ++i) count(waiting_[ready[i].from], became[i]);
    }

    void count(const PersonAnswer& one, std::optional<Collected> became) {
        if (!became) return fault(one, "its record lacks a field that the question needs");
        told_.insert(one.person);
        bool stored = *became == Collected::added || *became == Collected::corrected;
        if (stored && one.schema_version.value_or(1) > project_.schema_version)
            ++result_.other_version;
        switch (*became) {
            case Collected::added:
                ++result_.added;
                return;
            case Collected::corrected:
                ++result_.corrected;
                return;
            case Collected::taken_back:
                ++result_.taken_back;
                return;
            case Collected::skipped:
                ++result_.skipped;
                return;
            case Collected::known:
                ++result_.unchanged;
                return;
            case Collected::older:
                return fault(one, "is older than what this person answered since");
            case Collected::invalid:
                return fault(one, "this person's answers to it were declared invalid");
            case Collected::audit:
                return fault(one, "this person answered it for an audit");
        }
    }

    [[noreturn]] void fail_as_all_rejected() const {
        const auto& first = result_.faults.empty() ? result_.rejected : result_.faults;
        bool nobody = !first.empty() && first.front().first == nobodys;
        throw base::Error(
            "project '" + project_.project.name + "'",
            fmt::format(
                "none of {} answers was taken: {}{}",
                given_,
                result_.faults.empty() ? "no class is called " : "",
                first.empty() ? std::string("they name no record") : first.front().first
            ),
            nobody ? "name the person by --person, or what names them by --annotator-column"
                   : "see --rejects"
        );
    }

    base::Steps steps_;
    const StoredProject& project_;
    const AnswerImport& import_;
    Time now_;
    RecordMatch records_;
    std::set<std::string> machines_;
    std::map<std::string, NamedUser> users_;
    std::vector<PersonAnswer> waiting_;
    std::string first_;
    std::int64_t given_ = 0;
    std::int64_t next_look_ = 1'000;  // at plans, when so many are stored
    PassedAnswers passed_;
    std::set<std::string> told_;  // whose answers were taken or there
    TextCounts strangers_, faults_;
    ImportedAnswers result_;
};

}  // namespace

ImportedAnswers import_answers(
    base::Steps steps,
    const std::string& name,
    const EachPersonAnswer& answers,
    const AnswerImport& import,
    Time now
) {
    auto project = steps.call([&](base::Tx& tx) { return load_project(tx, name); });
    auto labels = [&](const TakeLabel& take) {
        answers([&](PersonAnswer&& answer) { take(std::move(answer.said)); });
    };
    AnswerImporter importer(steps, project, import, now);
    if (!import.read_once) importer.check_people(answers);
    auto new_classes = add_strangers(steps, project, labels, import.classes, now);
    answers([&](PersonAnswer&& answer) { importer.add(std::move(answer)); });
    auto result = importer.finish();
    result.new_classes = std::move(new_classes);
    return result;
}

}  // namespace labeling
