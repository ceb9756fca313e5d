// How often a claim and an answer wait for the database, which is most of what they cost where many
// work at once.
#include <chrono>

#include <catch2/catch.hpp>

#include "base/database/batch.hpp"
#include "base/database/database.hpp"
#include "labeling/store.hpp"
#include "schema/people/user_store.hpp"
#include "schema/records/record_store.hpp"
#include "service/context.hpp"
#include "service/labels/queue/queue.hpp"
#include "service/labels/tasks.hpp"
#include "tests/support/program.hpp"
#include "tests/support/test_database.hpp"

namespace {

// Five records, each to be answered by two of three people.
struct TripsWorld {
    test::TestDatabase db{4};
    test::Folder home;
    base::StopOnSignal stop;
    service::Context context{stop};

    TripsWorld() {
        context.config.database.url = db.url();
        context.config.home = home.path;
        db->call([](base::Tx& tx) {
            auto now = std::chrono::system_clock::now();
            tx.exec(
                "INSERT INTO source (id, name, kind, created_at) VALUES (1, 's', 'files', now())"
            );
            for (int i = 0; i < 5; ++i) {
                auto key = "m" + std::to_string(i);
                auto rk = schema::record_key("s", key);
                tx.exec(
                    "INSERT INTO record (rk, source_id, key, version, content_sha256, first_run, "
                    "last_run, first_seen, last_seen) VALUES ($1, 1, $2, 1, 'x', 1, 1, now(), "
                    "now())",
                    rk,
                    key
                );
                tx.exec(
                    "INSERT INTO record_version (rk, source_id, key, version, run_id, "
                    "content_sha256, payload, stored_at) VALUES ($1, 1, $2, 1, 1, 'x', '{\"n\": "
                    "1}', now())",
                    rk,
                    key
                );
            }
            for (auto name : {"ann", "bob", "cid"})
                schema::add_user(tx, name, service::Role::label, now);
            labeling::Project project;
            project.name = "p";
            project.source = "s";
            project.overlap = 2;
            for (auto name : {"ham", "spam"})
                project.question.classes.push_back({.id = name[0] == 's', .name = name});
            labeling::create_project(tx, project, now);
        });
        service::QueueRecords all;
        all.project = "p";
        all.add = 5;
        trips<service::queue_records>(all);
    }
    // Between begin and end.
    template <auto verb>
    std::int64_t trips(const service::RequestOf<verb>& request) {
        service::AnswerOf<verb> answer;
        return trips<verb>(request, answer);
    }
    template <auto verb>
    std::int64_t trips(const service::RequestOf<verb>& request, service::AnswerOf<verb>& answer) {
        std::int64_t made = 0;
        service::run_locally(context.environment(), [&](service::Work& work) {
            auto before = base::Batch::round_trips(work.tx);
            answer = verb(work, request);
            made = base::Batch::round_trips(work.tx) - before;
        });
        return made;
    }
    // A person's first claim makes a row of counts for them.
    service::Task claim(const std::string& user, std::int64_t waits = 5) {
        service::ClaimedTasks claimed;
        service::ClaimTasks request{.project = "p", .n = 1, .user = user};
        CHECK(trips<service::claim_tasks>(request, claimed) == waits);
        REQUIRE(claimed.tasks.size() == 1);
        CHECK(claimed.tasks[0].item.fields.size() == 1);
        return claimed.tasks[0];
    }
    std::int64_t answer(const std::string& user, const service::Task& task, const char* name) {
        service::SubmitAnswer request;
        request.task = task.id;
        request.lease = task.lease;
        request.class_name = name;
        request.user = user;
        return trips<service::submit_answer>(request);
    }
};

}  // namespace

TEST_CASE("a claim waits four times for the database, an answer three times", "[service][tasks]") {
    TripsWorld world;
    auto first = world.claim("ann");
    CHECK(world.answer("ann", first, "ham") == 3);  // as what it changed is counted
    auto second = world.claim("bob");
    REQUIRE(second.id == first.id);
    CHECK(world.answer("bob", second, "ham") == 3);  // its label is written
    CHECK(world.answer("bob", second, "ham") == 3);  // sent again: why nothing was stored
    CHECK(world.db.number("SELECT count(*) FROM annotation") == 2);
    CHECK(world.db.number("SELECT count(*) FROM ground_truth WHERE class_id = 0") == 1);
    CHECK(world.db.number("SELECT count(*) FROM label_event") == 4);

    // What is in hand already is told before anything is claimed.
    auto held = world.claim("cid");
    service::ClaimTasks again{.project = "p", .n = 1, .user = "cid"};
    service::ClaimedTasks claimed;
    CHECK(world.trips<service::claim_tasks>(again, claimed) == 2);
    CHECK(claimed.tasks.at(0).lease == held.lease);
    world.claim("ann", 4);
}

TEST_CASE("what is claimed is on disk as what is answered is", "[service][tasks]") {
    TripsWorld world;
    auto commits = [&](auto verb, const auto& request) {
        std::string how;
        service::run_locally(world.context.environment(), [&](service::Work& work) {
            verb(work, request);
            how = work.tx.exec("SHOW synchronous_commit")[0][0].template as<std::string>();
        });
        return how;
    };
    auto claimed = world.claim("ann");
    service::SubmitAnswer answer;
    answer.task = claimed.id;
    answer.lease = claimed.lease;
    answer.class_name = "ham";
    answer.user = "ann";
    CHECK(commits(&service::submit_answer, answer) != "off");
    service::ClaimTasks claim{.project = "p", .n = 1, .user = "ann"};
    CHECK(commits(&service::claim_tasks, claim) != "off");
}
