// Serves the small world of fixture.hpp until it is interrupted, for the tests in a browser.
// Prints one JSON line: the URL and, per role, a one-time sign-in token.
//
//     serve_fixture STATIC_DIR [PORT [RECORDS]]
//
// With a port, a server that was stopped can be started again at the same place: the database is
// taken from TILTH_FIXTURE_DB if that is set, and then not filled again. TILTH_FIXTURE_MEDIA: with
// sounds, films, documents and pages, too.
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>

#include <boost/json/serialize.hpp>

#include "api/server/server.hpp"
#include "base/run/stop.hpp"
#include "tests/api/support/fixture.hpp"
#include "tests/support/test_database.hpp"

int main(int argc, char** argv) {
    base::StopOnSignal signals;
    signals.runs_until_stopped();
    api::Options options;
    if (argc > 1) options.static_dir = argv[1];
    if (argc > 2) options.port = static_cast<std::uint16_t>(std::atoi(argv[2]));
    int records = argc > 3 ? std::atoi(argv[3]) : 60;

    std::optional<test::TestDatabase> own;
    std::optional<base::Database> given;
    const char* url = std::getenv("TILTH_FIXTURE_DB");
    if (url)
        given.emplace(url, 4);
    else
        own.emplace(4);
    auto& database = given ? *given : **own;
    if (!url) test::make_world(database, records);
    if (!url && std::getenv("TILTH_FIXTURE_MEDIA")) test::make_media(database);

    api::Server server(database, options);
    boost::json::object out{
        {"url", "http://127.0.0.1:" + std::to_string(server.port())},
        {"port", server.port()},
        {"database", database.url()},
        {"admin", api::first_sign_in(database)},
        {"operator", api::bearer_token(database, "opal", "operator")},
        {"analyst", api::bearer_token(database, "ana", "analyst")},
        {"labeler", api::bearer_token(database, "lena", "labeler")},
        {"other", api::bearer_token(database, "otto", "labeler")}};
    std::cout << boost::json::serialize(out) << std::endl;
    server.run(signals.token());
}
