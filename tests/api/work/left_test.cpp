// What takes long over HTTP ends when nobody waits for it any more, and keeps nothing half done.
// The table that the work writes late is held until the service has noticed that its client is
// gone: what goes on behind it is then seen in what is stored.
#include <chrono>
#include <thread>

#include <fmt/format.h>
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "api/verb_table.hpp"
#include "tests/api/support/client.hpp"
#include "tests/api/support/fixture.hpp"
#include "tests/support/test_database.hpp"

using namespace std::chrono_literals;

namespace {

namespace json = boost::json;

struct LeftWorld {
    test::TestDatabase database{4};
    test::Client client{0};
    std::string token;
    std::unique_ptr<test::Running> server;

    LeftWorld() {
        test::make_world(*database, 40);
        server = std::make_unique<test::Running>(*database);
        client = test::Client(server->port());
        client.bearer = token = api::bearer_token(*database, "otto", "operator");
    }
    void make(const std::string& method, const std::string& path, const json::value& body) {
        auto made = client.send(method, path, body);
        INFO(path << ": " << made.body);
        REQUIRE(made.status < 300);
    }
    std::string figure(const std::string& name) {
        auto text = client.get("/metrics").body;
        auto at = text.find("\n" + name + " ");
        return at == text.npos ? "" : text.substr(at + name.size() + 2, 1);
    }
    bool becomes(const std::string& name, const std::string& wanted) {
        auto end = std::chrono::steady_clock::now() + 20s;
        while (figure(name) != wanted && std::chrono::steady_clock::now() < end)
            std::this_thread::sleep_for(20ms);
        return figure(name) == wanted;
    }
    // Asks and leaves, while `table` is held; returns when the work has ended.
    void leave(const std::string& path, const json::value& body, const std::string& table) {
        auto text = json::serialize(body);
        auto asked = fmt::format(
            "POST {} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n"
            "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
            path,
            token,
            text.size(),
            text
        );
        database->call([&](base::Tx& tx) {
            tx.exec("LOCK TABLE " + table + " IN EXCLUSIVE MODE");
            test::Client::raw(server->port(), asked, 0);
            CHECK(becomes("tilth_requests_left", "1"));
        });
        CHECK(becomes("tilth_requests_waiting", "0"));
    }
    std::int64_t count(const std::string& what) {
        return database.number("SELECT count(*) FROM " + what);
    }
};

const std::string topics = "/api/v1/projects/topics";

}  // namespace

TEST_CASE("truth that nobody waits for any more is not inferred", "[api][left]") {
    LeftWorld at;
    at.leave(topics + "/truth", json::object{}, "ground_truth");
    CHECK(at.count("ground_truth") == 0);
    CHECK(at.count("label_trust") == 0);
    at.make("POST", topics + "/truth", json::object{});
    CHECK(at.count("ground_truth") > 0);
}

TEST_CASE("labels that nobody waits for any more are not imported", "[api][left]") {
    LeftWorld at;
    json::array labels;
    for (int i = 0; i < 40; ++i)
        labels.push_back(json::object{
            {"key", "https://pages.test/" + std::to_string(i)}, {"label", "strings"}});
    at.leave(topics + "/import", {{"labels", labels}}, "ground_truth");
    CHECK(at.count("ground_truth") == 0);
    at.make("POST", topics + "/import", {{"labels", labels}});
    CHECK(at.count("ground_truth") == 40);
}

TEST_CASE("rules that nobody waits for any more give no labels", "[api][left]") {
    LeftWorld at;
    json::object rule{{"name", "all"}, {"class", "strings"}, {"words", json::array{"the"}}};
    at.make("PUT", topics + "/rules", {{"rule", json::array{rule}}});
    at.make("POST", topics + "/rules/run", json::object{});
    at.leave(topics + "/rules/apply", json::object{}, "ground_truth");
    CHECK(at.count("ground_truth") == 0);
    at.make("POST", topics + "/rules/apply", json::object{});
    CHECK(at.count("ground_truth") > 0);
}

TEST_CASE("records that nobody waits for any more are not queued", "[api][left]") {
    LeftWorld at;
    json::array classes{json::object{{"name", "good"}}, json::object{{"name", "bad"}}};
    at.make("POST", "/api/v1/projects", {{"name", "new"}, {"source", "pages"}, {"class", classes}});
    auto before = at.count("label_task");
    at.leave("/api/v1/projects/new/queue", {{"add", 10}}, "label_task");
    CHECK(at.count("label_task") == before);
}

TEST_CASE("what goes by steps is among what takes long", "[api][left]") {
    int by_steps = 0;
    for (const auto& row : api::verb_table()) {
        if (!api::goes_by_steps(row.verb)) continue;
        ++by_steps;
        INFO(row.verb);
        CHECK(api::takes_long(row.verb));
    }
    CHECK(by_steps > 0);
}
