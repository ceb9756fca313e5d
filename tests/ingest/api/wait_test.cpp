#include "tests/ingest/api/reading.hpp"

using namespace api_reading;

TEST_CASE("storms of 429 are waited out", "[ingest][api]") {
    ScriptedApi api;
    api.fill(50);
    api.script = [](int number, const Request&, Response truth) {
        if (number % 4 != 0) return Response{429, {{"Retry-After", "7"}}, "", ""};
        return truth;
    };
    CHECK(read_all(spec_of(paginators[0].second), api).keys == numbers(1, 50));
    CHECK(api.slept >= 15 * 7s);
}

TEST_CASE("a used-up window is not run against", "[ingest][api]") {
    ScriptedApi api;
    api.fill(30);
    api.script = [](int number, const Request&, Response truth) {
        if (number == 1) {
            truth.headers.emplace_back("X-RateLimit-Remaining", "0");
            truth.headers.emplace_back("X-RateLimit-Reset", "20");
        }
        return truth;
    };
    CHECK(read_all(spec_of(paginators[0].second), api).keys == numbers(1, 30));
    CHECK(api.slept == 20s);
}

TEST_CASE("requests keep the pace asked for", "[ingest][api]") {
    ScriptedApi api;
    api.fill(30);
    read_all(spec_of(paginators[0].second, R"("rate":"2/s")"), api);
    CHECK(api.requests.size() == 4);
    CHECK(api.slept == 1500ms);
}

TEST_CASE("flapping servers and truncated answers cost time, not records", "[ingest][api]") {
    ScriptedApi api;
    api.fill(60);
    api.script = [](int number, const Request&, Response truth) {
        switch (number % 5) {
            case 0:
                return Response{503, {}, "upstream", ""};
            case 1:
                return Response{0, {}, "", "connection reset"};
            case 2:
                truth.body.resize(truth.body.size() / 2);
                return truth;
            case 3:
                return Response{502, {}, "<html>bad gateway</html>", ""};
            default:
                return truth;
        }
    };
    for (const auto& [name, stream] : paginators) {
        INFO(name);
        api.requests.clear();
        CHECK(read_all(spec_of(stream), api).keys == numbers(1, 60));
    }
    SECTION("but not for ever") {
        api.script = [](int, const Request&, Response) { return Response{500, {}, "", ""}; };
        CHECK_THROWS_WITH(
            read_all(spec_of(paginators[0].second), api),
            Contains("stream 'items'") && Contains("500")
        );
    }
}

TEST_CASE("waits are read from every form of header", "[ingest][api]") {
    auto now = std::chrono::system_clock::time_point(std::chrono::seconds(1'800'000'000));
    using ingest::api::told_wait;
    CHECK(told_wait({{"retry-after", "120"}}, now) == 120s);
    CHECK(told_wait({{"Retry-After", "Fri, 15 Jan 2027 08:01:00 GMT"}}, now) == 60s);
    // The server's clock is an hour behind: its Date says so.
    CHECK(
        told_wait(
            {{"Date", "Fri, 15 Jan 2027 07:00:00 GMT"},
             {"Retry-After", "Fri, 15 Jan 2027 07:00:30 GMT"}},
            now
        ) == 30s
    );
    CHECK(told_wait({{"X-RateLimit-Reset", "1800000090"}}, now) == 90s);
    CHECK(told_wait({{"RateLimit-Reset", "5"}, {"X-RateLimit-Reset", "1800000090"}}, now) == 5s);
    CHECK_FALSE(told_wait({{"Retry-After", "soon"}}, now));
}
