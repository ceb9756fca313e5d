#include "formats/warc/warc.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "crawler/archive/warc_replay.hpp"
#include "crawler/archive/warc_writer.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/sources/source_store.hpp"
#include "tests/support/test_database.hpp"

using namespace crawler;
using namespace formats;
namespace fs = std::filesystem;

namespace {

struct Folder {
    fs::path path = fs::temp_directory_path() / ("warc-test-" + std::to_string(::getpid()));
    Folder() { fs::create_directories(path); }
    ~Folder() { fs::remove_all(path); }
    std::string write(const std::string& name, const std::string& bytes) const {
        std::ofstream(path / name, std::ios::binary) << bytes;
        return (path / name).string();
    }
};

std::string record(
    const std::string& type,
    const std::string& target,
    const std::string& block,
    const std::string& more = {}
) {
    return "WARC/1.1\r\nWARC-Type: " + type + "\r\nWARC-Target-URI: " + target +
           "\r\nWARC-Date: 2024-05-06T07:08:09Z\r\n" + more +
           "Content-Type: application/http; msgtype=response\r\nContent-Length: " +
           std::to_string(block.size()) + "\r\n\r\n" + block + "\r\n\r\n";
}

std::string page(const std::string& title) {
    return "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>" + title +
           "</title><p>This is what the page named " + title +
           " says, at some length, so that it counts as text.</p>";
}

std::vector<WarcRecord> all(const std::string& path) {
    WarcReader reader(path);
    std::vector<WarcRecord> records;
    while (auto next = reader.next()) records.push_back(std::move(*next));
    return records;
}

Response answer(const std::string& body) {
    Response response;
    response.status = 200;
    response.headers = {{"content-type", "text/html"}, {"content-encoding", "br"}};
    response.body = body;
    response.address = "192.0.2.1";
    return response;
}

}  // namespace

TEST_CASE("digests are known in their usual spellings", "[crawler][warc]") {
    CHECK(sha1_label("") == "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ");
    CHECK(check_digest("sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ", "") == DigestCheck::ok);
    CHECK(check_digest("SHA1:da39a3ee5e6b4b0d3255bfef95601890afd80709", "") == DigestCheck::ok);
    CHECK(check_digest("sha1:2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "") == DigestCheck::ok);
    CHECK(
        check_digest("sha-256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", "") == DigestCheck::ok
    );
    CHECK(check_digest("sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ", "x") == DigestCheck::bad);
    CHECK(check_digest("blake3:abc", "x") == DigestCheck::unknown);
    CHECK(check_digest("", "x") == DigestCheck::none);
}

TEST_CASE("what is written is read again, member by member", "[crawler][warc]") {
    Folder folder;
    WarcWriter writer(folder.path / "out", "t", "agent/1");
    auto at = std::chrono::system_clock::now();
    writer.write({"http://a.example/1", {}, {}, {}}, answer("<p>one</p>"), at);
    writer.write({"http://a.example/2", {}, {}, {}}, answer("<p>one</p>"), at);
    auto records = all(writer.path());
    REQUIRE(records.size() == 5);
    CHECK(records[0].type == "warcinfo");
    CHECK(records[1].type == "response");
    CHECK(records[2].type == "request");
    CHECK(records[3].type == "revisit");
    for (const auto& one : records) {
        CHECK(one.fault.empty());
        CHECK(one.offset >= 0);
        CHECK(check_block(one) != DigestCheck::bad);
        CHECK(check_payload(one) != DigestCheck::bad);
        auto again = WarcReader(writer.path(), one.offset).next();
        REQUIRE(again);
        CHECK(again->block == one.block);
    }
    CHECK(records[3].header("warc-refers-to-target-uri") == "http://a.example/1");
    auto message = parse_http_response(records[1].block);
    REQUIRE(message);
    CHECK(message->status == 200);
    CHECK(message->header("x-archive-orig-content-encoding") == "br");
    CHECK(message->body == "<p>one</p>");
}

TEST_CASE(
    "a file cut off anywhere gives its whole records and one that is broken",
    "[crawler][warc]"
) {
    Folder folder;
    std::string whole;
    {
        WarcWriter writer(folder.path / "out", "t", "agent/1");
        for (int i = 0; i < 3; ++i)
            writer.write(
                {"http://a.example/" + std::to_string(i), {}, {}, {}},
                answer("<p>" + std::string(200, static_cast<char>('a' + i)) + "</p>"),
                {}
            );
        std::ifstream in(writer.path(), std::ios::binary);
        whole.assign(std::istreambuf_iterator<char>(in), {});
    }
    auto complete = all(folder.write("whole.warc.gz", whole));
    for (std::size_t size = 1; size < whole.size(); size += 37) {
        CAPTURE(size);
        auto records = all(folder.write("cut.warc.gz", whole.substr(0, size)));
        std::size_t good = 0, ends = 0;
        for (const auto& one : records) good += one.fault.empty();
        for (const auto& one : complete) ends += one.offset < static_cast<std::int64_t>(size);
        CHECK(good + 1 >= ends);
        CHECK(good <= ends);
        CHECK(records.size() <= ends + 1);
    }
}

TEST_CASE("damage costs the record it is in, not those behind it", "[crawler][warc]") {
    Folder folder;
    auto plain = all(folder.write(
        "a.warc",
        record("response", "http://a.example/", page("A")) + "garbage\r\n" +
            record("response", "http://b.example/", page("B"))
    ));
    REQUIRE(plain.size() == 3);
    CHECK(plain[0].fault.empty());
    CHECK(plain[1].fault == "warc.syntax");
    CHECK(plain[2].target() == "http://b.example/");

    WarcWriter writer(folder.path / "out", "t", "agent/1");
    for (int i = 0; i < 3; ++i)
        writer.write(
            {"http://a.example/" + std::to_string(i), {}, {}, {}},
            answer("<p>" + std::to_string(i) + "</p>"),
            {}
        );
    std::ifstream in(writer.path(), std::ios::binary);
    std::string bytes(std::istreambuf_iterator<char>(in), {});
    auto records = all(writer.path());
    bytes[static_cast<std::size_t>(records[3].offset) + 40] ^= 0x55;
    auto after = all(folder.write("damaged.warc.gz", bytes));
    std::size_t good = 0;
    for (const auto& one : after) good += one.fault.empty() && check_block(one) != DigestCheck::bad;
    CHECK(good >= records.size() - 2);
    CHECK(after.back().block == records.back().block);
}

TEST_CASE("a gzip member whose checksum does not fit is no good record", "[crawler][warc]") {
    Folder folder;
    WarcWriter writer(folder.path / "out", "t", "agent/1");
    for (int i = 0; i < 3; ++i)
        writer.write({"http://a.example/" + std::to_string(i), {}, {}, {}}, answer("<p>x</p>"), {});
    std::ifstream in(writer.path(), std::ios::binary);
    std::string bytes(std::istreambuf_iterator<char>(in), {});
    auto records = all(writer.path());
    REQUIRE(records.size() > 3);
    for (std::size_t i : {std::size_t{1}, records.size() - 1}) {
        auto end =
            i + 1 < records.size() ? static_cast<std::size_t>(records[i + 1].offset) : bytes.size();
        auto wrong = bytes;
        wrong[end - 8] ^= 1;  // of the CRC
        auto after = all(folder.write("crc.warc.gz", wrong));
        REQUIRE(after.size() == records.size());
        for (std::size_t j = 0; j < after.size(); ++j)
            CHECK(after[j].fault == (j == i ? "warc.gzip" : ""));
        CHECK(after[i].block == records[i].block);
    }
    // A trailer that is cut off says nothing against what is there.
    auto cut = all(folder.write("cut.warc.gz", bytes.substr(0, bytes.size() - 4)));
    REQUIRE(cut.size() == records.size());
    for (const auto& record : cut) CHECK(record.fault.empty());
}

TEST_CASE("an archive tells of the files that could not be read all along", "[crawler][warc]") {
    Folder folder;
    test::TestDatabase database;
    schema::Blobs blobs((folder.path / "blobs").string());
    auto now = std::chrono::system_clock::now();
    ReplayOptions options;
    options.source_name = "t";
    database->call([&](base::Tx& tx) {
        options.source_id = schema::add_source(tx, {0, "t", "files", "{}", "", ""}, now)->id;
        options.run_id = schema::begin_run(tx, options.source_id, "{}", now);
    });
    auto one = record("response", "http://a.example/1", page("One"));
    auto two = record("response", "http://a.example/2", page("Two"));
    auto whole = folder.write("a.warc", one + two);
    auto middle = folder.write("b.warc", one + "garbage\r\nmore of it\r\n" + two);
    auto cut = folder.write("c.warc", (one + two).substr(0, one.size() + two.size() - 60));
    options.files = {whole, middle, cut};
    auto report = replay_archives(*database, blobs, options);
    CHECK(report.damaged == 2);
    CHECK(report.damage.starts_with(middle + ": "));
    CHECK(report.counts.read - report.counts.rejected == 5);  // what could be read
    options.files = {whole};
    CHECK(replay_archives(*database, blobs, options).damaged == 0);
}

TEST_CASE("limits hold: endless headers, absurd lengths, expanding bodies", "[crawler][warc]") {
    Folder folder;
    std::string headers = "WARC/1.1\r\n";
    for (int i = 0; i < 1000; ++i) headers += "X-" + std::to_string(i) + ": y\r\n";
    CHECK(all(folder.write("h.warc", headers + "\r\n"))[0].fault == "warc.syntax");
    auto absurd = all(folder.write(
        "l.warc", "WARC/1.1\r\nWARC-Type: response\r\nContent-Length: 99999999999\r\n\r\nabc"
    ));
    CHECK(absurd[0].fault == "warc.too_large");
    auto chunked = parse_http_response(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n"
    );
    REQUIRE(chunked);
    CHECK(decoded_body(*chunked, 100) == "abcde");
    CHECK_FALSE(decoded_body(*chunked, 3) == "abcde");
}

TEST_CASE("an archive becomes the records a crawl would have stored", "[crawler][warc]") {
    Folder folder;
    test::TestDatabase database;
    schema::Blobs blobs((folder.path / "blobs").string());
    auto now = std::chrono::system_clock::now();
    ReplayOptions options;
    options.source_name = "t";
    database->call([&](base::Tx& tx) {
        options.source_id = schema::add_source(tx, {0, "t", "files", "{}", "", ""}, now)->id;
        options.run_id = schema::begin_run(tx, options.source_id, "{}", now);
    });
    std::string digest = "WARC-Payload-Digest: " + sha1_label("x") + "\r\n";
    std::string robots = "HTTP/1.1 200 OK\r\n\r\nUser-agent: GPTBot\r\nDisallow: /no\r\n";
    auto file = folder.write(
        "a.warc",
        record("warcinfo", "", "software: x") +
            record("response", "http://a.example/robots.txt", robots) +
            record("response", "http://a.example/1", page("One")) +
            record("response", "http://a.example/no", page("No")) +
            record(
                "response", "http://a.example/2", page("Two"), digest
            ) +  // a digest that is wrong
            record("request", "http://a.example/1", "GET / HTTP/1.1\r\n\r\n") +
            record("response", "http://a.example/gone", "HTTP/1.1 404 Not Found\r\n\r\n") +
            record("revisit", "http://a.example/1", "")
    );
    options.files = {file};
    auto first = replay_archives(*database, blobs, options);
    CHECK(first.counts == schema::Counts{3, 1, 0, 1, 1});
    CHECK(first.skipped.at("consent") == 1);
    CHECK(first.skipped.at("http 404") == 1);
    CHECK(first.skipped.at("request") == 1);
    CHECK(database.number("SELECT count(*) FROM reject WHERE code = 'warc.digest'") == 1);
    CHECK(
        database.number("SELECT count(*) FROM record_version WHERE url = 'http://a.example/1' AND "
                        "fetched_at = '2024-05-06T07:08:09Z'") == 1
    );
    // Measured as a page of a crawl is: 17 words.
    CHECK(
        database.number("SELECT count(*) FROM content_quality JOIN record_version USING (rk, "
                        "source_id, key, version) WHERE url = "
                        "'http://a.example/1' AND measures[1] = 17") == 1
    );
    auto second = replay_archives(*database, blobs, options);
    CHECK(second.counts.added == 0);
    CHECK(second.counts.read == 3);
    std::ostringstream lines;
    CHECK_FALSE(inspect_archive(file, lines));
    CHECK(is_archive(file));
    CHECK_FALSE(is_archive(folder.write("b.txt", "some text\n")));
}
