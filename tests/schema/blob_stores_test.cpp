// What a store of blobs promises, of a folder and of a bucket alike.
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "base/numbers/random.hpp"
#include "schema/blobs/blob_store.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/blobs/blobs_away.hpp"
#include "schema/blobs/s3/s3.hpp"
#include "tests/schema/bucket.hpp"
#include "tests/support/program.hpp"

using Catch::Contains;
using schema::BlobsAway;

namespace {

// A place, and what it takes to break it from outside.
struct Place {
    virtual ~Place() = default;
    std::shared_ptr<schema::BlobStore> store;
    virtual void lose(const std::string& name) = 0;
    virtual void cut(const std::string& name) = 0;  // to its half
};

struct FolderPlace : Place {
    test::Folder folder;
    FolderPlace() { store = schema::open_folder(folder.path / "blobs"); }
    void lose(const std::string& name) override {
        std::filesystem::remove(folder.path / "blobs" / name);
    }
    void cut(const std::string& name) override {
        const auto file = folder.path / "blobs" / name;
        std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
    }
};

struct BucketPlace : Place {
    test::S3Server server;
    BucketPlace() { store = schema::s3::open_bucket(test::bucket_of(server)); }
    void lose(const std::string& name) override { server.forget("set/" + name); }
    void cut(const std::string& name) override { server.cut("set/" + name); }
};

std::unique_ptr<Place> any_place() {
    if (GENERATE(true, false)) return std::make_unique<FolderPlace>();
    return std::make_unique<BucketPlace>();
}

}  // namespace

TEST_CASE("what is put in a store is got back, until it is removed", "[schema][blobs]") {
    auto place = any_place();
    auto& store = *place->store;
    const std::string name = "ab/cd/abcd0123";
    CHECK_FALSE(store.has(name));
    CHECK(store.remove(name));
    auto bytes = test::noise(1, GENERATE(1U, 5'000U, 3'000'000U));
    store.put(name, bytes);
    CHECK(store.has(name));
    CHECK_FALSE(store.has("ab/cd/abcd"));  // the start of a name is none
    CHECK(store.get(name) == bytes);
    store.put(name, bytes);
    CHECK(store.get(name) == bytes);
    CHECK(store.remove(name));
    CHECK_FALSE(store.has(name));
    CHECK_THROWS_AS(store.get(name), BlobsAway);
}

TEST_CASE("what lies there with other bytes is put anew", "[schema][blobs]") {
    auto place = any_place();
    const auto bytes = test::noise(3, 200'000);
    place->store->put("ab/cd/cut", bytes);
    place->cut("ab/cd/cut");
    place->store->put("ab/cd/cut", bytes);
    CHECK(place->store->get("ab/cd/cut") == bytes);
}

TEST_CASE("a file of a folder with a byte changed is put anew", "[schema][blobs]") {
    FolderPlace place;
    const auto bytes = test::noise(3, 200'000);
    place.store->put("ab/cd/bad", bytes);
    auto damaged = bytes;
    damaged[150'000] ^= 1;
    std::ofstream(place.folder.path / "blobs/ab/cd/bad", std::ios::binary) << damaged;
    REQUIRE(place.store->get("ab/cd/bad") == damaged);
    place.store->put("ab/cd/bad", bytes);
    CHECK(place.store->get("ab/cd/bad") == bytes);
}

TEST_CASE("what lies there as a blob of the same data stays as it is", "[schema][blobs]") {
    auto place = any_place();
    const schema::Blobs blobs(place->store);
    // Packs to much, and to less than it is.
    std::string data = test::noise(9, 200'000) + std::string(200'000, 'a');
    const auto location = blobs.seal(data).location;
    const auto packed = place->store->get(location);
    REQUIRE(packed != data);
    const auto other = data;  // as one that could not pack it would write
    place->store->replace(location, other);
    auto again = blobs.seal(data);
    CHECK(again.location == location);
    CHECK_FALSE(again.compressed);
    CHECK(place->store->get(location) == other);
    // Packed by another version: with a frame before it that holds nothing.
    const auto otherwise = std::string("\x50\x2a\x4d\x18\0\0\0\0", 8) + packed;
    place->store->replace(location, otherwise);
    again = blobs.seal(data);
    CHECK(again.compressed);
    CHECK(place->store->get(location) == otherwise);
    CHECK(blobs.unpack("zstd", {}, location, data.size()) == data);
    // What is no such data is put anew.
    place->store->replace(location, test::noise(10, 100));
    CHECK(blobs.seal(data).compressed);
    CHECK(place->store->get(location) == packed);
}

TEST_CASE(
    "a blob that lies there compressed otherwise than its row says is read",
    "[schema][blobs]"
) {
    auto place = any_place();
    const schema::Blobs blobs(place->store);
    const std::string data = test::noise(9, 200'000) + std::string(200'000, 'a');
    const auto location = blobs.seal(data).location;
    CHECK(blobs.unpack("identity", {}, location, data.size()) == data);
    place->store->replace(location, data);
    CHECK(blobs.unpack("zstd", {}, location, data.size()) == data);
    // Of the right size, and not the data.
    auto other = data;
    other[7] ^= 1;
    place->store->replace(location, other);
    const auto refused = [&](const char* encoding) {
        CHECK_THROWS_WITH(
            blobs.unpack(encoding, {}, location, data.size()),
            Contains(location) && Contains("what is stored of it is damaged")
        );
    };
    refused("zstd");
    place->store->replace(location, data.substr(1));
    refused("zstd");
    refused("identity");
}

TEST_CASE("a part of what is stored is read without the rest", "[schema][blobs]") {
    auto place = any_place();
    auto& store = *place->store;
    const auto bytes = test::noise(7, 100'000);
    store.put("ab/cd/part", bytes);
    CHECK(store.get_part("ab/cd/part", 0, 10) == bytes.substr(0, 10));
    CHECK(store.get_part("ab/cd/part", 50'000, 20'000) == bytes.substr(50'000, 20'000));
    CHECK(store.get_part("ab/cd/part", 99'999, 1'000'000) == bytes.substr(99'999));
    CHECK(store.get_part("ab/cd/part", 100'000, 10).empty());
    CHECK(store.get_part("ab/cd/part", 5, 0).empty());
    CHECK_THROWS_AS(store.get_part("ab/cd/none", 0, 10), BlobsAway);
}

TEST_CASE("a store names all that it holds, with sizes", "[schema][blobs]") {
    auto place = any_place();
    auto& store = *place->store;
    store.each([](const auto&, auto) -> bool { throw std::logic_error("nothing is there"); });
    std::set<std::pair<std::string, std::uint64_t>> wanted, found;
    for (unsigned i = 0; i < 8; ++i) {
        auto name = fmt::format("a{}/bb/a{}bb", i, i);
        store.put(name, test::noise(i, 100 + i));
        wanted.emplace(name, 100 + i);
    }
    store.each([&](const std::string& name, std::uint64_t size) {
        CHECK(found.emplace(name, size).second);
        return true;
    });
    CHECK(found == wanted);
    std::set<std::string> some;
    store.each("a3/", [&](const std::string& name, std::uint64_t) {
        return some.insert(name).second;
    });
    CHECK(some == std::set<std::string>{"a3/bb/a3bb"});
    int seen = 0;
    store.each([&](const auto&, auto) { return ++seen < 2; });
    CHECK(seen == 2);
}

TEST_CASE("a blob whose bytes are gone is away, and says what and where", "[schema][blobs]") {
    auto place = any_place();
    schema::Blobs blobs(place->store);
    auto bytes = test::noise(2, 200'000);
    auto row = blobs.seal(bytes);
    REQUIRE_FALSE(row.location.empty());
    CHECK(blobs.unpack("identity", {}, row.location, bytes.size()) == bytes);
    place->lose(row.location);
    CHECK_THROWS_WITH(
        blobs.unpack("identity", {}, row.location, bytes.size()),
        Contains(place->store->place()) && Contains("blob is missing") && Contains("backup")
    );
    CHECK(blobs.remove(row.location));
}

TEST_CASE("threads that put the same bytes at once all find them whole", "[schema][blobs]") {
    auto place = any_place();
    schema::Blobs blobs(place->store);
    std::atomic<int> failed{0};
    for (std::uint64_t round = 0; round < 10; ++round) {
        auto bytes = test::noise(round, 200'000);
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 6; ++thread)
            threads.emplace_back([&] {
                try {
                    auto row = blobs.seal(bytes);
                    if (blobs.unpack("none", {}, row.location, bytes.size()) != bytes) ++failed;
                } catch (const std::exception&) {
                    ++failed;
                }
            });
    }
    CHECK(failed == 0);
    std::size_t count = 0;
    place->store->each([&](const auto&, auto) { return ++count; });
    CHECK(count == 10);
}

TEST_CASE("no file of a folder is left half written under another name", "[schema][blobs]") {
    FolderPlace place;
    for (unsigned i = 0; i < 5; ++i) place.store->put(fmt::format("aa/bb/{}", i), "bytes");
    for (const auto& entry : std::filesystem::recursive_directory_iterator(place.folder.path))
        CHECK(entry.path().extension() != ".part");
}
