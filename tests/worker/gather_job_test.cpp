#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "base/run/stop.hpp"
#include "schema/jobs/job_store.hpp"
#include "schema/sources/source_store.hpp"
#include "service/context.hpp"
#include "service/gather/gathering.hpp"
#include "tests/support/program.hpp"
#include "tests/support/test_database.hpp"
#include "worker/jobs.hpp"
#include "worker/slot.hpp"

using namespace std::chrono_literals;
using schema::JobKind;

namespace {

struct World {
    test::TestDatabase db;
    test::Folder home;
    base::StopOnSignal stop;
    service::Context context{stop};

    World() {
        context.config.database.url = db.url();
        context.config.home = home.path;
    }

    void queue(const std::string& source, const std::string& input) {
        service::Ingest request;
        request.source = source;
        request.settings_of_kind.inputs = {input};
        service::run_locally(context.environment(), [&](service::Work& work) {
            service::queue_ingest(work, request);
        });
    }

    // Works on the one job that waits; of its tries `before` are behind it.
    std::string work(int before) {
        db->call([&](base::Tx& tx) {
            tx.exec("UPDATE job SET attempts = $1, due_at = created_at", before);
        });
        std::stop_source enough;
        worker::SlotOptions options{
            .worker = "w",
            .kinds = {JobKind::ingest},
            .pause = 5ms,
            .after_end = [&](const schema::Job& job, const boost::json::object& result) {
                worker::clear_up(context, job, result);
                enough.request_stop();
            }};
        bool last = before == 4;
        worker::serve_slot(
            *db,
            options,
            [&](const schema::Job& job, std::stop_token until) {
                if (!last) enough.request_stop();
                return worker::do_job(context, job, last ? until : std::stop_token());
            },
            enough.get_token()
        );
        return db->call([&](base::Tx& tx) {
            return tx
                .value<std::string>(
                    "SELECT coalesce((SELECT state::text FROM job_history "
                    "ORDER BY id DESC LIMIT 1), 'waiting')"
                )
                .value();
        });
    }

    bool has(const std::string& source) {
        return db->call([&](base::Tx& tx) { return schema::find_source(tx, source).has_value(); });
    }
};

}  // namespace

TEST_CASE("a first run that was queued and gets nothing leaves no source", "[worker][gather]") {
    World world;
    auto missing = (world.home.path / "none.csv").string();
    world.queue("s", missing);
    CHECK(world.has("s"));
    world.work(0);
    CHECK(world.has("s"));  // it is tried again
    CHECK(world.work(4) == "failed");
    CHECK_FALSE(world.has("s"));

    world.queue("e", world.home.write("empty.csv", "").string());
    CHECK(world.work(4) == "failed");
    CHECK_FALSE(world.has("e"));
}

TEST_CASE("a source that has something, or was there before, stays", "[worker][gather]") {
    World world;
    world.queue("g", world.home.write("good.csv", "id,n\na,1\n").string());
    CHECK(world.work(4) == "done");
    CHECK(world.has("g"));
    world.queue("g", (world.home.path / "none.csv").string());
    CHECK(world.work(4) == "failed");
    CHECK(world.has("g"));

    world.db->call([&](base::Tx& tx) {
        schema::add_source(
            tx,
            {0, "old", "files", "{\"inputs\":[\"/none\"]}", "", ""},
            std::chrono::system_clock::now()
        );
    });
    world.queue("old", "/none");
    CHECK(world.work(4) == "failed");
    CHECK(world.has("old"));

    // What could not be read is there to be looked at.
    world.queue("r", world.home.write("x.bin", std::string("SQLite format 3\0", 16)).string());
    CHECK(world.work(4) == "failed");
    CHECK(world.has("r"));
}

TEST_CASE("an upload is read as what it is, whatever the one before it was", "[worker][gather]") {
    World world;
    auto upload = [&](const char* name, const char* content, std::optional<std::string> format) {
        service::Upload request{
            .source = "u", .name = name, .content = content, .base64 = {}, .format = format};
        service::run_locally(world.context.environment(), [&](service::Work& work) {
            service::upload_file(work, request);
        });
        return world.work(4);
    };
    auto records = [&] { return world.db.number("SELECT count(*) FROM record"); };
    CHECK(upload("a.txt", "{\"id\":\"a\"}\n{\"id\":\"b\"}\n", "jsonl") == "done");
    CHECK(records() == 2);
    CHECK(upload("b.csv", "id,n\nc,1\nd,2\ne,3\n", std::nullopt) == "done");
    CHECK(records() == 5);
    CHECK(world.db.number("SELECT count(*) FROM reject") == 0);
}
