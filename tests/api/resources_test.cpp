#include <algorithm>
#include <map>
#include <set>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include "api/openapi.hpp"
#include "base/error.hpp"
#include "labeling/agreement/agreement.hpp"
#include "labeling/truth/truth_store.hpp"
#include "schema/blobs/blobs.hpp"
#include "tests/api/support/client.hpp"
#include "tests/api/support/fixture.hpp"
#include "tests/support/test_database.hpp"
#include "training/experiment.hpp"
#include "training/trainer.hpp"

namespace {

using boost::json::object;
using boost::json::value;

bool is_type(const value& at, std::string_view type) {
    if (type == "string") return at.is_string();
    if (type == "integer") return at.is_int64() || at.is_uint64();
    if (type == "number") return at.is_number();
    if (type == "boolean") return at.is_bool();
    if (type == "object") return at.is_object();
    if (type == "array") return at.is_array();
    return type == "null" && at.is_null();
}

// How the value breaks the schema, or an empty string. Knows what schemas.json uses of JSON Schema.
std::string broken(
    const value& at,
    const object& schema,
    const object& document,
    const std::string& where = "answer"
) {
    if (const auto* reference = schema.if_contains("$ref")) {
        std::string name(reference->as_string());
        name = name.substr(name.rfind('/') + 1);
        return broken(
            at, document.at("components").at("schemas").at(name).as_object(), document, where
        );
    }
    if (const auto* all = schema.if_contains("allOf"))
        for (const auto& each : all->as_array())
            if (auto why = broken(at, each.as_object(), document, where); !why.empty()) return why;
    if (const auto* some = schema.if_contains("oneOf")) {
        auto fits = [&](const value& each) {
            return broken(at, each.as_object(), document, where).empty();
        };
        if (std::count_if(some->as_array().begin(), some->as_array().end(), fits) != 1)
            return where + ": fits not one of oneOf";
    }
    if (const auto* type = schema.if_contains("type")) {
        bool fits = false;
        if (type->is_string())
            fits = is_type(at, type->as_string());
        else
            for (const auto& each : type->as_array()) fits = fits || is_type(at, each.as_string());
        if (!fits) return where + ": wrong type " + boost::json::serialize(at);
    }
    if (const auto* known = schema.if_contains("enum"))
        if (std::find(known->as_array().begin(), known->as_array().end(), at) ==
            known->as_array().end())
            return where + ": not in enum";
    if (at.is_object()) {
        if (const auto* required = schema.if_contains("required"))
            for (const auto& name : required->as_array())
                if (!at.as_object().contains(name.as_string()))
                    return where + ": lacks " + std::string(name.as_string());
        if (const auto* properties = schema.if_contains("properties"))
            for (const auto& member : at.as_object())
                if (const auto* known = properties->as_object().if_contains(member.key()))
                    if (auto why = broken(
                            member.value(),
                            known->as_object(),
                            document,
                            where + "." + std::string(member.key())
                        );
                        !why.empty())
                        return why;
    }
    if (at.is_array())
        if (const auto* items = schema.if_contains("items"))
            for (const auto& each : at.as_array())
                if (auto why = broken(each, items->as_object(), document, where + "[]");
                    !why.empty())
                    return why;
    return {};
}

// What lists of gold, comments, one's own work and webhooks need to have something in them.
void label_something(test::Client& client) {
    auto claimed = client.send("POST", "/api/v1/projects/topics/claim", {{"n", 1}});
    REQUIRE(claimed.status == 200);
    auto task = claimed.json().at("tasks").at(0);
    auto path = "/api/v1/tasks/" + std::to_string(task.at("id").as_int64());
    REQUIRE(
        client.send("POST", path + "/comment", {{"text", "unclear"}, {"flag", true}}).status < 300
    );
    REQUIRE(
        client.send(
                  "POST", path + "/skip", {{"lease", task.at("lease")}, {"reason", "unclear"}}
        ).status < 300
    );
    auto key = task.at("item").at("key");
    auto project = client.get("/api/v1/projects/topics").json();
    boost::json::array labels{
        boost::json::object{{"key", key}, {"label", project.at("classes").at(0).at("name")}}};
    REQUIRE(
        client.send("POST", "/api/v1/projects/topics/import", {{"labels", labels}}).status < 300
    );
    REQUIRE(client.send("POST", "/api/v1/projects/topics/gold", {{"n", 1}}).status < 300);
    auto suggestion = "key,label\n" + std::string(key.as_string()) + ",none\n";
    REQUIRE(
        client
            .send(
                "POST",
                "/api/v1/projects/topics/suggestions",
                {{"annotator", "m"}, {"text", suggestion}}
            )
            .status < 300
    );
    boost::json::object rule{
        {"name", "the"},
        {"class", project.at("classes").at(0).at("name")},
        {"words", boost::json::array{"the"}}};
    auto rules = std::string("/api/v1/projects/topics/rules");
    auto set = client.send("PUT", rules, {{"rule", boost::json::array{rule}}});
    REQUIRE(set.status < 300);
    REQUIRE(client.send("POST", rules + "/run", boost::json::object{}).status < 300);
    boost::json::object person{{"user", "robot-1"}, {"reason", "a trial"}};
    auto annotators = std::string("/api/v1/projects/topics/annotators");
    REQUIRE(client.send("POST", annotators + "/invalidate", person).status < 300);
    person.erase("reason");
    REQUIRE(client.send("POST", annotators + "/restore", person).status < 300);
    auto truth = client.send("POST", "/api/v1/projects/topics/truth", boost::json::object{});
    REQUIRE(truth.status < 300);
    auto audit = std::string("/api/v1/projects/topics/audit");
    REQUIRE(client.send("POST", audit, {{"sample", 1}}).status == 201);
    REQUIRE(client.send("POST", audit, {{"sample", 1}}).status == 409);
    REQUIRE(client.send("POST", audit + "/stop", boost::json::object{}).status < 300);
    boost::json::object hook{
        {"name", "told"}, {"url", "https://hooks.test/"}, {"secret", "env:TILTH_TEST_HOOK"}};
    REQUIRE(client.send("POST", "/api/v1/webhooks", hook).status == 201);
    REQUIRE(client.send("POST", "/api/v1/webhooks/told/test", boost::json::object{}).status == 204);
}

}  // namespace

TEST_CASE("every list and page answers as the description says", "[api][resources]") {
    test::TestDatabase database;
    test::make_world(*database, 12);
    test::Running server(*database);
    test::Client admin(server.port());
    admin.bearer = api::bearer_token(*database, "admin", "admin");
    admin.send("POST", "/api/v1/sources/pages/pause", boost::json::object{});
    auto queued = admin.send(
        "POST", "/api/v1/runs", boost::json::object{{"snapshot", "topics-1"}, {"model", "ridge"}}
    );
    REQUIRE(queued.status == 202);
    CHECK(queued.json().at("job") == 1);
    label_something(admin);
    admin.send("PUT", "/api/v1/projects/topics/members/admin", boost::json::object{});
    auto document = boost::json::parse(admin.get("/api/v1/openapi.json").body).as_object();
    auto first = admin.get("/api/v1/sources/packages/records?limit=1").json().at("items").at(0);
    auto record = first.at("id");
    auto rejects = admin.get("/api/v1/sources/packages/rejects").json();
    auto reject = std::string(rejects.at("items").at(0).at("id").as_string());
    const std::map<std::string_view, std::string> queries{
        {"listCell", "?truth=strings&predicted=strings"},
        {"searchRecords", "?q=the"},
        {"findDrift", "?before=packages&after=pages"},
        {"reportBias", "?by=section"},
        {"findRecords", "?key=" + std::string(first.at("key").as_string())},
        {"showRecordOfKey", "?key=" + std::string(first.at("key").as_string())},
        {"showLineage", "?key=" + std::string(first.at("key").as_string())},
    };

    std::set<std::string> tried;
    for (const auto& route : api::routes()) {
        if (route.method != api::Method::get || route.answer == "*/*") continue;
        // These need an artefact; see lists_test and tests/worker.
        if (route.operation == "showModel" || route.operation == "cardOfModel" ||
            route.operation == "findModelDrift")
            continue;
        std::string path(route.pattern);
        auto put = [&](const std::string& name, const std::string& text) {
            if (auto at = path.find("{" + name + "}"); at != path.npos)
                path.replace(at, name.size() + 2, text);
        };
        put("source", "packages");
        put("project", "topics");
        put("kind", "spans");
        put("model", "topics");
        put("name", "told");
        put("id", route.operation == "showReject" ? reject : std::string(record.as_string()));
        put("run", route.operation == "showRunLog" ? "0" : "2");  // 0: the latest
        put("a", "2");
        put("b", "2");
        put("snapshot", "topics-1");
        put("other", "topics-1");
        put("job", "1");
        put("task", "1");
        put("user", "admin");
        if (queries.contains(route.operation)) path += queries.at(route.operation);
        INFO(path);
        auto reply = admin.get(path);
        REQUIRE(reply.status == 200);
        CHECK(reply.headers["content-type"] == "application/json");
        CHECK(reply.headers["cache-control"] == "no-store");
        const auto& schema = document.at("paths")
                                 .at(route.pattern)
                                 .at("get")
                                 .at("responses")
                                 .at("200")
                                 .at("content")
                                 .at("application/json")
                                 .at("schema");
        CHECK(broken(reply.json(), schema.as_object(), document) == "");
        bool is_list =
            route.verb ? reply.json().as_object().contains("next") : route.answer.front() == '[';
        // Nothing was crawled or is in quarantine here, no browser is signed in, and no worker
        // runs.
        const std::set<std::string_view> may_be_empty{
            "searchRecords",
            "listPreparations",
            "listUrls",
            "listHosts",
            "listFields",
            "listSessions",
            "diffSnapshots",
            "listIdentities",
            "listWorkers"};
        if (is_list && !may_be_empty.contains(route.operation))
            CHECK_FALSE(reply.json().at("items").as_array().empty());
        tried.emplace(route.operation);
    }
    CHECK(tried.size() >= 20);
    CHECK(
        broken(
            value{{"items", 1}, {"next", nullptr}},
            document.at("components").at("schemas").at("Session").as_object(),
            document
        ) != ""
    );
}
