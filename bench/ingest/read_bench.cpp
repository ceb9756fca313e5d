// How fast inputs are read and mapped, without a database.
//
//     ingest_read_bench PATH [format=auto]

#include <sys/resource.h>

#include <chrono>
#include <filesystem>

#include <fmt/format.h>

#include "ingest/pipeline/batches.hpp"
#include "ingest/sources/connector.hpp"
#include "ingest/mapping/mapping.hpp"
#include "schema/blobs/blobs.hpp"

int main(int argc, char** argv) {
    if (argc < 2) {
        fmt::print(stderr, "usage: ingest_read_bench PATH [format]\n");
        return 2;
    }
    ingest::ReadOptions options;
    if (argc > 2) options.format = argv[2];
    schema::Blobs blobs(std::filesystem::temp_directory_path() / "tilth-read-bench-blobs");
    ingest::Page page;
    ingest::open_files({argv[1]}, options)->next(page, 1000, 8 << 20);
    std::vector<std::string> why;
    ingest::Mapping mapping(ingest::infer_rules(page, {}, &why));

    auto connector = ingest::open_files({argv[1]}, options);
    std::uint64_t records = 0, rejects = 0, bytes = 0;
    double reading = 0, sealing = 0;
    using Clock = std::chrono::steady_clock;
    for (bool more = true; more;) {
        auto start = Clock::now();
        page.clear();
        more = connector->next(page, 5000, 8 << 20);
        auto read = Clock::now();
        auto batch = ingest::make_batch(page, mapping, "bench", blobs);
        auto sealed = Clock::now();
        reading += std::chrono::duration<double>(read - start).count();
        sealing += std::chrono::duration<double>(sealed - read).count();
        records += batch.records.size();
        rejects += batch.rejects.size();
        bytes += page.bytes;
    }
    for (const auto& line : why) fmt::print("{}\n", line);
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    fmt::print(
        "{}\n{} records, {} rejects, {:.1f} MB; read {:.2f} s ({:.0f} MB/s), map and seal {:.2f} "
        "s; {:.0f} records/s, peak {} MiB\n",
        connector->explain(),
        records,
        rejects,
        static_cast<double>(bytes) / 1e6,
        reading,
        static_cast<double>(bytes) / 1e6 / reading,
        sealing,
        static_cast<double>(records) / (reading + sealing),
        used.ru_maxrss / 1024
    );
    return 0;
}
