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
        {"searchRecords", "?q=the"},
        {"findDrift", "?before=packages&after=pages"},
        {"reportBias", "?by=section"},
        {"showLineage", "?key=" + std::string(first.at("key").as_string())},
    };

    std::set<std::string> tried;
    for (const auto& route : api::routes()) {
        if (route.method != api::Method::get || route.answer == "*/*") continue;
        if (route.operation == "showModel") continue;  // needs an artefact; see tests/worker
        std::string path(route.pattern);
        auto put = [&](const std::string& name, const std::string& text) {
            if (auto at = path.find("{" + name + "}"); at != path.npos)
                path.replace(at, name.size() + 2, text);
        };
        put("source", "packages");
        put("project", "topics");
        put("kind", "spans");
        put("name", "told");
        put("id", route.operation == "showReject" ? reject : std::string(record.as_string()));
        put("run", "2");
        put("a", "2");
        put("b", "2");
        put("snapshot", "topics-1");
        put("other", "topics-1");
        put("job", "1");
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
        bool is_list = route.verb ? reply.json().as_object().contains("next") &&
                                        reply.json().as_object().contains("items")
                                  : route.answer.front() == '[';
        // Nothing was crawled or is in quarantine here, and no browser is signed in.
        const std::set<std::string_view> may_be_empty{
            "searchRecords",
            "listPreparations",
            "listUrls",
            "listHosts",
            "listFields",
            "listSessions"};
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

TEST_CASE("pages of a list join to the whole, each item once", "[api][resources]") {
    test::TestDatabase database;
    test::make_world(*database, 23);
    test::Running server(*database);
    test::Client client(server.port());
    client.bearer = api::bearer_token(*database, "ann", "analyst");
    std::set<std::string> keys;
    std::string after;
    int pages = 0;
    for (;; ++pages) {
        REQUIRE(pages < 10);
        auto page = client.get("/api/v1/sources/pages/records?limit=5" + after).json();
        for (const auto& item : page.at("items").as_array())
            CHECK(keys.insert(std::string(item.at("key").as_string())).second);
        if (page.at("next").is_null()) break;
        std::string escaped;
        for (char c : page.at("next").as_string())
            escaped += c == ':' || c == '/' ? (c == ':' ? "%3A" : "%2F") : std::string(1, c);
        after = "&after=" + escaped;
    }
    CHECK(keys.size() == 23);
    CHECK(pages == 4);
    for (auto wrong : {"limit=0", "limit=201", "limit=x", "after=nonsense", "after=%zz"}) {
        INFO(wrong);
        CHECK(client.get("/api/v1/sources/pages/records?" + std::string(wrong)).status == 400);
    }
}

TEST_CASE("records are searched by words, conditions and pages", "[api][resources]") {
    test::TestDatabase database;
    test::make_world(*database, 23);
    database->call([](base::Tx& tx) {
        tx.exec(
            "UPDATE content_text SET body = 'the heron stood in the reeds ' || length(key) WHERE "
            "source_id = (SELECT id FROM source "
            "WHERE name = 'pages')"
        );
        tx.exec("UPDATE source_run SET read = read + 1, added = added + 1");
    });
    test::Running server(*database);
    test::Client client(server.port());
    client.bearer = api::bearer_token(*database, "ann", "analyst");
    auto first = client.get("/api/v1/sources/pages/search?q=heron&limit=20").json();
    CHECK(first.at("complete") == true);
    REQUIRE(first.at("items").as_array().size() == 20);
    CHECK_THAT(
        std::string(first.at("items").at(0).at("snippet").as_string()), Catch::Contains("«heron»")
    );
    auto id = std::string(first.at("items").at(0).at("id").as_string());
    CHECK(client.get("/api/v1/records/" + id).status == 200);
    std::string escaped;
    for (unsigned char c : first.at("next").as_string()) {
        char hex[4];
        std::snprintf(hex, sizeof hex, "%%%02X", c);
        escaped += hex;
    }
    auto second =
        client.get("/api/v1/sources/pages/search?q=heron&limit=20&after=" + escaped).json();
    CHECK(second.at("items").as_array().size() == 3);
    CHECK(second.at("next").is_null());
    CHECK(client.get("/api/v1/sources/pages/search?q=heron&where=words%20%3C%200")
              .json()
              .at("items")
              .as_array()
              .empty());
    CHECK(client.get("/api/v1/sources/pages/search?q=").status == 400);
    CHECK(client.get("/api/v1/sources/pages/search?q=heron&where=words%20%3C").status == 400);
    CHECK(client.get("/api/v1/sources/pages/search?q=heron&after=x").status == 400);
    CHECK(client.get("/api/v1/sources/none/search?q=heron").status == 404);
}

TEST_CASE(
    "agreement over HTTP is that of all answers, also after the project was edited",
    "[api][resources]"
) {
    test::TestDatabase database;
    test::make_world(*database, 4);
    test::Running server(*database);
    test::Client client(server.port());
    client.bearer = api::bearer_token(*database, "otto", "operator");
    std::string path = "/api/v1/projects/topics";
    auto etag = client.get(path).headers["etag"];
    REQUIRE(client.send("PATCH", path, {{"title", "Topics"}}, {"If-Match: " + etag}).status == 200);

    auto project =
        database->call([](base::Tx& tx) { return labeling::load_project(tx, "topics"); });
    CHECK(project.project.title == "Topics");
    auto answers = labeling::load_judgements(*database, project);
    REQUIRE_FALSE(answers.rows.empty());
    auto found = client.get(path + "/agreement").json();
    CHECK(found.at("ratings").to_number<std::size_t>() == answers.rows.size());
    std::vector<std::string> names;
    for (const auto& metric : found.at("metrics").as_array()) {
        auto name = std::string(metric.at("metric").as_string());
        auto expected = labeling::agreement(answers, *base::parse<labeling::Metric>(name), 0);
        CHECK(metric.at("units").to_number<std::size_t>() == expected.units);
        if (expected.value)
            CHECK(metric.at("value").to_number<double>() == Approx(*expected.value));
        else
            CHECK(metric.at("value").is_null());
        names.push_back(std::move(name));
    }
    CHECK(names == std::vector<std::string>{"krippendorff-nominal", "gwet-ac1", "percent"});
}

TEST_CASE("two who edit a project do not overwrite each other", "[api][resources]") {
    test::TestDatabase database;
    test::make_world(*database, 4);
    test::Running server(*database);
    test::Client client(server.port());
    client.bearer = api::bearer_token(*database, "otto", "operator");
    auto etag = client.get("/api/v1/projects/topics").headers["etag"];
    std::string path = "/api/v1/projects/topics";

    CHECK(client.send("PATCH", path, {{"title", "Topics"}}).status == 428);
    CHECK(client.send("PATCH", path, {{"title", "Topics"}}, {"If-Match: \"999\""}).status == 412);
    auto edited = client.send(
        "PATCH", path, {{"title", "Topics"}, {"instructions", "Read first."}}, {"If-Match: " + etag}
    );
    REQUIRE(edited.status == 200);
    CHECK(edited.text("title") == "Topics");
    CHECK(edited.text("instructions") == "Read first.");
    auto late = client.send("PATCH", path, {{"title", "Other"}}, {"If-Match: " + etag});
    CHECK(late.status == 412);
    CHECK(late.headers["etag"] == edited.headers["etag"]);
    CHECK(
        client.send("PATCH", path, {{"state", "gone"}}, {"If-Match: " + edited.headers["etag"]})
            .status == 422
    );
    CHECK(client.get(path).text("title") == "Topics");
}

TEST_CASE("roles hold on every route", "[api][resources]") {
    test::TestDatabase database;
    test::Running server(*database);
    const std::pair<const char*, api::Role> people[] = {
        {"a", api::Role::admin},
        {"o", api::Role::operate},
        {"l", api::Role::label},
        {"n", api::Role::analyse}};
    test::Client nobody(server.port());
    std::vector<test::Client> clients;
    for (auto [name, role] : people) {
        clients.emplace_back(server.port());
        clients.back().bearer = api::bearer_token(*database, name, std::string(api::name_of(role)));
    }
    for (const auto& route : api::routes()) {
        if (route.roles == api::anyone || route.operation == "watch" ||
            route.operation == "closeSession")
            continue;
        std::string path(route.pattern);
        for (auto open = path.find('{'); open != path.npos; open = path.find('{'))
            path.replace(open, path.find('}') - open + 1, "999999");
        std::string method(api::name_of(route.method));
        INFO(method << " " << path);
        CHECK(nobody.send(method, path, boost::json::object{}).status == 401);
        for (std::size_t i = 0; i < clients.size(); ++i) {
            auto status = clients[i].send(method, path, boost::json::object{}).status;
            CHECK((status == 403) == !api::may(people[i].second, route.roles));
            CHECK(status != 401);
            CHECK(status != 500);
        }
    }
}

TEST_CASE(
    "what was learnt from answers is shown, compared, exported and predicts, over HTTP",
    "[api][resources]"
) {
    test::TestDatabase database;
    test::make_world(*database, 60);
    test::Running server(*database);
    test::Client client(server.port());
    client.bearer = api::bearer_token(*database, "otto", "operator");
    REQUIRE(client.send("POST", "/api/v1/projects/topics/truth", object{}).status == 200);
    REQUIRE(
        client.send("POST", "/api/v1/snapshots", {{"name", "t"}, {"project", "topics"}}).status ==
        201
    );
    schema::Blobs blobs{""};
    std::vector<std::int64_t> ids;
    for (std::string kind : {"majority", "softmax"}) {
        training::TrainSettings settings;
        settings.snapshot = "t";
        settings.model = kind;
        ids.push_back(training::train(*database, blobs, {}, settings, "test", {}, {}).run.id);
    }
    auto run = "/api/v1/runs/" + std::to_string(ids[1]);

    auto report = client.get(run + "/report");
    CHECK(report.status == 200);
    CHECK_THAT(report.body, Catch::StartsWith("<!doctype html>"));
    CHECK_THAT(
        report.headers["content-security-policy"], Catch::Contains("sandbox; default-src 'none'")
    );
    CHECK(report.headers["content-disposition"].empty());
    CHECK(client.get("/api/v1/runs/77/report").status == 404);

    auto shown = client.get(run).json();
    CHECK(shown.at("models").at(0).at("name") == "topics-softmax");
    CHECK(shown.at("analysis").is_object());
    auto listed = client.get("/api/v1/runs?limit=1").json();
    CHECK(listed.at("items").at(0).at("id").as_int64() == ids[1]);
    CHECK(listed.at("items").at(0).at("metrics").as_array().size() > 3);
    auto rest = client.get("/api/v1/runs?after=" + std::to_string(ids[1])).json();
    CHECK(rest.at("items").at(0).at("id").as_int64() == ids[0]);
    CHECK(client.get("/api/v1/runs?after=x").status == 400);

    auto compared = client.get(run + "/compare/" + std::to_string(ids[0])).json();
    CHECK(compared.at("rows").to_number<int>() > 0);
    CHECK(
        compared.at("low").to_number<double>() <=
        compared.at("accuracy_difference").to_number<double>()
    );
    CHECK(compared.at("squared_error_difference").is_null());
    CHECK(client.get(run + "/compare/77").status == 404);

    auto errors = client.send("POST", run + "/errors", {{"next", 3}});
    REQUIRE(errors.status == 200);
    CHECK(errors.json().at("judged").to_number<int>() > 0);
    CHECK(errors.json().at("sent").is_null());

    auto model = client.get("/api/v1/models/topics-softmax/export");
    CHECK(model.status == 200);
    CHECK_THAT(model.headers["content-disposition"], Catch::Contains("topics-softmax.tilth"));
    CHECK(training::Predictor::load(model.body).predicts_classes());

    auto csv = client.get("/api/v1/snapshots/t/export?format=csv");
    CHECK_THAT(csv.body, Catch::StartsWith("key,split,label,title,body\r\n"));
    CHECK(client.get("/api/v1/snapshots/t/export?format=papyrus").status == 400);
    CHECK(client.get("/api/v1/snapshots/none/export").status == 404);

    std::string predict = "/api/v1/models/topics-softmax/predict";
    auto two = client.send(
        "POST",
        predict,
        {{"inputs", boost::json::array{object{{"text", "x"}}, object{{"title", "y"}}}}}
    );
    REQUIRE(two.status == 200);
    CHECK(two.json().at("predictions").as_array().size() == 2);
    CHECK(two.json().at("predictions").at(1).at("probabilities").is_object());
    auto first = client.send("POST", predict, {{"where", ""}, {"limit", 50}}).json();
    CHECK(first.at("predictions").as_array().size() == 50);
    CHECK(first.at("predictions").at(0).at("key").is_string());
    auto second =
        client.send(
                  "POST", predict, {{"where", ""}, {"limit", 50}, {"after", first.at("next")}}
        ).json();
    CHECK(second.at("predictions").as_array().size() == 10);
    CHECK(second.at("next").is_null());
    for (const auto& wrong : {
             object{},
             object{{"inputs", boost::json::array{}}},
             object{{"inputs", boost::json::array{1}}},
             object{{"inputs", boost::json::array{object{}}}},
             object{
                 {"inputs", boost::json::array{object{{"text", "x"}, {"txet", "x"}}}},
                 {"strict", true}},
             object{{"inputs", boost::json::array{object{}}}, {"where", ""}},
             object{{"where", "words <"}},
         }) {
        INFO(boost::json::serialize(wrong));
        CHECK(client.send("POST", predict, wrong).status == 422);
    }
    auto none = client.send("POST", "/api/v1/models/other/predict", {{"where", ""}});
    CHECK(none.status == 404);
    CHECK_THAT(none.text("detail"), Catch::StartsWith("model 'other'"));
}
