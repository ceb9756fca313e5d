// How much the server does for answers that come thousands at a time: by counts of rows, since a
// statement that goes through all of them for each is right, and slow.
#include <catch2/catch.hpp>

#include <string>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "labeling/sql.hpp"
#include "tests/labeling/export/answer_steps.hpp"

namespace json = boost::json;

namespace {

// Rows that the parts of a plan met, with those that they left out.
double rows_met(const json::value& plan) {
    double met = 0;
    const auto& node = plan.as_object();
    auto number = [&](std::string_view name) {
        const auto* found = node.if_contains(name);
        return found ? found->to_number<double>() : 0;
    };
    met += (number("Actual Rows") + number("Rows Removed by Join Filter") +
            number("Rows Removed by Filter")) *
           number("Actual Loops");
    if (const auto* parts = node.if_contains("Plans"))
        for (const auto& part : parts->as_array()) met += rows_met(part);
    return met;
}

std::string text_of(base::Tx& tx, const std::string& sql) {
    return tx.exec(sql)[0][0].as<std::string>();
}

}  // namespace

TEST_CASE("storing answers costs the same for each, however many come", "[labeling][answers]") {
    constexpr int tasks = 1'500;
    LabelingWorld world;
    world.add_records(tasks, {"x"});
    world.add_project("overlap = 2\n");
    std::string text = "key,user,answer\n";
    for (int i = 0; i < tasks; ++i) text += fmt::format("r{},ann,a\n", i);
    take_answers(world, "a.csv", text);
    // Nobody holds a task when statistics are made, as behind every batch of an import.
    world.db->call([](base::Tx& tx) { tx.exec("ANALYZE"); });
    auto bob = world.add_user("bob");
    world.db->call([&](base::Tx& tx) {
        tx.exec(fmt::format(
            "INSERT INTO label_lease (task_id, user_id, token, attempt, state, expires_at, "
            "leased_at) SELECT id, {}, 1, 1, 'held', now(), now() FROM label_task",
            bob
        ));
        tx.exec("UPDATE label_task SET leases = leases + 1");
        auto of_each = [&](const std::string& what) {
            return text_of(
                tx, "SELECT quote_literal(array_agg(" + what + " ORDER BY id)) FROM label_task"
            );
        };
        auto ones = of_each("1"), nulls = of_each("NULL::text"), times = of_each("now()");
        tx.exec("PREPARE asked AS " + std::string(labeling::sql::file["submit_answer"]));
        tx.exec("SET LOCAL plan_cache_mode = force_generic_plan");
        auto told = text_of(
            tx,
            fmt::format(
                "EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE asked({}, {}, {}, {}, {}, {}, {}, {}, {})",
                of_each("id"),
                of_each(std::to_string(bob)),
                ones,
                ones,
                of_each("0"),
                nulls,
                nulls,
                times,
                nulls
            )
        );
        tx.exec("DEALLOCATE asked");
        auto plan = json::parse(told).at(0).at("Plan");
        CHECK(text_of(tx, "SELECT count(*)::text FROM annotation") == std::to_string(2 * tasks));
        CHECK(rows_met(plan) < 100.0 * tasks);
    });
}

TEST_CASE("tasks are found by their records in a project that grew unseen", "[labeling][answers]") {
    LabelingWorld world;
    world.add_records(3'000, {"x"});
    world.add_project();
    world.enqueue_all();
    world.db->call([&](base::Tx& tx) {
        tx.exec("ANALYZE label_task");
        tx.exec(
            "INSERT INTO label_project (id, name, source_id, kind, spec, created_at) SELECT 2, "
            "'q', source_id, kind, spec, created_at FROM label_project"
        );
        tx.exec(
            "INSERT INTO label_task (project_id, rk, source_id, key, version, priority, "
            "reason, wanted, created_at) SELECT 2, rk, source_id, key, version, priority, "
            "reason, wanted, created_at FROM label_task"
        );
        auto of_some = [&](const std::string& what) {
            return text_of(
                tx,
                "SELECT quote_literal(array_agg(" + what +
                    " ORDER BY key)) FROM (SELECT * FROM record ORDER BY key LIMIT 100) r"
            );
        };
        for (auto name : {"tasks_of_records", "lock_tasks_of"}) {
            INFO(name);
            auto query = name == std::string("lock_tasks_of")
                             ? std::string(labeling::sql::file["lock_tasks_of"])
                             : std::string(labeling::sql::file["tasks_of_records"]);
            tx.exec("PREPARE found AS " + query);
            auto told = text_of(
                tx,
                fmt::format(
                    "EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE found(2, {}, {}, {})",
                    world.project.source_id,
                    of_some("rk"),
                    of_some("key")
                )
            );
            tx.exec("DEALLOCATE found");
            auto plan = json::parse(told).at(0).at("Plan");
            CHECK(plan.at("Actual Rows") == 100);
            CHECK(rows_met(plan) < 2'000);
        }
    });
}

TEST_CASE("an import is planned for what it brings", "[labeling][answers]") {
    LabelingWorld world;
    world.add_records(5'000, {"x"});
    world.add_project();
    std::string text = "key,user,answer\n";
    for (int i = 0; i < 5'000; ++i) text += fmt::format("r{},ann,a\n", i);
    take_answers(world, "a.csv", text);
    for (auto table : {"label_task", "label_lease", "annotation"}) {
        INFO(table);
        CHECK(
            world.check(fmt::format(
                "SELECT reltuples::bigint FROM pg_class WHERE oid = '{}'::regclass", table
            )) >= 2'000
        );
    }
}
