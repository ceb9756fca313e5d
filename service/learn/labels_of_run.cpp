// A label may be given anew while a snapshot holds the old one. What is compared is what both sides
// keep: a number of a class, or JSON as the database writes it.
#include "service/learn/labels_of_run.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/numbers/parse.hpp"
#include "base/numbers/random.hpp"
#include "labeling/quality/record_labels_store.hpp"
#include "training/snapshots/member_store.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace service {

namespace {

namespace json = boost::json;

constexpr std::size_t records_at_once = 5'000;

// Records by the two lists that labeling wants.
struct RecordList {
    std::vector<std::int64_t> rks;
    std::vector<std::string> keys;

    void add(std::int64_t rk, const std::string& key) {
        rks.push_back(rk);
        keys.push_back(key);
    }
};

// What a run learns of labels: of a form the answers to one question.
struct Learnt {
    std::string question;
    std::vector<std::string> classes;  // of the question

    std::string text_of(const labeling::RecordLabel& label) const {
        if (label.class_id) return std::to_string(*label.class_id);
        if (question.empty() || !label.value) return label.value.value_or("");
        const auto form = json::parse(*label.value);
        const auto* object = form.if_object();
        const auto* answer = object ? object->if_contains(question) : nullptr;
        if (!answer) return "";
        if (const auto* name = answer->if_string()) {
            const auto at = std::find(classes.begin(), classes.end(), std::string_view(*name));
            if (at != classes.end()) return std::to_string(at - classes.begin());
        }
        return json::serialize(*answer);
    }
};

// As labeling has the label of a member, if it is the one that the snapshot has.
std::string text_of_member(const training::SnapshotMember& member) {
    if (member.class_id) return std::to_string(*member.class_id);
    if (member.label) return *member.label;
    return member.value ? base::number_text(*member.value) : "";
}

bool same_label(const std::string& now, const std::string& then) {
    if (now == then) return true;
    boost::system::error_code no_list, none;
    const auto left = json::parse(now, no_list), right = json::parse(then, none);
    if (!no_list && !none && left == right) return true;
    const auto a = base::parse_number(now), b = base::parse_number(then);
    return a && b && *a == *b;
}

// An answer as a line shows it: names of classes as they are, spans by their number.
std::string short_answer(const std::string& answer) {
    boost::system::error_code error;
    const auto parsed = json::parse(answer, error);
    const auto* list = error ? nullptr : parsed.if_array();
    if (!list) return answer;
    std::string names;
    for (const auto& one : *list) {
        if (!one.is_string())
            return fmt::format("{} span{}", list->size(), list->size() == 1 ? "" : "s");
        names += (names.empty() ? "" : "+") + std::string(one.as_string());
    }
    return names.empty() ? "none" : names;
}

}  // namespace

training::LabelsNow labels_now(Work& work, const training::RunInfo& run) {
    const auto asked = json::parse(run.spec).as_object();
    const auto* target = asked.if_contains("target");
    const bool column = target && target->is_string() && !target->as_string().empty();
    if (run.project_id == 0 || column) return {.digest = "no labels"};
    training::LabelsNow out;
    const auto snapshot = training::require_snapshot(work.tx, run.snapshot);
    const Learnt learnt{
        training::made_with(snapshot, "question"), training::class_names(work.tx, snapshot)};
    std::uint64_t digest = 0;
    RecordList page;
    std::vector<std::string> then;
    const auto compare = [&] {
        std::unordered_map<std::string, std::string> now;
        for (const auto& label : labeling::labels_of_records(
                 work.tx, run.project_id, run.source_id, page.rks, page.keys
             ))
            now[label.key] = learnt.text_of(label);
        for (std::size_t i = 0; i < page.keys.size(); ++i) {
            const auto& label = now[page.keys[i]];
            // A sum, for the order of records says nothing.
            digest += base::seed_of(label, base::seed_of(page.keys[i]));
            out.changed += !then[i].empty() && !same_label(label, then[i]) ? 1 : 0;
        }
        page = {};
        then.clear();
    };
    training::each_member(
        work.here.database,
        run.snapshot_id,
        [&](const training::SnapshotMember& member) {
            page.add(member.rk, member.key);
            then.push_back(text_of_member(member));
            if (page.keys.size() == records_at_once) compare();
        }
    );
    compare();
    out.digest = fmt::format("{:016x}", digest);
    return out;
}

void add_people(Work& work, const training::Analysis& analysis, FoundErrors& found) {
    if (analysis.run.project_id == 0) return;
    RecordList records;
    for (const auto* items : {&analysis.label_errors, &analysis.ambiguous, &analysis.far})
        for (const auto& one : *items) records.add(one.item.id.rk, one.item.id.key);
    if (records.keys.empty()) return;
    const auto said = labeling::said_of_records(
        work.tx, analysis.run.project_id, analysis.run.source_id, records.rks, records.keys
    );
    for (auto* reviews : {&found.label_errors, &found.ambiguous, &found.far})
        for (auto& one : *reviews) {
            const auto at = said.find(one.key);
            if (at == said.end()) continue;
            std::int64_t people = 0;
            std::string text;
            for (const auto& answer : at->second) {
                people += answer.people;
                text += fmt::format(
                    "{}{} {}", text.empty() ? "" : ", ", short_answer(answer.answer), answer.people
                );
            }
            if (people > 1) one.people = std::move(text);
        }
}

}  // namespace service
