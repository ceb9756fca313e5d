// A machine behind an address, against a real server on this machine: what it is asked, what is
// kept, what is tried again, and when it ends.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "labeling/store.hpp"
#include "schema/records/record_store.hpp"
#include "service/context.hpp"
#include "service/labels/machine/endpoint.hpp"
#include "tests/crawler/site/test_site.hpp"
#include "tests/support/program.hpp"
#include "tests/support/test_database.hpp"

namespace {

namespace json = boost::json;
using test::SiteReply;
using test::SiteRequest;

SiteReply reply(int status, const json::value& body, std::vector<std::string> headers = {}) {
    SiteReply made;
    made.status = status;
    made.headers = {"Content-Type: application/json"};
    for (auto& header : headers) made.headers.push_back(std::move(header));
    made.body = json::serialize(body);
    return made;
}

SiteReply says(const std::string& content) {
    return reply(
        200,
        json::object{
            {"choices", json::array{json::object{{"message", json::object{{"content", content}}}}}},
            {"usage", json::object{{"prompt_tokens", 100}, {"completion_tokens", 10}}}}
    );
}

// Ten records with texts and a project about them, all in the queue.
struct World {
    test::TestDatabase db{4};
    test::Folder home;
    base::StopOnSignal stop;
    service::Context context{stop};
    test::TestSite site;

    World() {
        setenv("TILTH_TEST_KEY", "sk-secret", 1);
        context.config.database.url = db.url();
        context.config.home = home.path;
        context.environment();  // made once, before several threads ask for it
        run("INSERT INTO source (id, name, kind, created_at) VALUES (1, 's', 'files', now())");
        auto now = std::chrono::system_clock::now();
        db->call([&](base::Tx& tx) {
            for (int i = 0; i < 10; ++i) {
                auto key = "r" + std::to_string(i);
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
                    "content_sha256, payload, stored_at) VALUES ($1, 1, $2, 1, 1, 'x', '{}', "
                    "now())",
                    rk,
                    key
                );
                tx.exec(
                    "INSERT INTO content_text (rk, source_id, key, version, title, body, language, "
                    "characters, words, simhash) VALUES ($1, 1, $2, 1, 'T', $3, 'en', 1, 1, 0)",
                    rk,
                    key,
                    "text of " + key
                );
            }
            labeling::Project project;
            project.name = "p";
            project.source = "s";
            for (auto name : {"spam", "ham"})
                project.question.classes.push_back({.id = name[0] == 'h', .name = name});
            auto stored = labeling::create_project(tx, project, now);
            labeling::enqueue_unlabeled(tx, stored, 100, 0, "", now);
        });
    }
    void run(const std::string& sql) {
        db->call([&](base::Tx& tx) { tx.exec(sql); });
    }
    service::SuggestByEndpoint request() const {
        service::SuggestByEndpoint request;
        request.project = "p";
        request.endpoint.url = site.url("/v1/chat/completions");
        request.endpoint.model = "m";
        request.endpoint.prompt = "{{classes}}\n{{text}}";
        request.endpoint.key = "env:TILTH_TEST_KEY";
        request.endpoint.allow_private = true;
        request.endpoint.backoff = std::chrono::milliseconds(1);
        request.endpoint.price_in = 1000;
        request.endpoint.concurrency = 2;
        return request;
    }
    service::EndpointAsked ask(const service::SuggestByEndpoint& request) {
        service::EndpointAsked done;
        service::run_locally(context.environment(), [&](service::Work& work) {
            done = service::suggest_by_endpoint(work, request);
        });
        return done;
    }
    void answers(const test::TestSite::Script& script) { site.on("/v1/chat/completions", script); }
};

}  // namespace

TEST_CASE("a chat is asked about each record once, with the key", "[service][suggest]") {
    World world;
    world.answers([](const SiteRequest& request) {
        auto body = json::parse(request.body);
        auto text = std::string(body.at("messages").at(0).at("content").as_string());
        return text.find("text of r3") != text.npos ? says("neither") : says("Answer: spam");
    });
    auto done = world.ask(world.request());
    CHECK(done.annotator == "m");
    CHECK(done.version.size() == 12);
    CHECK(done.asked == 10);
    CHECK(done.suggestions == 9);
    CHECK(done.rejects == 1);
    CHECK(done.input_tokens == 1000);
    CHECK(done.cost == Approx(1));
    for (const auto& request : world.site.requests()) {
        CHECK(request.method == "POST");
        CHECK(request.headers.at("authorization") == "Bearer sk-secret");
        CHECK(request.at_once <= 2);
    }
    CHECK(world.db.number("SELECT count(*) FROM label_suggestion WHERE class_id = 0") == 9);
    CHECK(
        world.db.number("SELECT count(*) FROM label_suggestion WHERE fault LIKE '%neither%'") == 1
    );
    CHECK(
        world.db.number("SELECT count(*) FROM label_machine WHERE prompt LIKE '%sk-secret%'") == 0
    );

    // Nothing is left to ask; the reject only if it is asked for.
    CHECK(world.ask(world.request()).asked == 0);
    auto again = world.request();
    again.records.rejects = true;
    CHECK(world.ask(again).asked == 1);
    CHECK(world.db.number("SELECT sum(input_tokens) FROM label_suggestion") == 1100);
    again.endpoint.prompt = "{{text}}";
    CHECK(world.ask(again).asked == 10);  // another version
}

TEST_CASE("a busy server is asked again when it wants, and for long enough", "[service][suggest]") {
    World world;
    world.answers([](const SiteRequest& request) {
        if (request.before == 0) return reply(429, json::object{}, {"Retry-After: 1"});
        if (request.before == 1) return reply(503, json::object{});
        return says("ham");
    });
    auto request = world.request();
    request.endpoint.concurrency = 1;
    request.records.at_most = 2;
    auto done = world.ask(request);
    CHECK(done.suggestions == 2);
    auto requests = world.site.requests();
    REQUIRE(requests.size() == 4);
    CHECK(requests[1].at - requests[0].at >= std::chrono::milliseconds(990));
    CHECK(requests[2].at - requests[1].at < std::chrono::milliseconds(900));
}

TEST_CASE(
    "what a server has against one record is kept, and the rest is asked",
    "[service][suggest]"
) {
    World world;
    world.answers([](const SiteRequest& request) {
        if (request.body.find("text of r5") != std::string::npos)
            return reply(400, json::object{{"error", json::object{{"message", "too long"}}}});
        return says("ham");
    });
    auto done = world.ask(world.request());
    CHECK(done.suggestions == 9);
    REQUIRE(done.reasons.size() == 1);
    CHECK(done.reasons[0].first == "answered 400: too long");
}

TEST_CASE("a server that refuses us ends it, and what came before stays", "[service][suggest]") {
    World world;
    world.answers([](const SiteRequest& request) {
        if (request.before >= 3)
            return reply(
                401, json::object{{"error", json::object{{"message", "no such key sk-secret"}}}}
            );
        return says("ham");
    });
    auto request = world.request();
    request.endpoint.concurrency = 1;
    CHECK_THROWS_WITH(
        world.ask(request),
        Catch::Contains("answered 401: no such key ***") && Catch::Contains("3 answers are kept")
    );
    CHECK(world.db.number("SELECT count(*) FROM label_suggestion") == 3);
    CHECK(world.site.requests().size() == 4);
    world.answers([](const SiteRequest&) { return says("spam"); });
    CHECK(world.ask(request).asked == 7);
}

TEST_CASE("ten records in a row without a reply are enough", "[service][suggest]") {
    World world;
    world.answers([](const SiteRequest&) { return reply(500, "down"); });
    auto request = world.request();
    request.endpoint.retries = 1;
    CHECK_THROWS_WITH(world.ask(request), Catch::Contains("answered 500"));
    CHECK(world.site.requests().size() == 20);
    CHECK(world.db.number("SELECT count(*) FROM label_suggestion") == 0);
    request.records.at_most = 1;  // and so is one, if it is all
    CHECK_THROWS_WITH(world.ask(request), Catch::Contains("no record got a reply"));
}

TEST_CASE("no more is spent than allowed, over all runs of a version", "[service][suggest]") {
    World world;
    world.answers([](const SiteRequest&) { return says("ham"); });  // 0.1 each
    auto request = world.request();
    request.endpoint.concurrency = 1;
    request.endpoint.max_cost = 0.25;
    auto done = world.ask(request);
    CHECK(done.asked == 3);
    CHECK(done.limit == "max_cost");
    CHECK(world.ask(request).asked == 0);
    request.endpoint.max_cost = 0.45;
    auto more = world.ask(request);
    CHECK(more.asked == 2);
    CHECK(more.spent == Approx(0.5));
    request.endpoint.max_cost = {};
    auto rest = world.ask(request);
    CHECK(rest.asked == 5);
    CHECK(rest.limit.empty());
    CHECK(rest.requests == 10);
    CHECK(rest.tokens == 1'100);
}

TEST_CASE(
    "tokens and requests are limited likewise, with those tried again",
    "[service][suggest]"
) {
    World world;
    world.answers([](const SiteRequest&) { return says("ham"); });  // 110 tokens each
    auto request = world.request();
    request.endpoint.concurrency = 1;
    request.endpoint.max_total_tokens = 220;
    auto done = world.ask(request);
    CHECK(done.asked == 2);
    CHECK(done.limit == "max_total_tokens");
    request.endpoint.max_total_tokens = {};
    request.endpoint.max_requests = 5;
    std::atomic<int> calls = 0;
    world.answers([&](const SiteRequest&) {
        return ++calls == 1 ? reply(503, "busy") : says("ham");
    });
    request.endpoint.retries = 2;
    done = world.ask(request);
    CHECK(done.asked == 2);  // one of them twice
    CHECK(done.limit == "max_requests");
    CHECK(done.requests == 5);
    CHECK(world.site.requests().size() == 5);
    CHECK(world.db.number("SELECT count(*) FROM label_suggestion") == 4);
}

TEST_CASE(
    "of several who ask at once none begins a request when the limit is reached",
    "[service][suggest]"
) {
    World world;
    world.answers([](const SiteRequest&) { return says("ham"); });  // 0.1 each
    auto request = world.request();
    request.endpoint.concurrency = 2;
    request.endpoint.max_cost = 0.35;
    {
        std::jthread one([&] { world.ask(request); });
        std::jthread two([&] { world.ask(request); });
    }
    auto asked = static_cast<std::int64_t>(world.site.requests().size());
    CHECK(asked >= 4);
    CHECK(asked <= 7);  // what was under way when the fourth came back: three others
    CHECK(world.db.number("SELECT requests FROM label_machine") == asked);
    CHECK(world.db.number("SELECT round(cost * 10) FROM label_machine") == asked);
    CHECK(world.ask(request).asked == 0);
}

TEST_CASE("private addresses are asked only where that is allowed", "[service][suggest]") {
    World world;
    world.answers([](const SiteRequest&) { return says("ham"); });
    auto request = world.request();
    request.endpoint.allow_private = false;
    CHECK_THROWS_WITH(world.ask(request), Catch::Contains("allow_private"));
    CHECK(world.site.requests().empty());
    request.endpoint.allow_private = true;
    world.answers([&](const SiteRequest&) {
        auto moved = reply(302, json::object{}, {"Location: " + world.site.url("/other")});
        return moved;
    });
    CHECK_THROWS_WITH(world.ask(request), Catch::Contains("answered 302"));
    CHECK(world.site.count("/other") == 0);
}

TEST_CASE("a plain endpoint gets the record and answers with a score", "[service][suggest]") {
    World world;
    world.answers([](const SiteRequest&) {
        return reply(200, json::object{{"answer", "ham"}, {"score", 0.5}, {"cost", 0.01}});
    });
    auto request = world.request();
    request.endpoint.kind = labeling::EndpointKind::json;
    request.endpoint.prompt = "";
    request.records.at_most = 4;
    auto done = world.ask(request);
    CHECK(done.suggestions == 4);
    CHECK(done.cost == Approx(0.04));
    for (const auto& sent : world.site.requests()) {
        auto body = json::parse(sent.body);
        CHECK(
            std::string(body.at("text").as_string()) ==
            "text of " + std::string(body.at("key").as_string())
        );
        CHECK(body.at("classes").as_array().size() == 2);
    }
    CHECK(world.db.number("SELECT count(*) FROM label_suggestion WHERE score = 0.5") == 4);
}
