// Pages of lists, searches, edits and roles, as callers of the API meet them.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
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

using boost::json::object;
using boost::json::value;

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
        tx.exec("UPDATE source_run_count SET read = read + 1, added = added + 1");
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
    CHECK(compared.at("differences").as_array().size() == 3);
    CHECK(client.get(run + "/compare/77").status == 404);

    // What is not shown to be better does not go into production.
    training::TrainSettings plain;
    plain.snapshot = "t";
    plain.model = "majority";
    plain.name = "topics-softmax";
    plain.again = true;
    const auto third = training::train(*database, blobs, {}, plain, "test", {}, {}).run.id;
    auto many = client.get(fmt::format("{}/compare/{}?more={}", run, ids[0], third));
    CHECK(many.json().at("differences").as_array().size() == 9);
    const std::string promotion = "/api/v1/models/topics-softmax/promote";
    auto promoted = client.send("POST", promotion, {{"version", 1}, {"stage", "production"}});
    CHECK(promoted.status == 200);
    CHECK(promoted.json().at("evidence").at("against").is_null());
    auto refused = client.send("POST", promotion, {{"version", 2}, {"stage", "production"}});
    CHECK(refused.status == 409);
    CHECK_THAT(refused.body, Catch::Contains("not shown to be better"));
    auto forced = client.send(
        "POST", promotion, {{"version", 2}, {"stage", "production"}, {"force", "a trial"}}
    );
    CHECK(forced.status == 200);
    CHECK(forced.json().at("forced") == "a trial");
    auto history = client.get("/api/v1/models/topics-softmax").json().at("promotions").as_array();
    REQUIRE(history.size() == 2);
    CHECK(history[0].at("promoted_by") == "otto");
    CHECK(
        client.send(
                  "POST", promotion, {{"version", 1}, {"stage", "production"}, {"force", "back"}}
        ).status == 200
    );

    auto errors = client.send("POST", run + "/errors", {{"next", 3}});
    REQUIRE(errors.status == 200);
    CHECK(errors.json().at("judged").to_number<int>() > 0);
    CHECK(errors.json().at("sent").is_null());

    auto model = client.get("/api/v1/models/topics-softmax/export");
    CHECK(model.status == 200);
    CHECK_THAT(model.headers["content-disposition"], Catch::Contains("topics-softmax.tilth"));
    CHECK(training::Predictor::load(model.body).predicts_classes());

    auto csv = client.get("/api/v1/snapshots/t/export?format=csv");
    CHECK_THAT(csv.body, Catch::StartsWith("key,split,label,label_probability,title,body,"));
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

TEST_CASE(
    "runs are named and watched, and models tested and told of, over HTTP",
    "[api][resources]"
) {
    test::TestDatabase database;
    test::make_world(*database, 60);
    test::Running server(*database);
    test::Client client(server.port());
    client.bearer = api::bearer_token(*database, "otto", "operator");
    REQUIRE(client.send("POST", "/api/v1/projects/topics/truth", object{}).status == 200);
    auto made = client.send("POST", "/api/v1/snapshots", {{"name", "t"}, {"project", "topics"}});
    REQUIRE(made.status == 201);
    training::TrainSettings settings;
    settings.snapshot = "t";
    settings.name = "m";
    settings.seed = 77;
    auto id = training::train(*database, schema::Blobs{""}, {}, settings, "test", {}, {}).run.id;
    auto run = "/api/v1/runs/" + std::to_string(id);

    auto etag = client.get(run).headers["etag"];
    CHECK(client.send("PATCH", run, {{"name", "base"}}).status == 428);
    auto edited = client.send(
        "PATCH", run, {{"name", "base"}, {"tag", object{{"team", "a"}}}}, {"If-Match: " + etag}
    );
    REQUIRE(edited.status == 200);
    CHECK(edited.json().at("tags").at("team") == "a");
    CHECK(client.send("PATCH", run, {{"name", "late"}}, {"If-Match: " + etag}).status == 412);
    CHECK(client.get(run).text("run_key").size() == 64);
    CHECK(client.get("/api/v1/runs?tag=team=a").json().at("items").as_array().size() == 1);
    CHECK(client.get("/api/v1/runs?tag=team=b").json().at("items").as_array().empty());
    CHECK(client.get("/api/v1/runs?tag=team").status == 400);
    // What is given several times is a list, and not the last alone.
    CHECK(client.get("/api/v1/runs?tag=other=x&tag=team=a").json().at("items").as_array().empty());
    CHECK(client.get("/api/v1/runs?limit=1&limit=2").status == 400);
    auto steps = client.get(run + "/steps").json();
    CHECK(steps.at("state") == "done");
    CHECK_FALSE(steps.at("items").as_array().empty());
    CHECK(steps.at("next").is_null());

    std::string model = "/api/v1/models/m";
    auto shown = client.get(model).json();
    CHECK(shown.at("golden").at("holds") == true);
    CHECK(client.send("PATCH", model, {{"intended_use", "To try."}}).status == 200);
    auto card = client.get(model + "/card").json();
    CHECK(card.at("about").at("intended_use") == "To try.");
    CHECK(card.at("data").at("name") == "t");
    CHECK(client.get(model + "/drift").status == 409);  // nothing was asked yet
    auto unasked = client.get(model + "/drift?or_nothing=true");
    CHECK(unasked.status == 200);
    CHECK(unasked.json().at("windows").as_array().empty());
    object floor{{"name", "f"}, {"kind", "floor"}, {"at_least", 2}};
    auto tested =
        client.send("POST", model + "/test", {{"test", boost::json::array{floor}}, {"keep", true}});
    REQUIRE(tested.status == 200);
    CHECK(tested.json().at("passed") == false);
    object promotion{{"version", 1}, {"stage", "production"}};
    auto refused = client.send("POST", model + "/promote", promotion);
    CHECK(refused.status == 409);
    CHECK_THAT(refused.text("detail"), Catch::Contains("1 of 1 tests of its behaviour fail"));
    CHECK(client.get(model + "/export?format=onnx").status == 409);  // texts
    auto graph = client.get(model + "/export?format=onnx&inputs=features");
    CHECK(graph.status == 200);
    CHECK_THAT(graph.headers["content-disposition"], Catch::Contains("m.onnx"));
}
