#pragma once

#include "labeling/queue/tally_store.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <functional>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>
#include <boost/json.hpp>

#include "base/numbers/random.hpp"
#include "labeling/projects/project_edit.hpp"
#include "labeling/projects/schema_store.hpp"
#include "labeling/quality/gold_store.hpp"
#include "labeling/quality/invalidation_store.hpp"
#include "labeling/quality/review_store.hpp"
#include "labeling/queue/collect_store.hpp"
#include "labeling/queue/own_work_store.hpp"
#include "labeling/sql.hpp"
#include "labeling/truth/truth_store.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/records/purge_store.hpp"
#include "schema/records/record.hpp"
#include "tests/labeling/queue/queue_steps.hpp"

using namespace std::chrono_literals;

inline constexpr int tally_records = 40;

// Forty records, five people, and whatever happens to them.
class TallyHistory : public LabelingWorld {
    template <typename Work>
    auto step(Work work) {
        return db->call([&](base::Tx& tx) { return work(tx); });
    }

public:
    TallyHistory(std::uint64_t seed, const std::string& toml) : random_(seed) {
        add_records(tally_records, {"a", "b"});
        add_project(toml);
        for (auto name : {"u1", "u2", "u3", "u4", "u5"}) users_.push_back(add_user(name));
    }

    // One thing that somebody does. Its name, for who reads a failure.
    std::string go_on() {
        using Step = std::pair<const char*, std::function<void()>>;
        const std::vector<Step> often{
            {"claim", [&] { take(); }},
            {"claim", [&] { take(); }},
            {"answer", [&] { answer(); }},
            {"answer", [&] { answer(); }},
            {"skip", [&] { give_back(true); }},
            {"release", [&] { give_back(false); }},
            {"undo", [&] { undo(); }},
            {"correct", [&] { correct(); }},
            {"take skipped ones", [&] { take_skipped(); }},
            {"time", [&] { later(std::chrono::seconds(random_.below(40))); }},
            {"queue", [&] { queue(false); }},
            {"collect", [&] { collect(); }},
        };
        const std::vector<Step> seldom{
            {"queue again", [&] { queue(true); }},
            {"remove",
             [&] {
                 step([&](base::Tx& tx) { labeling::remove_tasks(tx, project, some(), now()); });
             }},
            {"assign", [&] { assign(); }},
            {"priority",
             [&] {
                 auto to = static_cast<double>(random_.below(3));
                 step([&](base::Tx& tx) { labeling::set_priority(tx, project, some(), to); });
             }},
            {"double",
             [&] { step([&](base::Tx& tx) { labeling::double_tasks(tx, project, 0.1); }); }},
            {"decide", [&] { decide(); }},
            {"undo a decision",
             [&] {
                 on_task([&](base::Tx& tx, std::int64_t task) {
                     labeling::undo_decision(tx, project, task, now());
                 });
             }},
            {"send back", [&] { send_back(); }},
            {"invalidate", [&] { invalidate(); }},
            {"restore",
             [&] {
                 step([&](base::Tx& tx) {
                     labeling::restore_invalidated(tx, project, user(), "rita", now());
                 });
             }},
            {"truth", [&] { truth(); }},
            {"gold",
             [&] {
                 step([&](base::Tx& tx) { labeling::add_gold(tx, project, some(), "", now()); });
             }},
            {"no gold",
             [&] {
                 step([&](base::Tx& tx) { labeling::remove_gold(tx, project, some(), now()); });
             }},
            {"claim gold", [&] { take_gold(); }},
            {"overlap", [&] { change_overlap(); }},
            {"classes", [&] { change_classes(); }},
            {"import", [&] { import(); }},
            {"purge", [&] { purge(); }},
        };
        const auto& steps = random_.below(4) == 0 ? seldom : often;
        const auto& [name, what] = steps[random_.below(steps.size())];
        what();
        return name;
    }

    // The next task is the one that a look at all tasks finds.
    void check_next() {
        auto user = this->user();
        auto now = this->now();
        auto wanted = step([&](base::Tx& tx) {
            return tx.value<std::int64_t>(
                "WITH part AS (SELECT * FROM label_lease WHERE state <> 'released' AND NOT (state "
                "= 'held' AND expires_at <= $2::timestamptz)) SELECT id FROM label_task t WHERE "
                "state = 'open' AND answers + (SELECT count(*) FROM part l WHERE l.task_id = t.id "
                "AND l.state = 'held') < wanted AND (assigned_to IS NULL OR assigned_to = $1) AND "
                "NOT EXISTS (SELECT 1 FROM part l WHERE l.task_id = t.id AND l.user_id = $1) "
                "ORDER BY priority DESC, id LIMIT 1",
                user,
                schema::timestamp(now)
            );
        });
        auto got =
            step([&](base::Tx& tx) { return labeling::claim(tx, project.id, user, 1, now, 60s); });
        REQUIRE(got.size() == (wanted ? 1U : 0U));
        if (!wanted) return;
        CHECK(got[0].task == *wanted);
        hands_.emplace_back(user, got[0]);
    }
    void end_leases() {
        later(3600s);
        step([&](base::Tx& tx) { labeling::claim(tx, project.id, users_[0], 1, now(), 1s); });
    }

private:
    std::int64_t user() { return users_[random_.below(users_.size())]; }
    std::vector<std::string> some() {
        std::vector<std::string> keys;
        for (auto n = 1 + random_.below(6); n > 0; --n)
            keys.push_back(record_name(static_cast<int>(random_.below(tally_records))));
        return keys;
    }
    template <typename Work>
    void on_task(Work work) {
        step([&](base::Tx& tx) {
            if (auto task = labeling::task_of_key(tx, project, some()[0])) work(tx, *task);
        });
    }
    void hold(std::int64_t user, std::vector<labeling::Claimed> tasks) {
        for (auto& task : tasks) hands_.emplace_back(user, std::move(task));
    }
    std::optional<std::pair<std::int64_t, labeling::Claimed>> in_hand() {
        if (hands_.empty()) return std::nullopt;
        auto at = random_.below(hands_.size());
        auto held = hands_[at];
        hands_.erase(hands_.begin() + static_cast<std::ptrdiff_t>(at));
        return held;
    }

    void take() {
        auto who = user();
        auto n = static_cast<int>(1 + random_.below(4));
        hold(who, step([&](base::Tx& tx) {
                 return labeling::claim(tx, project.id, who, n, now(), 60s);
             }));
    }
    void take_skipped() {
        auto who = user();
        hold(who, step([&](base::Tx& tx) {
                 return labeling::claim_skipped(tx, project.id, who, 2, now(), 60s);
             }));
    }
    void take_gold() {
        auto who = user();
        hold(who, step([&](base::Tx& tx) {
                 return labeling::claim_gold(tx, project, who, 2, now(), 60s);
             }));
    }
    void answer() {
        auto held = in_hand();
        if (!held) return;
        auto said = answer_to(held->second, held->first, static_cast<int>(random_.below(2)));
        step([&](base::Tx& tx) {
            if (labeling::submit(tx, said, now()) == labeling::Submitted::accepted)
                labeling::settle(tx, project, said.task, now());
        });
    }
    void give_back(bool skip) {
        auto held = in_hand();
        if (!held) return;
        const auto& [who, task] = *held;
        step([&](base::Tx& tx) {
            skip ? labeling::skip(tx, task.task, who, task.token, "", now())
                 : labeling::release(tx, task.task, who, task.token, now());
        });
    }
    void undo() {
        auto who = user();
        auto back = step([&](base::Tx& tx) {
            auto task = labeling::undo_last(tx, project.id, who, now(), 60s);
            if (task) labeling::refresh_truth(tx, project, task->task, now());
            return task;
        });
        if (back) hands_.emplace_back(who, *back);
    }
    void correct() {
        auto who = user();
        step([&](base::Tx& tx) {
            auto said = labeling::own_history(tx, project.id, who, {}, {.state = "answered"}, 1);
            if (said.empty()) return;
            labeling::Answer answer{
                .task = said[0].task, .user_id = who, .attempt = said[0].attempt, .class_id = 1};
            if (labeling::correct(tx, answer, now()) == labeling::Submitted::accepted)
                labeling::settle(tx, project, answer.task, now());
        });
    }
    void queue(bool again) {
        std::vector<labeling::QueueRequest> wanted;
        for (const auto& key : some())
            wanted.push_back({key, static_cast<double>(random_.below(3)), "try"});
        step([&](base::Tx& tx) { labeling::enqueue(tx, project, wanted, again, now()); });
    }
    void assign() {
        std::optional<std::int64_t> who;
        if (random_.below(2) == 0) who = user();
        step([&](base::Tx& tx) { labeling::assign(tx, project, some(), who); });
    }
    void decide() {
        on_task([&](base::Tx& tx, std::int64_t task) {
            labeling::Decision decision{
                .answer = labeling::answer_of_class("a"), .made_by = "rita"};
            labeling::decide(tx, project, task, decision, now());
        });
    }
    void send_back() {
        auto who = user();
        on_task([&](base::Tx& tx, std::int64_t task) {
            auto at = now();
            labeling::send_back(tx, project, task, who, "look again", "rita", at, at + 60s);
        });
    }
    void invalidate() {
        labeling::InvalidateRequest wanted{.user_id = user(), .reason = "spam", .made_by = "rita"};
        step([&](base::Tx& tx) { labeling::invalidate(tx, project, wanted, now()); });
    }
    void truth() {
        if (check("SELECT count(*) FROM annotation WHERE withdrawn_at IS NULL") == 0) return;
        step([&](base::Tx& tx) { labeling::resolve_truth(tx, "p", {}, true, now()); });
    }
    void change_overlap() {
        labeling::ProjectEdit edit;
        edit.overlap = static_cast<int>(1 + random_.below(3));
        step([&](base::Tx& tx) {
            auto version = tx.value<std::int64_t>("SELECT version FROM label_project");
            labeling::edit_project(tx, "p", *version, edit, now());
            project = labeling::load_project(tx, "p");
        });
    }
    void change_classes() {
        using Action = labeling::SchemaChange::Action;
        labeling::SchemaChange change;
        change.action = Action::undo;
        if (random_.below(2) == 0) {
            change.action = Action::split;
            change.from = {"b"};
            change.to = {"b1", "b2"};
        }
        step([&](base::Tx& tx) {
            try {
                labeling::change_schema(tx, "p", change, "ann", now());
            } catch (const base::Error&) {  // nothing to undo, or no such class now
            }
            project = labeling::load_project(tx, "p");
        });
    }
    // Answers from a file: of anybody, once or more, with times or without.
    void collect() {
        struct Said {
            std::string key;
            labeling::CollectedAnswer answer;
        };
        auto at = now();
        bool timed = random_.below(2) == 0;
        std::vector<Said> said;
        for (const auto& key : some())
            for (auto n = random_.below(4); n > 0; --n) {
                labeling::CollectedAnswer answer;
                answer.answer.user_id = user();
                answer.answer.class_id = static_cast<std::int32_t>(random_.below(100));
                if (timed) answer.answer.at = at - std::chrono::seconds(random_.below(200));
                answer.taken_back = random_.below(8) == 0;
                answer.skipped = random_.below(8) == 0;
                said.push_back({key, answer});
            }
        step([&](base::Tx& tx) {
            auto stored = labeling::load_project(tx, "p");
            std::vector<std::string> keys;
            for (const auto& each : said) keys.push_back(each.key);
            auto tasks = labeling::tasks_to_collect(tx, stored, keys, at);
            const auto& classes = stored.project.question.classes;
            std::vector<labeling::CollectedAnswer> answers;
            for (auto [key, answer] : said) {
                if (!tasks.contains(key) || classes.empty()) continue;
                answer.answer.task = tasks.at(key);
                auto place = static_cast<std::size_t>(*answer.answer.class_id) % classes.size();
                answer.answer.class_id = classes[place].id;
                answers.push_back(answer);
            }
            labeling::collect(tx, stored, answers, {}, at);
        });
    }

    void import() {
        auto part = static_cast<double>(random_.below(3)) / 20;
        step([&](base::Tx& tx) {
            labeling::ImportOptions options;
            options.share = part;
            labeling::import_field(tx, "p", "kind", options, now());
        });
    }
    void purge() {
        schema::PurgeWhat what;
        what.url = some()[0];
        schema::purge(*db, blobs_, what, "rita", now());
    }

    base::Random random_;
    std::vector<std::int64_t> users_;
    std::vector<std::pair<std::int64_t, labeling::Claimed>> hands_;
    schema::Blobs blobs_{
        std::filesystem::temp_directory_path() / ("tilth-tally-" + std::to_string(getpid()))};
};
