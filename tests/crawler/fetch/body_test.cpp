#include <zlib.h>
#include <catch2/catch.hpp>

#include "crawler/fetch/body.hpp"

using namespace crawler;

namespace {

Response with(std::vector<std::pair<std::string, std::string>> headers) {
    Response response;
    response.headers = std::move(headers);
    return response;
}

std::string zlib(const std::string& text) {
    auto size = compressBound(text.size());
    std::string packed(size, '\0');
    REQUIRE(
        compress2(
            reinterpret_cast<Bytef*>(packed.data()),
            &size,
            reinterpret_cast<const Bytef*>(text.data()),
            text.size(),
            9
        ) == Z_OK
    );
    packed.resize(size);
    return packed;
}

}  // namespace

TEST_CASE("a body that is announced too long is refused before it comes", "[body]") {
    FetchLimits limits{.body = 100};
    auto response = with({});
    CHECK(BodyReader(limits).begin(101, response) == Stopped::body);
    CHECK(BodyReader(limits).begin(100, response) == Stopped::no);
    CHECK(BodyReader(limits).begin(std::nullopt, response) == Stopped::no);
}

TEST_CASE("a body may reach its limit and not pass it", "[body]") {
    FetchLimits limits{.body = 10};
    BodyReader reader(limits);
    auto response = with({});
    REQUIRE(reader.begin(std::nullopt, response) == Stopped::no);
    CHECK(reader.add("12345", response.body) == Stopped::no);
    CHECK(reader.add("67890", response.body) == Stopped::no);
    CHECK(reader.add("1", response.body) == Stopped::body);
    CHECK(response.body == "1234567890");
}

TEST_CASE("a small body that unfolds too far is stopped at its expansion", "[body]") {
    auto packed = zlib(std::string(4U << 20U, ' '));
    auto response = with({{"content-encoding", "deflate"}});
    FetchLimits strict{.body = 64U << 20U, .expansion = 10};
    BodyReader reader(strict);
    REQUIRE(reader.begin(packed.size(), response) == Stopped::no);
    CHECK(reader.add(packed, response.body) == Stopped::expansion);

    FetchLimits lenient{.body = 64U << 20U, .expansion = 10'000};
    BodyReader other(lenient);
    auto whole = with({{"content-encoding", "deflate"}});
    REQUIRE(other.begin(packed.size(), whole) == Stopped::no);
    CHECK(other.add(packed, whole.body) == Stopped::no);
    CHECK(whole.body.size() == 4U << 20U);
    CHECK(other.received() == packed.size());
    CHECK(other.fault_of_length(whole, 200).empty());
}

TEST_CASE("repetition below a mebibyte is never suspected", "[body]") {
    auto packed = zlib(std::string(900'000, ' '));
    FetchLimits limits{.expansion = 1};
    BodyReader reader(limits);
    auto response = with({{"content-encoding", "deflate"}});
    REQUIRE(reader.begin(packed.size(), response) == Stopped::no);
    CHECK(reader.add(packed, response.body) == Stopped::no);
    CHECK(response.body.size() == 900'000);
}

TEST_CASE("a coding that is unknown stops a body, and a broken one too", "[body]") {
    FetchLimits limits;
    auto strange = with({{"content-encoding", "sdch"}});
    CHECK(BodyReader(limits).begin(10, strange) == Stopped::unknown_coding);

    auto broken = with({{"content-encoding", "gzip"}});
    BodyReader reader(limits);
    REQUIRE(reader.begin(10, broken) == Stopped::no);
    CHECK(reader.add("\x1f\x8b no gzip behind it", broken.body) == Stopped::coding);
}

TEST_CASE("a body that is sent plain under the name of a coding is taken as it is", "[body]") {
    const std::string page = "<!DOCTYPE html><title>Plain</title><p>Nobody packed this page.</p>";
    FetchLimits limits;
    for (std::string coding : {"gzip", "deflate", "br", "zstd", "gzip, gzip"}) {
        INFO(coding);
        auto response =
            with({{"content-encoding", coding}, {"content-length", std::to_string(page.size())}});
        BodyReader reader(limits);
        REQUIRE(reader.begin(page.size(), response) == Stopped::no);
        CHECK(reader.add({page.data(), 5}, response.body) == Stopped::no);
        CHECK(reader.add({page.data() + 5, page.size() - 5}, response.body) == Stopped::no);
        CHECK(response.body == page);
        CHECK(reader.fault_of_length(response, 200).empty());
    }
}

TEST_CASE("a body that was cut short is told of", "[body]") {
    FetchLimits limits;
    struct Case {
        std::vector<std::pair<std::string, std::string>> headers;
        std::string octets;
        long status;
        std::string_view fault;
    };
    const std::string_view wrong = "the body is not as long as its Content-Length says";
    const std::vector<Case> cases{
        {{{"content-length", "5"}}, "12345", 200, {}},
        {{{"content-length", "6"}}, "12345", 200, wrong},
        {{{"content-length", "five"}}, "12345", 200, wrong},
        {{}, "12345", 200, {}},
        {{{"content-length", "6"}}, "", 304, {}},
        {{{"content-length", "6"}}, "", 204, {}},
        {{{"content-length", "6"}, {"transfer-encoding", "chunked"}}, "12345", 200, {}},
    };
    for (const auto& one : cases) {
        BodyReader reader(limits);
        auto response = with(one.headers);
        REQUIRE(reader.begin(std::nullopt, response) == Stopped::no);
        REQUIRE(reader.add(one.octets, response.body) == Stopped::no);
        INFO(one.status << " with " << one.octets.size() << " octets");
        CHECK(reader.fault_of_length(response, one.status) == one.fault);
    }
    auto packed = zlib("a text that is long enough to be cut");
    auto response = with({{"content-encoding", "deflate"}});
    BodyReader reader(limits);
    REQUIRE(reader.begin(std::nullopt, response) == Stopped::no);
    REQUIRE(reader.add({packed.data(), packed.size() - 5}, response.body) == Stopped::no);
    CHECK(reader.fault_of_length(response, 200) == "the compressed body ends too early");
}

TEST_CASE("beyond what all bodies may hold one goes on and the others wait", "[body]") {
    BodyBudget budget(100);
    int a = 0, b = 0, c = 0;
    CHECK_FALSE(budget.has_to_pause(&a));
    budget.grew(60);
    CHECK_FALSE(budget.has_to_pause(&b));
    budget.grew(60);
    CHECK_FALSE(budget.has_to_pause(&b));  // the first that asks leads
    CHECK(budget.has_to_pause(&a));
    CHECK(budget.has_to_pause(&c));
    budget.grew(200);
    CHECK_FALSE(budget.has_to_pause(&b));

    CHECK(budget.ended(&b, 260) == std::vector<BodyBudget::Handle>{&a, &c});
    CHECK_FALSE(budget.has_to_pause(&a));
}

TEST_CASE("one that waited and was stopped is not woken", "[body]") {
    BodyBudget budget(10);
    int a = 0, b = 0, c = 0;
    budget.grew(20);
    CHECK_FALSE(budget.has_to_pause(&a));
    CHECK(budget.has_to_pause(&b));
    CHECK(budget.has_to_pause(&c));
    CHECK(budget.ended(&b, 0).empty());
    CHECK(budget.ended(&a, 20) == std::vector<BodyBudget::Handle>{&c});
}
