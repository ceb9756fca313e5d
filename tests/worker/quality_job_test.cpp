// Examinations of quality as jobs.
#include <chrono>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/run/stop.hpp"
#include "base/settings/settings.hpp"
#include "schema/jobs/job_store.hpp"
#include "schema/records/record_store.hpp"
#include "schema/sources/source_store.hpp"
#include "service/context.hpp"
#include "service/quality/examination.hpp"
#include "tests/support/test_database.hpp"
#include "worker/jobs.hpp"
#include "worker/slot.hpp"

namespace json = boost::json;
using namespace std::chrono_literals;
using service::Examination;

namespace {

using Clock = std::chrono::system_clock;
const schema::Time now{std::chrono::seconds(1767225600)};

// A source "t" of 60 rows, of which each has a twin and one is far from the others.
struct World {
    test::TestDatabase db;
    base::StopOnSignal stop;
    service::Context context{stop};

    World() {
        context.config.database.url = db.url();
        add("t");
        add("other");
    }

    void add(const std::string& name) {
        const auto& blobs = context.blobs();
        std::vector<schema::Sealed> sealed;
        for (int i = 0; i < 60; ++i) {
            schema::Draft draft;
            draft.key = "k" + std::to_string(i);
            json::object row{
                {"n", i == 7 ? 100'000 : i / 2}, {"word", "w" + std::to_string(i / 2)}};
            draft.payload = json::serialize(row);
            draft.text = schema::Text{"", "The word of row " + std::to_string(i / 2), ""};
            sealed.push_back(schema::seal(name, std::move(draft), blobs));
        }
        db->call([&](base::Tx& tx) {
            auto source = schema::add_source(tx, {0, name, "files", "{}", "", ""}, now)->id;
            schema::BatchTarget target{
                source, name, schema::begin_run(tx, source, "{}", now), 0, {}, now};
            schema::write_batch(tx, target, sealed, {});
        });
    }

    service::QueuedExamination
    queue(Examination what, const json::object& given = {}, const std::string& source = "t") {
        service::QueuedExamination queued;
        service::run_locally(context.environment(), [&](service::Work& work) {
            queued = service::queue_examination(work, {what, source, given});
        });
        return queued;
    }

    std::optional<schema::Job> claim(schema::Time at = Clock::now() + 1min) {
        return db->call([&](base::Tx& tx) {
            return schema::claim_job(tx, {schema::JobKind::quality}, "w", at, at + 1min);
        });
    }

    long long findings() { return db.number("SELECT count(*) FROM duplicate"); }
};

}  // namespace

TEST_CASE("what quality is asked can be left to a worker", "[worker][quality]") {
    World world;
    auto what = GENERATE(
        Examination::profile,
        Examination::duplicates,
        Examination::errors,
        Examination::outliers,
        Examination::report,
        Examination::bias,
        Examination::pages
    );
    json::object given;
    if (what == Examination::bias) given["by"] = json::array{"word"};
    REQUIRE(world.queue(what, given).queued);
    auto job = world.claim();
    REQUIRE(job);
    auto result = worker::do_job(world.context, *job, {});
    CHECK(result.at("examination").as_string() == base::name_of(what));
    CHECK(result.at("source") == "t");
    CHECK(json::serialize(result).size() > 100);
    CHECK(json::serialize(result).size() < 50'000);
}

TEST_CASE("a queued search for duplicates finds what a search finds", "[worker][quality]") {
    World world;
    world.queue(Examination::duplicates, {{"by", "exact"}});
    CHECK(world.findings() == 0);
    auto result = worker::do_job(world.context, world.claim().value(), {});
    const auto& answer = result.at("answer").as_object();
    CHECK(answer.at("clusters").as_array().size() == 20);  // the first of 29
    CHECK(answer.at("clusters_in_all") == 29);
    CHECK(answer.at("records") == 60);
    CHECK(world.findings() == 58);
}

TEST_CASE("checks that a job was given are its own", "[worker][quality]") {
    World world;
    world.queue(
        Examination::check,
        {{"rules",
          "[[check]]\nname = \"small\"\nkind = \"between\"\ncolumns = [\"n\"]\nmaximum = 50\n"}}
    );
    auto result = worker::do_job(world.context, world.claim().value(), {});
    const auto& items = result.at("answer").at("items").as_array();
    REQUIRE(items.size() == 1);
    CHECK(items[0].at("passed") == false);
    CHECK(items[0].at("failed") == 1);
}

TEST_CASE("what cannot be asked is not queued", "[worker][quality]") {
    World world;
    CHECK_THROWS_AS(world.queue(Examination::outliers, {}, "nowhere"), base::Error);
    CHECK_THROWS_WITH(
        world.queue(Examination::outliers, {{"treshold", 2}}), Catch::Contains("treshold")
    );
    CHECK_THROWS_AS(world.queue(Examination::outliers, {{"threshold", "many"}}), base::UsageError);
    CHECK_THROWS_AS(world.queue(Examination::check), base::UsageError);  // without rules
    CHECK_THROWS_WITH(
        world.queue(Examination::errors, {{"accept", "all"}}), Catch::Contains("'accept'")
    );
    for (const char* source : {"", "t", "other"})
        CHECK_THROWS_WITH(
            world.queue(Examination::outliers, {{"source", source}}), Catch::Contains("'source'")
        );
    CHECK(world.db.number("SELECT count(*) FROM job") == 0);
    CHECK(world.queue(Examination::outliers, {{"threshold", "2.5"}}).queued);  // as a flag says it
}

TEST_CASE(
    "jobs of one source are done one at a time, and the same is asked once",
    "[worker][quality]"
) {
    World world;
    CHECK(world.queue(Examination::outliers).queued);
    auto again = world.queue(Examination::outliers);
    CHECK_FALSE(again.queued);
    CHECK(again.job);
    CHECK(world.queue(Examination::outliers, {{"threshold", 9}}).queued);
    CHECK(world.queue(Examination::profile).queued);
    CHECK(world.queue(Examination::profile, {}, "other").queued);
    auto at = Clock::now() + 1min;
    auto first = world.claim(at), other = world.claim(at);
    REQUIRE(first);
    REQUIRE(other);
    CHECK(json::parse(other->spec).at("source") == "other");
    CHECK_FALSE(world.claim(at));
    world.db->call([&](base::Tx& tx) {
        schema::finish_job(tx, *first, schema::JobState::done, "{}", at);
    });
    CHECK(world.claim(at));
}

TEST_CASE(
    "a job whose worker died is taken up by another, and ends the same",
    "[worker][quality]"
) {
    World world;
    world.queue(Examination::duplicates, {{"by", "exact"}});
    auto at = Clock::now() + 1min;
    auto lost = world.claim(at);
    REQUIRE(lost);
    CHECK_FALSE(world.claim(at));
    auto again = world.claim(at + 2min);
    REQUIRE(again);
    CHECK(again->id == lost->id);
    for (int times = 0; times < 2; ++times) {  // also by one that was only slow
        worker::do_job(world.context, *again, {});
        CHECK(world.findings() == 58);
    }
}

TEST_CASE("an examination that is stopped keeps nothing", "[worker][quality]") {
    World world;
    world.queue(Examination::duplicates, {{"by", "exact"}});
    std::stop_source stop;
    stop.request_stop();
    CHECK_THROWS_AS(
        worker::do_job(world.context, world.claim().value(), stop.get_token()), base::Interrupted
    );
    CHECK(world.findings() == 0);
}
