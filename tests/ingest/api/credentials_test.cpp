#include "tests/ingest/api/reading.hpp"

using namespace api_reading;

TEST_CASE("credentials are sent in each form, and never elsewhere", "[ingest][api]") {
    ScriptedApi api;
    api.fill(12);
    api.secrets = {{"env:S", "Aladdin's"}, {"file:R", "refresh-1"}};
    auto seen = [&](const std::string& auth) {
        api.requests.clear();
        auto read = read_all(spec_of(paginators[5].second, R"("auth":)" + auth), api);
        for (const auto& cursor : read.cursors) CHECK(cursor.find("Aladdin") == std::string::npos);
        return api.requests;
    };
    auto of = [](const Request& request, const char* name) {
        return std::string(ingest::api::header(request.headers, name));
    };
    CHECK(
        of(seen(R"({"kind":"bearer","secret":"env:S"})")[0], "Authorization") == "Bearer Aladdin's"
    );
    // RFC 7617's own pair, but for the apostrophe.
    CHECK(
        of(seen(R"({"kind":"basic","user":"Aladdin","secret":"env:S"})")[0], "Authorization") ==
        "Basic QWxhZGRpbjpBbGFkZGluJ3M="
    );
    CHECK(of(seen(R"({"kind":"api_key","secret":"env:S"})")[1], "X-Api-Key") == "Aladdin's");
    auto keyed = seen(R"({"kind":"api_key","secret":"env:S","in":"query","name":"api key"})");
    CHECK(keyed[0].url == "https://api.test/v1/items?api%20key=Aladdin%27s");
    CHECK(keyed[1].url == "https://api.test/v1/items?cursor=c10&api%20key=Aladdin%27s");
    auto signed_ones =
        seen(R"({"kind":"hmac","secret":"env:S","message":"{timestamp}.{method}{path}{body}"})");
    // printf '1800000000.GET/v1/items' | openssl dgst -sha256 -hmac "Aladdin's"
    CHECK(of(signed_ones[0], "X-Timestamp") == "1800000000");
    CHECK(
        of(signed_ones[0], "X-Signature") ==
        "9e35779739a586c8d5540223503785fafc1d932770e42860ea4198e847a4a549"
    );

    SECTION("a server that puts the key into its next links does not put it into cursors") {
        api.script = [](int, const Request&, Response truth) {
            auto at = truth.body.find("?cursor");
            if (at != truth.body.npos) truth.body.insert(at + 1, "key=Aladdin%27s&");
            return truth;
        };
        auto linked = seen(R"({"kind":"api_key","secret":"env:S","in":"query","name":"key"})");
        CHECK(linked[1].url == "https://api.test/v1/items?cursor=c10&key=Aladdin%27s");
    }
}

TEST_CASE("tokens are asked for, kept, renewed and rotated", "[ingest][api]") {
    ScriptedApi api;
    api.fill(40);
    api.secrets = {{"env:S", "shh"}, {"file:R", "refresh-1"}};
    int tokens = 0;
    std::string valid;
    std::vector<std::string> bodies;
    api.script = [&](int, const Request& request, Response truth) {
        if (request.url == "https://login.test/token") {
            CHECK(request.method == "POST");
            bodies.push_back(request.body);
            valid = fmt::format("t{}", ++tokens);
            return Response{
                200,
                {},
                fmt::format(
                    R"({{"access_token":"{}","expires_in":3600,"refresh_token":"refresh-{}"}})",
                    valid,
                    tokens + 1
                ),
                ""};
        }
        if (ingest::api::header(request.headers, "authorization") != "Bearer " + valid)
            return Response{401, {}, "{}", ""};
        if (api.requests.size() == 4) valid = "revoked";
        return truth;
    };
    auto auth = std::string(
        R"("auth":{"kind":"oauth2","token_url":"https://login.test/token","client_id":"me","client_secret":"env:S")"
    );
    CHECK(read_all(spec_of(paginators[0].second, auth + "}"), api).keys == numbers(1, 40));
    CHECK(tokens == 2);
    CHECK(bodies[0] == "grant_type=client_credentials&client_id=me&client_secret=shh");

    bodies.clear();
    CHECK(
        read_all(spec_of(paginators[0].second, auth + R"(,"refresh_token":"file:R"})"), api).keys ==
        numbers(1, 40)
    );
    CHECK(
        bodies[0] ==
        "grant_type=refresh_token&refresh_token=refresh-1&client_id=me&client_secret=shh"
    );
    CHECK(api.secrets["file:R"] == "refresh-4");

    SECTION("a refused client is told of without the secret") {
        api.script = [](int, const Request&, Response) {
            return Response{400, {}, R"({"error":"invalid_client"})", ""};
        };
        CHECK_THROWS_WITH(
            read_all(spec_of("", auth + "}"), api), Contains("invalid_client") && !Contains("shh")
        );
    }
}
