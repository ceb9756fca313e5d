#include "schema/blobs/blobs.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include "base/numbers/random.hpp"

namespace fs = std::filesystem;

namespace {

struct Folder {
    fs::path path = fs::temp_directory_path() / fmt::format("tilth-blobs-{}", getpid());
    ~Folder() { fs::remove_all(path); }
};

// Bytes that no compression makes small enough for the table.
std::string noise(std::uint64_t seed) {
    base::Random random(seed);
    std::string bytes(200'000, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random.next());
    return bytes;
}

}  // namespace

TEST_CASE("threads that store the same bytes at once all find them whole", "[schema][blobs]") {
    Folder folder;
    schema::Blobs blobs(folder.path);
    std::atomic<int> failed{0};
    for (std::uint64_t round = 0; round < 20; ++round) {
        auto bytes = noise(round);
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
    for (const auto& entry : fs::recursive_directory_iterator(folder.path))
        CHECK(entry.path().extension() != ".part");
}
