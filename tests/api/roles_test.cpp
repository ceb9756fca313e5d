// Who may use which route, as a table that is held against the routes: one that is new, or answers
// somebody otherwise, fails here until its row says so.
//
// Every route is asked for things that are not there, with an empty body, so that nobody who is let
// in changes anything for those who ask after him: 404, 409 or 422 say that he was let in, 401 and
// 403 that he was not.
#include <map>
#include <set>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "tests/api/support/roles_table.hpp"
#include "tests/api/support/stage.hpp"

namespace {

using boost::json::object;

std::string name_of(const api::Route& route) {
    return fmt::format("{} {}", api::name_of(route.method), route.pattern);
}

// The path for things of these names; all others are called "0", which is no name and no number of
// anything.
std::string path_of(const api::Route& route, const std::map<std::string, std::string>& names = {}) {
    std::string path;
    for (auto rest = route.pattern; !rest.empty();) {
        auto open = std::min(rest.find('{'), rest.size());
        path += rest.substr(0, open);
        rest.remove_prefix(open);
        if (rest.empty()) break;
        auto close = rest.find('}');
        auto found = names.find(std::string(rest.substr(1, close - 1)));
        path += found == names.end() ? "0" : found->second;
        rest.remove_prefix(close + 1);
    }
    return path;
}

int status_of(
    const test::Client& client,
    std::uint16_t port,
    const api::Route& route,
    const std::map<std::string, std::string>& names = {}
) {
    auto path = path_of(route, names);
    if (route.operation.starts_with("watch")) {  // an answer without an end
        auto proof = client.bearer.empty() ? "" : "Authorization: Bearer " + client.bearer + "\r\n";
        auto text = test::Client::raw(
            port, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + proof + "\r\n", 12
        );
        return std::stoi(text.substr(9, 3));
    }
    if (route.method == api::Method::get) return client.get(path).status;
    std::vector<std::string> headers;
    if (route.versioned) headers.emplace_back("If-Match: \"1\"");
    return client.send(std::string(api::name_of(route.method)), path, object{}, headers).status;
}

struct People : test::Stage {
    test::Client stranger, lena, anna, opal, root;

    explicit People(int records = 0)
        : test::Stage({}, records),
          stranger(nobody()),
          lena(bearer("lena", "labeler")),
          anna(bearer("anna", "analyst")),
          opal(bearer("opal", "operator")),
          root(bearer("root", "admin")) {}

    int ask(const test::Client& client, const api::Route& route) const {
        return status_of(client, server->port(), route);
    }
};

bool changes(const api::Route& route) {
    return route.method != api::Method::get;
}

}  // namespace

TEST_CASE("every route answers every role as the table says", "[api][roles]") {
    People people;
    std::set<std::string> seen;
    for (const auto& route : api::routes()) {
        test::RoleRow found{
            .route = name_of(route),
            .nobody = people.ask(people.stranger, route),
            .labeler = people.ask(people.lena, route),
            .analyst = people.ask(people.anna, route),
            .operate = people.ask(people.opal, route),
            .admin = people.ask(people.root, route)};
        seen.insert(found.route);
        auto row = test::find_role_row(found.route);
        INFO("this route would be: " << test::text_of(found));
        CHECK((row ? test::text_of(*row) : "not in the table") == test::text_of(found));
    }
    for (const auto& row : test::role_rows()) {
        INFO(row.route << " is in the table and is no route");
        CHECK(seen.contains(row.route));
    }
}

TEST_CASE("the table keeps those out whom the routes keep out", "[api][roles]") {
    for (const auto& route : api::routes()) {
        auto row = test::find_role_row(name_of(route));
        if (!row) continue;  // the test before tells of it
        INFO(row->route);
        if (route.roles == api::anyone) continue;  // what proves who asks is in the request
        CHECK(row->nobody == 401);
        auto agrees = [&](api::Role role, int status) {
            CHECK((status == 403) == !api::may(role, route.roles));
            CHECK(status != 401);
        };
        agrees(api::Role::label, row->labeler);
        agrees(api::Role::analyse, row->analyst);
        agrees(api::Role::operate, row->operate);
        agrees(api::Role::admin, row->admin);
    }
}

TEST_CASE("tokens that are over, revoked or of a disabled user open no route", "[api][roles]") {
    People people;
    auto over = people.bearer("over", "admin");
    auto revoked = people.bearer("revoked", "admin");
    auto disabled = people.bearer("disabled", "admin");
    auto session = people.browser("gone", "admin");
    (*people.database).call([](base::Tx& tx) {
        tx.exec(
            "UPDATE access_token t SET expires_at = now() - interval '1 second' FROM app_user u "
            "WHERE u.id = t.user_id AND u.name = 'over'"
        );
        tx.exec(
            "UPDATE access_token t SET revoked_at = now() FROM app_user u "
            "WHERE u.id = t.user_id AND u.name = 'revoked'"
        );
        tx.exec(
            "UPDATE web_session s SET expires_at = now() FROM app_user u "
            "WHERE u.id = s.user_id AND u.name = 'gone'"
        );
    });
    people.root.send("PATCH", "/api/v1/users/disabled", {{"disabled", true}});
    for (const auto& route : api::routes()) {
        if (route.roles == api::anyone) continue;
        INFO(name_of(route));
        CHECK(people.ask(over, route) == 401);
        CHECK(people.ask(revoked, route) == 401);
        CHECK(people.ask(disabled, route) == 401);
        if (route.operation != "watch") CHECK(people.ask(session, route) == 401);
    }
}

TEST_CASE("a token that only reads changes nothing by any route", "[api][roles]") {
    People people;
    auto made = people.root.send("POST", "/api/v1/tokens", {{"scope", "read"}});
    auto reader = people.nobody();
    reader.bearer = made.text("token");
    for (const auto& route : api::routes()) {
        if (route.roles == api::anyone) continue;
        INFO(name_of(route));
        CHECK((people.ask(reader, route) == 403) == changes(route));
    }
}

TEST_CASE("no route changes anything by a cookie alone", "[api][roles]") {
    People people;
    auto browser = people.browser("root", "admin");
    browser.csrf.clear();
    for (const auto& route : api::routes()) {
        if (route.roles == api::anyone || !changes(route)) continue;
        INFO(name_of(route));
        CHECK(people.ask(browser, route) == 403);
    }
    CHECK(browser.get("/api/v1/session").status == 200);
}

TEST_CASE("a project with members opens by no route to labelers who are none", "[api][roles]") {
    People people(8);
    auto mine = people.bearer("mia", "labeler");
    auto claimed =
        people.lena.send("POST", "/api/v1/projects/clothes/claim", {{"n", 1}}).json().at("tasks");
    auto task = std::to_string(claimed.at(0).at("id").as_int64());
    for (auto [user, role] : std::map<std::string, std::string>{
             {"mia", "labeler"}, {"rae", "reviewer"}, {"ola", "owner"}}) {
        people.bearer(user, "labeler");
        auto path = "/api/v1/projects/clothes/members/" + user;
        REQUIRE(people.opal.send("PUT", path, {{"role", role}}).status == 200);
    }
    auto reviewer = people.bearer("rae", "labeler"), owner = people.bearer("ola", "labeler");
    const std::map<std::string, std::string> names{{"project", "clothes"}, {"task", task}};
    std::size_t routes = 0;
    for (const auto& route : api::routes()) {
        bool is_about = route.pattern.find("{project}") != route.pattern.npos ||
                        route.pattern.find("{task}") != route.pattern.npos;
        if (!is_about) continue;
        ++routes;
        INFO(name_of(route));
        auto ask = [&](const test::Client& client) {
            return status_of(client, people.server->port(), route, names);
        };
        // A request that is none (422) tells nothing of the project.
        auto status = ask(people.lena);
        CHECK((status == 403 || status == 404 || status == 422));
        auto is_in = [&](const test::Client& client) {
            auto told = ask(client);
            return told != 401 && told != 403;
        };
        auto roles = route.roles;
        CHECK(is_in(mine) == api::may(api::Role::label, roles));
        bool reviews = (roles & service::project_reviewers) == service::project_reviewers;
        CHECK(is_in(reviewer) == (api::may(api::Role::label, roles) || reviews));
        bool owns = (roles & service::project_owners) != 0;
        CHECK(is_in(owner) == (api::may(api::Role::label, roles) || owns));
    }
    CHECK(routes > 30);
}
