#include "ingest/sources/push/push_store.hpp"

#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "ingest/sources/push/webhook.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/sources/source_store.hpp"
#include "tests/ingest/files.hpp"
#include "tests/support/test_database.hpp"

using namespace ingest;
using namespace formats;
using Clock = std::chrono::system_clock;

namespace {

Clock::time_point at(std::int64_t seconds) {
    return Clock::time_point(std::chrono::seconds(seconds));
}

// The published example of Standard Webhooks.
const std::string secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const SignedMessage example{
    "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "1614265330",
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    "{\"test\": 2432232314}"};

}  // namespace

TEST_CASE("a message is taken when a signature and a secret fit", "[ingest][webhook]") {
    std::vector<std::string> secrets{"whsec_b2xk", secret};
    auto refusal = [&](const SignedMessage& message, std::int64_t now = 1614265330) {
        return webhook_refusal(WebhookScheme::standard, message, secrets, at(now));
    };
    CHECK_FALSE(refusal(example));
    auto rotated = example;
    rotated.signature =
        "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,abc "
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    CHECK_FALSE(refusal(rotated));
    CHECK_FALSE(refusal(example, 1614265330 + 299));
    CHECK(refusal(example, 1614265330 + 301) == "its timestamp is too old");
    CHECK(refusal(example, 1614265330 - 301) == "its timestamp lies in the future");
    for (auto change : {0, 1, 2, 3}) {
        auto other = example;
        if (change == 0) other.id = "msg_other";
        if (change == 1) other.body = "{\"test\": 2432232315}";
        if (change == 2) other.signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OA=";
        if (change == 3) other.signature = "v1,!!!";
        CAPTURE(change);
        CHECK(refusal(other));
    }
    secrets = {"whsec_b2xk"};
    CHECK(refusal(example));
    secrets = {""};
    CHECK(refusal(example));
}

TEST_CASE("GitHub's and Stripe's signatures are known too", "[ingest][webhook]") {
    // The example of GitHub's documentation.
    std::vector<std::string> secrets{"It's a Secret to Everybody"};
    SignedMessage github{
        "1",
        {},
        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        "Hello, World!"};
    CHECK_FALSE(webhook_refusal(WebhookScheme::github, github, secrets, at(0)));
    github.body = "Hello, World?";
    CHECK(webhook_refusal(WebhookScheme::github, github, secrets, at(0)));
    SignedMessage stripe{"", {}, "t=1492774577,v1=00", "{}"};
    CHECK(webhook_refusal(WebhookScheme::stripe, stripe, secrets, at(1492774577)));
}

TEST_CASE("pushed records are stored once, with their rejects", "[ingest][push]") {
    test::TestDatabase database;
    test::DataFolder folder;
    schema::Blobs blobs(folder.path("blobs"));
    auto now = Clock::now();
    auto source = *database->call([&](base::Tx& tx) {
        return schema::add_source(tx, {0, "hook", "push", "{}", "", "active"}, now);
    });
    Rules rules;
    rules.key = {"id"};
    auto push = [&](const std::string& id, const std::string& type, const std::string& body) {
        return database->call([&](base::Tx& tx) {
            return store_push(tx, blobs, source, rules, {id, type, body}, now);
        });
    };
    CHECK(
        push("m1", "application/json", R"({"id":1,"a":"x"})").counts ==
        schema::Counts{1, 1, 0, 0, 0}
    );
    CHECK(push("m1", "application/json", R"({"id":1,"a":"x"})").repeated);
    CHECK(
        push("m2", "application/json; charset=utf-8", R"([{"id":1,"a":"y"},{"id":2},{"b":3}])")
            .counts == schema::Counts{3, 1, 1, 0, 1}
    );
    CHECK(
        push("m3", "application/x-ndjson", "{\"id\":2}\n{broken\n").counts ==
        schema::Counts{2, 0, 0, 1, 1}
    );
    CHECK(push("m4", "text/csv", "id,a\n7,z\n8,w\n").counts == schema::Counts{2, 2, 0, 0, 0});
    CHECK(push("m5", "application/json", "not json").counts == schema::Counts{1, 0, 0, 0, 1});
    CHECK_THROWS_AS(push("m6", "application/zip", "x"), base::UsageError);
    CHECK(database.number("SELECT count(*) FROM source_run") == 1);
    CHECK(database.number("SELECT read FROM source_run_count") == 9);
    CHECK(database.number("SELECT count(*) FROM record") == 4);
    CHECK(database.number("SELECT count(*) FROM reject WHERE member IN ('m2', 'm3', 'm5')") == 3);
    CHECK(database.number("SELECT count(*) FROM push_receipt") == 5);
    CHECK(database.number("SELECT count(*) FROM record_version WHERE member = 'm4'") == 2);
}
