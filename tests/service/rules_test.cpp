// Rules over a source of made-up messages: their votes, the labels by them, and what people say
// instead.
#include <chrono>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "labeling/store.hpp"
#include "schema/records/record_store.hpp"
#include "service/context.hpp"
#include "service/labels/judging.hpp"
#include "service/labels/queue/queue.hpp"
#include "service/labels/rules/rules.hpp"
#include "service/records/records.hpp"
#include "service/refusal.hpp"
#include "tests/support/program.hpp"
#include "tests/support/test_database.hpp"

namespace {

using Catch::Contains;

constexpr int messages = 60;

// Of three messages the first wins something and is spam, the second is a friend's, and of the
// third no rule knows anything.
struct RulesWorld {
    test::TestDatabase db{4};
    test::Folder home;
    base::StopOnSignal stop;
    service::Context context{stop};

    RulesWorld() {
        context.config.database.url = db.url();
        context.config.home = home.path;
        run("INSERT INTO source (id, name, kind, created_at) VALUES (1, 's', 'files', now())");
        const char* bodies[] = {"You win a prize", "See you, love", "Nothing"};
        for (int i = 0; i < messages; ++i) add_message("m" + std::to_string(i), bodies[i % 3], i);
        db->call([&](base::Tx& tx) {
            labeling::Project project;
            project.name = "p";
            project.source = "s";
            for (auto name : {"ham", "spam"})
                project.question.classes.push_back({.id = name[0] == 's', .name = name});
            labeling::create_project(tx, project, std::chrono::system_clock::now());
        });
    }
    void add_message(const std::string& key, const std::string& body, int n) {
        db->call([&](base::Tx& tx) {
            auto rk = schema::record_key("s", key);
            tx.exec(
                "INSERT INTO record (rk, source_id, key, version, content_sha256, first_run, "
                "last_run, first_seen, last_seen) VALUES ($1, 1, $2, 1, 'x', 1, 1, now(), now())",
                rk,
                key
            );
            tx.exec(
                "INSERT INTO record_version (rk, source_id, key, version, run_id, content_sha256, "
                "payload, stored_at) VALUES ($1, 1, $2, 1, 1, 'x', $3::jsonb, now())",
                rk,
                key,
                "{\"n\": " + std::to_string(n) + "}"
            );
            tx.exec(
                "INSERT INTO content_text (rk, source_id, key, version, title, body, language, "
                "characters, words, simhash) VALUES ($1, 1, $2, 1, '', $3, 'en', 1, 1, 0)",
                rk,
                key,
                body
            );
        });
    }
    void run(const std::string& sql) {
        db->call([&](base::Tx& tx) { tx.exec(sql); });
    }
    std::int64_t number(const std::string& sql) { return db.number(sql); }
    std::int64_t labels(const std::string& method) {
        return number("SELECT count(*) FROM ground_truth WHERE method = '" + method + "'");
    }
    template <auto verb>
    service::AnswerOf<verb> ask(const service::RequestOf<verb>& request) {
        service::AnswerOf<verb> answer;
        service::run_locally(context.environment(), [&](service::Work& work) {
            answer = verb(work, request);
        });
        return answer;
    }
    service::RulesState set(const std::string& more = "") {
        service::SetRules request;
        request.project = "p";
        request.set = labeling::RuleSet::settings.read(base::Document::toml(
            R"([[rule]]
name = "prize"
class = "spam"
words = ["prize", "cash"]
[[rule]]
name = "win"
kind = "regex"
class = "spam"
pattern = '\bwin\b'
[[rule]]
name = "love"
class = "ham"
words = ["love"]
[[rule]]
name = "few"
kind = "field"
class = "spam"
where = "n < 9"
)" + more,
            "rules.toml"
        ));
        return ask<service::set_rules>(request);
    }
    service::RulesRun run_them() { return ask<service::run_rules>({.project = "p"}); }
    service::RulesApplied apply(double least = 0.5) {
        return ask<service::apply_rules>({.project = "p", .min_confidence = least});
    }
    // What people said of a message.
    void import(const std::string& key, int class_id) {
        db->call([&](base::Tx& tx) {
            tx.exec(
                "INSERT INTO ground_truth (rk, source_id, key, project_id, class_id, probability, "
                "method, set_at) VALUES ($1, 1, $2, 1, $3, 1, 'import', now())",
                schema::record_key("s", key),
                key,
                class_id
            );
        });
    }
};

}  // namespace

TEST_CASE("rules vote, are judged, and label what nobody labeled", "[service][rules]") {
    RulesWorld world;
    auto set = world.set();
    CHECK(set.version == 1);
    CHECK(set.rules == 4);
    CHECK_FALSE(set.votes_of);
    CHECK_THROWS_WITH(world.apply(), Contains("were not run yet"));

    auto done = world.run_them();
    CHECK(done.records == messages);
    CHECK(done.voted == 43);  // 20 that win, 20 of love, and three of the first nine
    CHECK(done.votes == 20 + 20 + 20 + 9);
    CHECK(world.run_them().votes == done.votes);
    CHECK(world.number("SELECT count(*) FROM label_rule_vote") == 43);

    for (int i = 0; i < 6; ++i) world.import("m" + std::to_string(3 * i), i == 0 ? 0 : 1);
    auto report = world.ask<service::report_rules>({.project = "p"});
    CHECK(report.voted == 43);
    CHECK(report.conflicts == 3);
    REQUIRE(report.by_rule.size() == 4);
    const auto& prize = report.by_rule[0];
    CHECK(prize.votes == 20);
    CHECK(prize.overlaps == 20);
    CHECK(prize.conflicts == 0);
    CHECK(prize.known.judged == 6);
    CHECK(*prize.known.right == Approx(5.0 / 6));
    CHECK(*prize.known.low == Approx(0.436).margin(0.001));
    CHECK(*prize.known.high == Approx(0.970).margin(0.001));
    CHECK(prize.weight < 0.6);  // the same as "win"
    CHECK(report.by_rule[2].weight == 1);
    CHECK(report.model.judged == 6);
    CHECK(report.balance_by == "estimated");

    auto applied = world.apply(0.3);
    CHECK(applied.records == 43);
    CHECK(applied.people_said == 6);
    CHECK(applied.added == 37);
    CHECK(world.labels("rules") == 37);
    CHECK(world.labels("import") == 6);
    CHECK(
        world.number("SELECT count(*) FROM ground_truth WHERE rules_version = 1 AND probability "
                     "BETWEEN 0.3 AND 1") == 37
    );
    CHECK(world.number("SELECT class_id FROM ground_truth WHERE key = 'm10'") == 0);
    auto again = world.apply(0.3);
    CHECK(again.added + again.changed + again.withdrawn == 0);
    auto surer = world.apply();  // "few" alone is too unsure, where "prize" is silent
    CHECK(surer.unsure == 3);
    CHECK(surer.withdrawn == 3);
    CHECK(world.apply(1).withdrawn == 34);
    CHECK(world.labels("rules") == 0);
}

TEST_CASE("what people say takes the place of labels by rules", "[service][rules]") {
    RulesWorld world;
    world.set();
    world.run_them();
    world.apply();
    auto ruled = world.labels("rules");
    service::QueueRecords all;
    all.project = "p";
    all.add = 1000;
    auto added = world.ask<service::queue_records>(all).added;
    CHECK(added == messages);  // labels by rules are none of people
    world.run("INSERT INTO app_user (name, role, created_at) VALUES ('ann', 'labeler', now())");
    auto now = std::chrono::system_clock::now();
    auto user = world.number("SELECT id FROM app_user WHERE name = 'ann'");
    auto task = world.db->call([&](base::Tx& tx) {
        auto project = labeling::load_project(tx, "p");
        auto id = *tx.value<std::int64_t>("SELECT id FROM label_task WHERE key = 'm0'");
        tx.exec(
            "INSERT INTO label_lease (task_id, user_id, token, state, expires_at) VALUES ($1, $2, "
            "1, 'answered', now())",
            id,
            user
        );
        tx.exec(
            "INSERT INTO annotation (rk, source_id, key, project_id, user_id, attempt, version, "
            "task_id, class_id, submitted_at) SELECT rk, source_id, key, project_id, $2, 1, 1, id, "
            "0, now() FROM label_task WHERE id = $1",
            id,
            user
        );
        labeling::refresh_truth(tx, project, id, now);
        return id;
    });
    CHECK(world.labels("rules") == ruled - 1);
    CHECK(world.number("SELECT class_id FROM ground_truth WHERE key = 'm0'") == 0);
    world.run_them();
    CHECK(world.apply().people_said == 1);
    CHECK(world.number("SELECT class_id FROM ground_truth WHERE key = 'm0'") == 0);

    // Nobody answered this one: its label by rules stays.
    ruled = world.labels("rules");
    world.db->call([&](base::Tx& tx) {
        auto id = *tx.value<std::int64_t>("SELECT id FROM label_task WHERE key = 'm3'");
        labeling::refresh_truth(tx, labeling::load_project(tx, "p"), id, now);
    });
    CHECK(world.labels("rules") == ruled);
    CHECK(task > 0);
}

TEST_CASE("records on which rules disagree are asked first", "[service][rules]") {
    RulesWorld world;
    world.set();
    service::QueueRecords request;
    request.project = "p";
    request.add = 10;
    request.order = service::QueueOrder::conflict;
    request.random_share = 0;
    CHECK_THROWS_WITH(world.ask<service::queue_records>(request), Contains("have not voted yet"));
    world.run_them();
    // "few" says spam of the first nine, "love" ham of every third: three of them are both.
    REQUIRE(world.ask<service::report_rules>({.project = "p"}).conflicts == 3);
    auto beside = request;
    beside.run = 1;
    CHECK_THROWS_WITH(world.ask<service::queue_records>(beside), Contains("needs none"));

    auto some = request;
    some.where = "n > 3";
    auto put = world.ask<service::queue_records>(some);
    CHECK(put.added == 2);
    CHECK(world.number("SELECT count(*) FROM label_task WHERE key IN ('m4', 'm7')") == 2);
    put = world.ask<service::queue_records>(request);
    CHECK(put.added == 1);  // no other has a conflict
    REQUIRE(put.picked.size() == 1);
    CHECK(put.picked[0].picked_by == "conflict");
    CHECK(put.picked[0].tasks == 3);
    CHECK(put.picked[0].mean_score > 0);
    CHECK(world.ask<service::queue_records>(request).added == 0);

    // A random arm is from all that there is.
    request.random_share = 0.5;
    request.add = 8;
    CHECK(world.ask<service::queue_records>(request).added > 0);
    CHECK(
        world.number("SELECT count(*) FROM label_task WHERE picked_by = 'random'") ==
        world.number("SELECT count(*) FROM label_task") - 3
    );
}

TEST_CASE("what waits is put in the order of conflicts", "[service][rules]") {
    RulesWorld world;
    world.set();
    world.run_them();
    service::QueueRecords all;
    all.project = "p";
    all.add = 1000;
    world.ask<service::queue_records>(all);
    service::QueueRecords order;
    order.project = "p";
    order.waiting = true;
    order.order = service::QueueOrder::conflict;
    order.random_share = 0;
    CHECK(world.ask<service::queue_records>(order).changed == 3);
    CHECK(
        world.number("SELECT count(*) FROM label_task WHERE priority > 0 AND key IN ('m1', 'm4', "
                     "'m7')") == 3
    );
    CHECK(world.number("SELECT count(*) FROM label_task WHERE priority > 0") == 3);
}

TEST_CASE("rules that are set anew leave old votes behind until they run", "[service][rules]") {
    RulesWorld world;
    world.set();
    world.run_them();
    world.apply();
    auto second = world.set("[[rule]]\nname = \"see\"\nclass = \"ham\"\nwords = [\"see\"]\n");
    CHECK(second.version == 2);
    CHECK(second.votes_of == 1);
    CHECK(second.outdated);
    CHECK_THROWS_WITH(world.apply(), Contains("version 1") && Contains("version 2"));
    auto old = world.ask<service::report_rules>({.project = "p"});
    CHECK(old.outdated);
    CHECK(old.by_rule.size() == 4);
    world.run_them();
    CHECK(world.ask<service::report_rules>({.project = "p"}).by_rule.size() == 5);
    CHECK(world.apply().changed > 0);
    CHECK(world.number("SELECT count(*) FROM ground_truth WHERE rules_version <> 2") == 0);

    auto third = world.ask<service::remove_rule>({.project = "p", .rule = "few"});
    CHECK(third.version == 3);
    CHECK(third.rules == 4);
    CHECK_THROWS_WITH(
        world.ask<service::remove_rule>({.project = "p", .rule = "few"}), Contains("'few'")
    );
    CHECK(world.ask<service::list_rules>({.project = "p"}).items.size() == 4);

    auto gone = world.ask<service::clear_rules>({.project = "p"});
    CHECK(gone.votes == 43);
    CHECK(gone.labels == 43);
    CHECK(world.number("SELECT count(*) FROM label_rule_vote") == 0);
    auto shown = world.ask<service::show_rules>({.project = "p"});
    CHECK(shown.labels == 0);
    CHECK_FALSE(shown.votes_of);
    CHECK(shown.definitions.size() == 4);
}

TEST_CASE("a run that is cut off or overtaken changes nothing", "[service][rules]") {
    RulesWorld world;
    world.set();
    world.run_them();
    auto cut_off = [&](const std::function<void()>& meanwhile) {
        service::run_locally(world.context.environment(), [&](service::Work& work) {
            service::run_rules_and_tell(work, {.project = "p"}, [&](std::int64_t) { meanwhile(); });
        });
    };
    CHECK_THROWS_AS(cut_off([] { throw base::Interrupted(); }), base::Interrupted);
    CHECK(world.ask<service::report_rules>({.project = "p"}).voted == 43);
    CHECK_THROWS_WITH(cut_off([&] { world.set(); }), Contains("meanwhile"));
    CHECK_THROWS_WITH(
        cut_off([&] { world.ask<service::clear_rules>({.project = "p"}); }), Contains("meanwhile")
    );
    world.run_them();
    CHECK(world.number("SELECT count(*) FROM label_rule_vote") == 43);
}

TEST_CASE("records that go take votes along; without rules there is nothing", "[service][rules]") {
    RulesWorld world;
    CHECK_THROWS_WITH(world.run_them(), Contains("has no rules"));
    CHECK(world.ask<service::list_rules>({.project = "p"}).items.empty());
    CHECK_THROWS_AS(world.ask<service::list_rules>({.project = "q"}), service::Refusal);
    CHECK_THROWS_AS(
        world.set("[[rule]]\nname = \"x\"\nclass = \"spam\"\nkind = \"model\"\nrun = 9\n"),
        base::Error
    );
    world.set();
    world.run_them();
    world.run("UPDATE record_version SET licence = 'secret' WHERE key IN ('m0', 'm1', 'm11')");
    service::PurgeRecords secret;
    secret.licence = "secret";
    secret.yes = true;
    world.ask<service::purge_records>(secret);
    CHECK(world.number("SELECT count(*) FROM label_rule_vote") == 41);
    world.db->call([](base::Tx& tx) {
        labeling::drop_projects(tx, {labeling::load_project(tx, "p").id});
    });
    for (auto table : {"label_rule", "label_rule_set", "label_rule_vote"})
        CHECK(world.number(std::string("SELECT count(*) FROM ") + table) == 0);
}
