// Large blobs in a folder and in a bucket of the tests' server on this machine, in turns: what the
// protocol costs (hashes, signatures, parts), and no network's or disk array's speed. Prints MB/s.
//
//     ingest_blobs_bench [MiB of an object=8] [objects=24] [rounds=3]
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/numbers/random.hpp"
#include "base/run/temporary_folder.hpp"
#include "schema/blobs/blob_store.hpp"
#include "schema/blobs/s3/s3.hpp"
#include "tests/support/s3/s3_server.hpp"

namespace {

std::string noise(std::uint64_t seed, std::size_t size) {
    base::Random random(seed);
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i + 8 <= size; i += 8) {
        auto bits = random.next();
        std::copy_n(reinterpret_cast<const char*>(&bits), 8, bytes.data() + i);
    }
    return bytes;
}

double seconds(auto&& work) {
    auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct Speeds {
    std::vector<double> put, get;
};

void measure(schema::BlobStore& store, const std::vector<std::string>& all, Speeds& into) {
    double bytes = 0;
    for (const auto& each : all) bytes += static_cast<double>(each.size());
    auto name = [](std::size_t i) { return fmt::format("aa/bb/{:064}", i); };
    into.put.push_back(bytes / 1e6 / seconds([&] {
                           for (std::size_t i = 0; i < all.size(); ++i) store.put(name(i), all[i]);
                       }));
    into.get.push_back(bytes / 1e6 / seconds([&] {
                           for (std::size_t i = 0; i < all.size(); ++i)
                               if (store.get(name(i)) != all[i]) std::abort();
                       }));
    for (std::size_t i = 0; i < all.size(); ++i) store.remove(name(i));
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
    const auto size = static_cast<std::size_t>(argc > 1 ? std::atoi(argv[1]) : 8) << 20U;
    const int objects = argc > 2 ? std::atoi(argv[2]) : 24,
              rounds = argc > 3 ? std::atoi(argv[3]) : 3;
    std::vector<std::string> all;
    for (int i = 0; i < objects; ++i) all.push_back(noise(static_cast<std::uint64_t>(i), size));
    const base::TemporaryFolder folder;
    test::S3Server server;
    auto files = schema::open_folder(folder.path());
    auto bucket = schema::s3::open_bucket(
        {.place = {test::S3Server::bucket, ""},
         .endpoint = server.url(),
         .region = test::S3Server::region,
         .access_key_id = test::S3Server::key,
         .secret_access_key = test::S3Server::secret,
         .session_token = {}}
    );
    Speeds in_folder, in_bucket;
    for (int round = 0; round < rounds; ++round) {
        measure(*files, all, in_folder);
        measure(*bucket, all, in_bucket);
    }
    fmt::print("{} objects of {} MiB, medians of {} rounds\n", objects, size >> 20U, rounds);
    for (const auto& [name, speeds] : {std::pair("folder", &in_folder), {"bucket", &in_bucket}})
        fmt::print(
            "{}: put {:.0f} MB/s, get {:.0f} MB/s\n", name, median(speeds->put), median(speeds->get)
        );
}
