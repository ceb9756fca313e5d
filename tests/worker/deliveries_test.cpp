// Webhooks out against a real receiver: signed, tried again, fair to each other, never twice under
// another id.
#include <chrono>
#include <cstdlib>
#include <thread>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "ingest/sources/push/webhook.hpp"
#include "schema/jobs/job_store.hpp"
#include "schema/webhooks/webhook_store.hpp"
#include "service/context.hpp"
#include "service/webhooks/sender.hpp"
#include "service/webhooks/webhooks.hpp"
#include "tests/crawler/site/test_site.hpp"
#include "tests/support/program.hpp"
#include "tests/support/test_database.hpp"
#include "worker/deliveries.hpp"

using namespace std::chrono_literals;
using schema::MessageState;
using schema::WebhookEvent;

namespace {

constexpr auto secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

test::SiteReply status(int code) {
    test::SiteReply reply;
    reply.status = code;
    return reply;
}

struct World {
    test::TestDatabase db{4};
    test::Folder home;
    base::StopOnSignal stop;
    service::Context context{stop};
    test::TestSite site;

    World() {
        setenv("TILTH_TEST_HOOK", secret, 1);
        context.config.database.url = db.url();
        context.config.home = home.path;
    }

    template <auto verb>
    service::AnswerOf<verb> ask(const service::RequestOf<verb>& request) {
        service::AnswerOf<verb> answer;
        service::run_locally(context.environment(), [&](service::Work& work) {
            answer = verb(work, request);
        });
        return answer;
    }
    void add(const std::string& name, std::vector<WebhookEvent> events, bool allow_private = true) {
        service::AddWebhook request;
        request.name = name;
        request.url = site.url("/" + name);
        request.secret = "env:TILTH_TEST_HOOK";
        request.events = std::move(events);
        request.allow_private = allow_private;
        ask<service::add_webhook>(request);
    }
    void end_a_job() {
        auto now = std::chrono::system_clock::now();
        db->call([&](base::Tx& tx) {
            schema::add_job(tx, schema::JobKind::train, R"({"run": 1})", "", now, now);
            auto job = schema::claim_job(tx, {schema::JobKind::train}, "w", now, now + 60s);
            schema::finish_job(tx, *job, schema::JobState::done, R"({"model": 7})", now);
        });
    }
    std::vector<schema::WebhookMessage> log(const std::string& name) {
        service::WebhookLog request;
        request.name = name;
        return ask<service::webhook_log>(request).items;
    }
    // Delivers until the newest message of a webhook is no longer as fresh as it was.
    void deliver(const std::string& name, int tries) {
        std::stop_source enough;
        std::jthread courier([&] {
            worker::deliver_messages(*db, context.config, enough.get_token(), 5ms);
        });
        auto end = std::chrono::steady_clock::now() + 30s;
        while (std::chrono::steady_clock::now() < end) {
            auto entry = log(name).at(0);
            bool noted = entry.status || !entry.error.empty();
            if (entry.attempts >= tries && noted) break;
            std::this_thread::sleep_for(5ms);
        }
        enough.request_stop();
    }
    void make_due() {
        db->call([](base::Tx& tx) {
            tx.exec("UPDATE webhook_message SET due_at = made_at WHERE state = 'waiting'");
        });
    }
};

std::optional<std::string> refusal(const test::SiteRequest& request) {
    std::vector<std::string> secrets{secret};
    return ingest::webhook_refusal(
        ingest::WebhookScheme::standard,
        {.id = request.headers.at("webhook-id"),
         .timestamp = request.headers.at("webhook-timestamp"),
         .signature = request.headers.at("webhook-signature"),
         .body = request.body},
        secrets,
        std::chrono::system_clock::now()
    );
}

}  // namespace

TEST_CASE("a webhook is told what it waits for, signed, and nothing else", "[worker][webhook]") {
    World world;
    for (auto path : {"/jobs", "/labels"}) world.site.on(path, [](auto&) { return status(204); });
    world.add("jobs", {WebhookEvent::job_ended});
    world.add("labels", {WebhookEvent::task_done});
    world.end_a_job();
    world.deliver("jobs", 1);
    auto entry = world.log("jobs").at(0);
    CHECK(entry.state == MessageState::delivered);
    CHECK(entry.status == 204);
    CHECK(world.log("labels").empty());
    auto requests = world.site.requests();
    REQUIRE(requests.size() == 1);
    CHECK(refusal(requests[0]) == std::nullopt);
    CHECK(requests[0].headers.at("webhook-id") == "msg_" + entry.uuid);
    auto body = boost::json::parse(requests[0].body).as_object();
    CHECK(body.at("type") == "job.ended");
    // As Standard Webhooks writes a time: RFC 3339.
    std::string at(body.at("timestamp").as_string());
    CHECK(at.size() == 27);
    CHECK(at.at(10) == 'T');
    CHECK(at.back() == 'Z');
    CHECK(body.at("data").at("kind") == "train");
    CHECK(body.at("data").at("result").at("model") == 7);
}

TEST_CASE("what a receiver does not take is sent again by the same id", "[worker][webhook]") {
    World world;
    world.site.on("/jobs", [](const test::SiteRequest& request) {
        if (request.before > 0) return status(200);
        auto reply = status(503);
        reply.headers.push_back("Retry-After: 40");
        return reply;
    });
    world.add("jobs", {WebhookEvent::job_ended});
    world.end_a_job();
    auto before = std::chrono::system_clock::now();
    world.deliver("jobs", 1);
    auto entry = world.log("jobs").at(0);
    CHECK(entry.state == MessageState::waiting);
    CHECK(entry.error == "answered 503");
    REQUIRE(entry.due_at);
    CHECK(*entry.due_at > before + 39s);  // what it asked for, not our 5 s
    world.make_due();
    world.deliver("jobs", 2);
    CHECK(world.log("jobs").at(0).state == MessageState::delivered);
    auto requests = world.site.requests();
    REQUIRE(requests.size() == 2);
    CHECK(requests[0].headers.at("webhook-id") == requests[1].headers.at("webhook-id"));
    CHECK(refusal(requests[1]) == std::nullopt);
}

TEST_CASE("a message is tried for about three days, and again on wish", "[worker][webhook]") {
    std::chrono::seconds all{0};
    int tries = 1;
    for (; auto pause = service::pause_after(tries); ++tries) all += *pause;
    CHECK(tries == 10);
    CHECK(all > 72h);
    CHECK(all < 96h);

    World world;
    world.site.on("/jobs", [](auto&) { return status(500); });
    world.add("jobs", {WebhookEvent::job_ended});
    world.end_a_job();
    world.db->call([](base::Tx& tx) { tx.exec("UPDATE webhook_message SET attempts = 9"); });
    world.deliver("jobs", 10);
    CHECK(world.log("jobs").at(0).state == MessageState::failed);
    CHECK(world.ask<service::retry_messages>({.name = "jobs", .message = {}}).messages == 1);
    world.site.on("/jobs", [](auto&) { return status(200); });
    world.deliver("jobs", 1);
    CHECK(world.site.count("/jobs") == 2);
}

TEST_CASE("a receiver that is gone is told no more until it is resumed", "[worker][webhook]") {
    World world;
    world.site.on("/jobs", [](auto&) { return status(410); });
    world.add("jobs", {WebhookEvent::job_ended});
    world.end_a_job();
    world.deliver("jobs", 1);
    CHECK(world.log("jobs").at(0).state == MessageState::failed);
    world.end_a_job();
    CHECK(world.log("jobs").size() == 1);
    world.ask<service::resume_webhook>({.name = "jobs"});
    world.end_a_job();
    CHECK(world.log("jobs").size() == 2);
}

TEST_CASE(
    "one that is paused is told later; a private address never unasked",
    "[worker][webhook]"
) {
    World world;
    world.site.otherwise([](auto&) { return status(200); });
    world.add("paused", {WebhookEvent::job_ended});
    world.add("inside", {WebhookEvent::job_ended}, false);
    world.ask<service::pause_webhook>({.name = "paused"});
    world.end_a_job();
    world.deliver("inside", 1);
    CHECK(world.site.requests().empty());
    CHECK_THAT(world.log("inside").at(0).error, Catch::Contains("allow_private"));
    CHECK(world.log("paused").at(0).attempts == 0);
    world.ask<service::resume_webhook>({.name = "paused"});
    world.deliver("paused", 1);
    CHECK(world.site.count("/paused") == 1);
}

TEST_CASE(
    "a message whose sender died is due again, and held by one at a time",
    "[worker][webhook]"
) {
    World world;
    world.add("jobs", {WebhookEvent::job_ended});
    for (int i = 0; i < 6; ++i) world.end_a_job();
    auto now = std::chrono::system_clock::now();
    auto claim = [&](base::Time at) {
        return world.db->call([&](base::Tx& tx) { return schema::claim_messages(tx, at, at + 60s); }
        );
    };
    CHECK(claim(now).size() == 4);  // of each receiver so many at once
    CHECK(claim(now).size() == 2);
    CHECK(claim(now).empty());
    CHECK(claim(now + 61s).size() == 4);
}

TEST_CASE("a receiver that takes its time holds up nobody else", "[worker][webhook]") {
    World world;
    world.site.on("/slow", [](auto&) {
        auto reply = status(200);
        reply.delay = 5s;
        return reply;
    });
    world.site.on("/quick", [](auto&) { return status(200); });
    world.add("slow", {WebhookEvent::job_ended});
    world.add("quick", {WebhookEvent::job_ended});
    auto before = std::chrono::steady_clock::now();
    for (int i = 0; i < 2; ++i) {  // the second while the first is still with the slow one
        world.end_a_job();
        world.deliver("quick", 1);
        CHECK(world.log("quick").at(0).state == MessageState::delivered);
        CHECK(world.log("slow").at(0).state == MessageState::waiting);
    }
    CHECK(std::chrono::steady_clock::now() - before < 5s);
}

TEST_CASE("a webhook whose secret is not there says so in its log", "[worker][webhook]") {
    World world;
    world.add("jobs", {WebhookEvent::job_ended});
    unsetenv("TILTH_TEST_HOOK");
    world.end_a_job();
    world.deliver("jobs", 1);
    CHECK_THAT(world.log("jobs").at(0).error, Catch::Contains("TILTH_TEST_HOOK"));
    CHECK_THROWS_AS(world.add("jobs", {}), base::Error);  // the name is taken
    service::AddWebhook plain;
    plain.name = "plain";
    CHECK_THROWS_AS(
        service::AddWebhook::settings.read(base::Document::of(boost::json::object{
            {"name", "plain"}, {"url", "https://a.test/"}, {"secret", "written out"}})),
        base::UsageError
    );
}
