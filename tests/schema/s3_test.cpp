// A bucket beyond what all stores promise: what its server does wrong, and what its operator has to
// mend.
#include "schema/blobs/s3/s3.hpp"

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "schema/blobs/blobs_away.hpp"
#include "tests/schema/bucket.hpp"
#include "tests/support/s3/signed.hpp"

using Catch::Contains;
using schema::BlobsAway;
using test::S3Fault;
using test::S3Server;

namespace {

const std::string name = "aa/bb/aabb";

std::string what_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const BlobsAway& away) {
        return away.what();
    }
    return "nothing was thrown";
}

}  // namespace

// Amazon's own example of a GET, from "Authenticating Requests: Using the Authorization Header".
TEST_CASE("the test server computes signatures as Amazon does", "[schema][s3]") {
    test::SignedRequest request{
        "GET",
        "/test.txt",
        "",
        {{"host", "examplebucket.s3.amazonaws.com"},
         {"range", "bytes=0-9"},
         {"x-amz-content-sha256",
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
         {"x-amz-date", "20130524T000000Z"}},
        ""};
    auto sign = [&](const std::string& secret) {
        return test::signature_of(
            request,
            "20130524/us-east-1/s3/aws4_request",
            "host;range;x-amz-content-sha256;x-amz-date",
            secret
        );
    };
    CHECK(
        sign("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY") ==
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    );
    CHECK(sign("another") != sign("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"));
}

TEST_CASE("a large object goes in parts, and nothing is left of the upload", "[schema][s3]") {
    S3Server server;
    auto store = schema::s3::open_bucket(test::bucket_of(server));
    auto bytes = test::noise(1, (3 << 20) + 17);
    store->put(name, bytes);
    CHECK(server.objects().at("set/" + name) == bytes);
    CHECK(server.count("PUT ") == 4);
    CHECK(server.open_uploads() == 0);
    store->put(name, bytes);
    CHECK(server.count("PUT ") == 4);  // it lies there already
}

TEST_CASE("what may pass is tried again", "[schema][s3]") {
    S3Server server;
    auto store = schema::s3::open_bucket(test::bucket_of(server));
    auto fault = GENERATE(
        S3Fault::slow_down, S3Fault::drop, S3Fault::cut, S3Fault::flip_taken, S3Fault::lost
    );
    auto bytes = test::noise(2, GENERATE(100'000U, 2'500'000U));
    for (const char* method : {"HEAD", "PUT", "POST", "GET", "DELETE"})
        server.hurt(fault, 2, method);
    store->put(name, bytes);
    CHECK(server.objects().at("set/" + name) == bytes);
    CHECK(store->get(name) == bytes);
    CHECK(store->has(name));
    CHECK(store->remove(name));
    CHECK(server.objects().empty());
}

TEST_CASE("an end of parts that fails behind a 200 is tried again", "[schema][s3]") {
    S3Server server;
    auto store = schema::s3::open_bucket(test::bucket_of(server));
    const auto bytes = test::noise(2, 2'500'000);
    store->put("ab/cd/other", bytes);
    const auto before = server.count("POST ");
    const std::string query = GENERATE("uploads=", "uploadId=");  // the beginning, and the end
    server.hurt(S3Fault::late, 3, "POST", query);
    store->put(name, bytes);
    CHECK(server.count("POST ") == before + 5);
    CHECK(server.objects().at("set/" + name) == bytes);
    CHECK(server.open_uploads() == 0);
    server.hurt(S3Fault::late, 40, "POST", query);
    CHECK_THAT(what_of([&] { store->put("ab/cd/none", bytes); }), Contains("InternalError"));
}

TEST_CASE("what does not pass is away, and leaves nothing", "[schema][s3]") {
    S3Server server;
    auto store = schema::s3::open_bucket(test::bucket_of(server));
    auto bytes = test::noise(3, GENERATE(100'000U, 2'500'000U));
    server.hurt(S3Fault::slow_down, 40, "PUT");
    CHECK_THAT(
        what_of([&] { store->put(name, bytes); }),
        Contains("s3://big-things/set/" + name) && Contains(server.url()) &&
            Contains("503 SlowDown: Reduce your request rate") && Contains("try again")
    );
    CHECK(server.count("PUT ") == 4);  // as often as it may be tried
    CHECK(server.objects().empty());
    CHECK(server.open_uploads() == 0);
}

TEST_CASE("bytes that were changed on their way or where they lay are refused", "[schema][s3]") {
    S3Server server;
    auto store = schema::s3::open_bucket(test::bucket_of(server));
    auto bytes = test::noise(4, GENERATE(100'000U, 2'500'000U));
    SECTION("on the way there") {
        server.hurt(S3Fault::flip_taken, 40, "PUT");
        CHECK_THAT(
            what_of([&] { store->put(name, bytes); }), Contains("XAmzContentSHA256Mismatch")
        );
        CHECK(server.objects().empty());
    }
    SECTION("on the way back, once") {
        store->put(name, bytes);
        server.hurt(S3Fault::flip_given, 1, "GET");
        CHECK(store->get(name) == bytes);
    }
    SECTION("where they lie") {
        store->put(name, bytes);
        server.damage("set/" + name);
        CHECK_THROWS_WITH(
            store->get(name), Contains(name) && Contains("are not those that were stored")
        );
        store->put(name, bytes);  // by what is said of them they lie there
        CHECK_THROWS_AS(store->get(name), base::Error);
        store->replace(name, bytes);
        CHECK(store->get(name) == bytes);
    }
}

TEST_CASE("what the operator has to mend is one line that says how", "[schema][s3]") {
    S3Server server;
    auto options = test::bucket_of(server);
    std::string wanted, mend;
    auto wrong = GENERATE(0, 1, 2, 3, 4, 5);
    if (wrong == 0) {
        options.place.bucket = "nowhere";
        wanted = "there is no bucket 'nowhere'", mend = "blobs.url";
    } else if (wrong == 1) {
        options.access_key_id = "AKUNKNOWN";
        wanted = "access key is not known", mend = "blobs.access_key_id";
    } else if (wrong == 2) {
        options.secret_access_key = "wrong";
        wanted = "signature does not fit", mend = "blobs.secret_access_key";
    } else if (wrong == 3) {
        server.set_clock(3600);
        wanted = "clock is wrong", mend = "set the clock";
    } else if (wrong == 4) {
        options.region = "us-east-1";
        wanted = "is of region eu-test-1", mend = "blobs.region";
    } else {
        options.endpoint = "http://127.0.0.1:1";
        wanted = "cannot be reached", mend = "blobs.endpoint";
    }
    auto store = schema::s3::open_bucket(options);
    for (const auto& work : std::vector<std::function<void()>>{
             [&] { store->put(name, "bytes"); },
             [&] { store->put(name, test::noise(5, 2'000'000)); },
             [&] { store->get(name); },
             [&] { store->has(name); },
             [&] { store->each([](const auto&, auto) { return true; }); }}) {
        auto said = what_of(work);
        CHECK_THAT(said, Contains(wanted) && Contains(mend) && !Contains("\n"));
        CHECK_THAT(said, !Contains(S3Server::secret));
    }
    CHECK_FALSE(store->remove(name));
}

TEST_CASE("a session's token is signed and sent", "[schema][s3]") {
    S3Server server;
    auto options = test::bucket_of(server);
    options.session_token = "a/token+of=";
    auto store = schema::s3::open_bucket(options);
    store->put(name, "bytes");  // the server refuses what of x-amz- is not signed
    CHECK(store->get(name) == "bytes");
}

TEST_CASE("a place is a bucket and a start of names", "[schema][s3]") {
    using schema::s3::parse_place;
    CHECK(parse_place("s3://abc")->prefix.empty());
    CHECK(parse_place("s3://abc/")->prefix.empty());
    CHECK(parse_place("s3://a.b-c/tilth/blobs/")->bucket == "a.b-c");
    CHECK(parse_place("s3://a.b-c/tilth/blobs")->prefix == "tilth/blobs/");
    for (const char* bad :
         {"",
          "abc",
          "s3://",
          "s3://ab",
          "s3:///x",
          "s3://a b c",
          "s3://abc/a b",
          "s3://abc/../x",
          "s3://abc/x/./y",
          "s3://abc//x",
          "https://abc/x",
          "s3://abc/x?y",
          "s3://abc/%41"}) {
        INFO(bad);
        CHECK_FALSE(parse_place(bad));
    }
    CHECK(schema::s3::is_endpoint("https://s3.example.org"));
    CHECK(schema::s3::is_endpoint("http://10.0.0.1:9000"));
    for (const char* bad :
         {"s3.example.org", "https://", "https://a/b", "https://a?b", "ftp://a", "https://u:p@a"}) {
        INFO(bad);
        CHECK_FALSE(schema::s3::is_endpoint(bad));
    }
}
