// Answers as servers give them that do not know JSON, HTTP or their own clock well.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "ingest/sources/api/connector.hpp"
#include "ingest/sources/api/times.hpp"
#include "ingest/sources/api/verdict.hpp"
#include "tests/ingest/api/scripted_api.hpp"

namespace {

using Catch::Contains;
using ingest::Page;
using ingest::api::Headers;
using ingest::api::Request;
using ingest::api::Response;
using test::ScriptedApi;
using namespace std::chrono_literals;

ingest::api::Spec spec_of(const std::string& stream = {}) {
    return ingest::api::Spec::settings.read(base::Document::json(
        R"({"base_url":"https://api.test/v1","stream":[{"name":"items","path":"/items","records":"/data","key":"/id")" +
        stream + "}]}"
    ));
}

struct Read {
    std::vector<std::string> records;
    std::vector<std::string> rejects;  // codes
    ingest::Notes notes;
};

Read read(const ingest::api::Spec& spec, ScriptedApi& api) {
    auto connector = ingest::api::open_api(spec, api.world());
    Read all;
    for (bool more = true; more;) {
        Page page;
        more = connector->next(page, 100, 1 << 20);
        for (const auto& record : page.records) all.records.emplace_back(record.json);
        for (const auto& reject : page.rejects) all.rejects.push_back(reject.code);
        ingest::add_notes(all.notes, page.notes);
    }
    return all;
}

Read read_answer(const std::string& body, const std::string& type = "application/json") {
    ScriptedApi api;
    api.script = [&](int, const Request&, Response) {
        return Response{200, {{"Content-Type", type}}, body, ""};
    };
    auto all = read(spec_of(), api);
    CHECK(api.slept == 0ms);
    return all;
}

const std::string by_cursor =
    R"(,"query":{"c":"{cursor}"},"paginator":{"kind":"cursor","pointer":"/next"})";

}  // namespace

TEST_CASE("an odd value in a page costs itself or its record, and no time", "[ingest][api]") {
    auto nan = read_answer(R"({"data":[{"id":1,"x":1.5},{"id":2,"x":NaN},{"id":3,"x":2}]})");
    REQUIRE(nan.records.size() == 3);
    CHECK(nan.records[1] == R"({"id":2,"x":null})");
    CHECK(nan.notes.size() == 1);

    auto large = read_answer(
        R"({"data":[{"id":3791411052119578828},{"id":9,"x":1e400},{"id":18446744073709548794},{"id":36893488147419103232}]})"
    );
    REQUIRE(large.records.size() == 4);
    CHECK(large.records[1] == R"({"id":9,"x":null})");
    CHECK(large.records[3] == R"({"id":36893488147419103232})");

    auto broken =
        read_answer(R"({"data":[{"id":1},{"id":2,"t":"a\u0000b"},{"id":},{"id":4}],"n":NaN})");
    CHECK(broken.records.size() == 2);
    CHECK(broken.rejects == std::vector<std::string>{"json.nul", "json.syntax"});

    CHECK(read_answer(R"({"data":[{"id":1,"t":"x\ud83dy"}]})").records.size() == 1);
}

TEST_CASE("an answer is read in the encoding it came in", "[ingest][api]") {
    CHECK(read_answer("\xef\xbb\xbf{\"data\":[{\"id\":1}]}").records.size() == 1);
    const std::string wanted = "{\"id\":1,\"n\":\"M\xc3\xbcller\"}";
    const std::string latin = "{\"data\":[{\"id\":1,\"n\":\"M\xfcller\"}]}";
    for (const auto* type :
         {"application/json; charset=ISO-8859-1",
          "application/json;charset=\"windows-1252\"",
          "application/json"}) {
        CAPTURE(type);
        auto all = read_answer(latin, type);
        REQUIRE(all.records.size() == 1);
        CHECK(all.records[0] == wanted);
    }
    // A label that the bytes belie.
    auto all = read_answer("{\"data\":[" + wanted + "]}", "application/json; charset=ISO-8859-1");
    REQUIRE(all.records.size() == 1);
    CHECK(all.records[0] == wanted);
    std::string wide = "\xff\xfe";
    for (char c : std::string(R"({"data":[{"id":1}]})")) wide += {c, '\0'};
    CHECK(read_answer(wide).records.size() == 1);
}

TEST_CASE("a page may leave out the array that would be empty", "[ingest][api]") {
    auto pages = [](std::string second) {
        ScriptedApi api;
        api.script = [second](int number, const Request&, Response) {
            return Response{
                200, {}, number == 1 ? R"({"data":[{"id":1}],"next":"p2"})" : second, ""};
        };
        return read(spec_of(by_cursor), api).records.size();
    };
    CHECK(pages(R"({"resultSizeEstimate":0})") == 1);
    CHECK(pages("{}") == 1);
    CHECK(pages(R"({"data":null})") == 1);
    CHECK_THROWS_WITH(pages(R"({"error":{"message":"token expired"}})"), Contains("no records at"));
    CHECK(read_answer(R"({"total":0})").records.empty());
    CHECK_THROWS_WITH(read_answer(R"({"items":[{"id":1}]})"), Contains("no records at"));
    CHECK_THROWS_WITH(pages(R"({"items":[]})"), Contains("no records at"));
    CHECK_THROWS_WITH(read_answer(R"({"code":0,"items":[{"id":1}]})"), Contains("no records at"));
}

TEST_CASE("looking ahead asks for no page twice", "[ingest][api]") {
    ScriptedApi api;
    int given = 0;  // a queue that hands out each message once
    api.script = [&](int, const Request&, Response) {
        auto first = given += 2;
        return Response{
            200,
            {},
            first > 4 ? R"({"data":[]})"
                      : "{\"data\":[{\"id\":" + std::to_string(first - 1) +
                            "},{\"id\":" + std::to_string(first) + "}],\"next\":\"p" +
                            std::to_string(first) + "\"}",
            ""};
    };
    auto connector = ingest::api::open_api(spec_of(by_cursor), api.world());
    Page ahead;
    CHECK(connector->look_ahead(ahead, 100));
    CHECK(ahead.records.size() == 2);
    CHECK(api.requests.size() == 1);
    std::vector<std::string> keys;
    for (bool more = true; more;) {
        Page page;
        more = connector->next(page, 100, 1 << 20);
        for (const auto& record : page.records) keys.emplace_back(record.key);
    }
    CHECK(keys == std::vector<std::string>{"1", "2", "3", "4"});
    CHECK(api.requests.size() == 3);
}

TEST_CASE("a wait is read in every unit, and one of years is not believed", "[ingest][api]") {
    auto now = std::chrono::system_clock::time_point(std::chrono::seconds(1'800'000'000));
    struct Case {
        const char *name, *value;
        std::optional<std::chrono::seconds> wait;
    };
    for (const auto& one : {
             Case{"Retry-After", "4.0", 4s},
             Case{"Retry-After", " 4 ", 4s},
             Case{"Retry-After", "0.2", 1s},
             Case{"Retry-After", "-3", 0s},
             Case{"Retry-After", "1m30s", 90s},
             Case{"Retry-After", "2027-01-15T08:00:30Z", 30s},
             Case{"Retry-After", "1800000007", 7s},
             Case{"Retry-After", "99999999", std::nullopt},
             Case{"X-RateLimit-Reset", "1800000003000", 3s},
             Case{"X-RateLimit-Reset", "1800000003500000", 4s},
             Case{"X-RateLimit-Reset", "1800000003.25", 4s},
             Case{"X-RateLimit-Reset", "Fri, 15 Jan 2027 08:00:09 GMT", 9s},
             Case{"X-RateLimit-Reset", "2027-01-15T08:00:12+00:00", 12s},
             Case{"X-RateLimit-Reset", "30", 30s},
             Case{"X-RateLimit-Reset", "1900000000", std::nullopt},
             Case{"x-ratelimit-reset-after", "1.5", 2s},
             Case{"RateLimit", "limit=100, remaining=0, reset=30", 30s},
             Case{"RateLimit", "\"default\";r=0;t=12", 12s},
             Case{"X-Other", "5", std::nullopt},
         }) {
        CAPTURE(one.name, one.value);
        CHECK(ingest::api::told_wait(Headers{{one.name, one.value}}, now) == one.wait);
    }
    CHECK(ingest::api::used_up({{"X-RateLimit-Remaining", "0"}}));
    CHECK(ingest::api::used_up({{"RateLimit", "\"default\";r=0;t=12"}}));
    CHECK_FALSE(ingest::api::used_up({{"RateLimit", "\"default\";r=3;t=12"}}));
}

TEST_CASE("nothing is newer than what is endless, and nothing starts behind it", "[ingest][api]") {
    using ingest::api::newer;
    const std::string day = "2026-01-01T00:00:00Z", endless = "infinity", low = "-infinity";
    CHECK(newer(day, endless) == day);
    CHECK(newer(endless, day) == day);
    CHECK(newer(low, day) == day);
    CHECK(newer("never", "17") == "17");
    CHECK(newer("a", "b") == "b");
    CHECK(ingest::api::is_endless("Infinity"));
    CHECK(ingest::api::is_endless(" NaN "));
    CHECK_FALSE(ingest::api::is_endless("info"));
}
