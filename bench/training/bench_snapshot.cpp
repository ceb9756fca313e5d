// What snapshots cost by how many records they hold: seconds and peak memory of making one, of
// verifying it and of telling it from another, with labels, strata and texts that are looked at for
// near-duplicates. Peak memory is what a step adds to this process (VmHWM, set back before it, less
// what was held then); the server's lies in its settings.
//
//     bench_snapshot [RECORDS ..]      10000, 100000 and 1000000 by default
#include <malloc.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <vector>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/numbers/random.hpp"
#include "bench/training/own_database.hpp"
#include "service/context.hpp"
#include "training/snapshots/snapshot_diff.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace {

double megabytes(std::string_view what) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(what)) return std::stod(line.substr(what.size())) / 1024;
    throw std::runtime_error("the system tells no memory");
}

struct Cost {
    double seconds = 0, megabytes = 0;
};

Cost cost_of(const std::function<void()>& work) {
    ::malloc_trim(0);
    std::ofstream("/proc/self/clear_refs") << "5";  // the peak begins anew
    const auto before = megabytes("VmRSS:");
    const auto begun = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    return {took.count(), megabytes("VmHWM:") - before};
}

void ingest_made(service::Context& context, const std::string& name, int records) {
    const auto path = context.config.home / (name + ".csv");
    {
        std::ofstream file(path);
        base::Random random(1);
        file << "id,text,n\n";
        for (int i = 0; i < records; ++i) {
            std::string line = fmt::format("record-{},", i);
            for (int word = 0; word < 25; ++word)
                line += fmt::format("word{} ", random.below(20'000));
            file << line << "," << random.uniform() << "\n";
        }
    }
    bench::ingest_file(context, name, path, "key = [\"id\"]\nbody = [\"text\"]\n", records);
}

// A label of one of ten classes for each.
void label_all(base::Database& database, const std::string& source) {
    database.call([&](base::Tx& tx) {
        const auto project = *tx.value<std::int64_t>(
            "INSERT INTO label_project (name, source_id, kind, spec, created_at) SELECT name, id, "
            "'classification', '{}', now() FROM source WHERE name = $1 RETURNING id",
            source
        );
        tx.exec(
            "INSERT INTO label_class (project_id, class_id, name) SELECT $1, n, 'class ' || n FROM "
            "generate_series(0, 9) n",
            project
        );
        tx.exec(
            "INSERT INTO ground_truth (rk, source_id, key, project_id, class_id, probability, "
            "method, set_at, labeled_version) SELECT rk, source_id, key, $1, abs(rk % 10), 1, "
            "'import', now(), version FROM record WHERE source_id = (SELECT id FROM source WHERE "
            "name = $2)",
            project,
            source
        );
        tx.exec("ANALYZE ground_truth");
    });
}

void tell(service::Context& context, int records) {
    const auto name = fmt::format("r{}", records);
    auto& database = context.database();
    ingest_made(context, name, records);
    label_all(database, name);
    training::SnapshotSpec spec;
    spec.name = name + "-a";
    spec.project = name;
    const auto now = std::chrono::system_clock::now();
    training::SnapshotInfo a, b;
    const auto made = cost_of([&] { a = training::create_snapshot(database, spec, now).snapshot; });
    spec.name = name + "-b";
    spec.where = "class <> 'class 3'";
    const auto again =
        cost_of([&] { b = training::create_snapshot(database, spec, now).snapshot; });
    const auto verified = cost_of([&] {
        if (!training::verify_snapshot(database, a)) throw std::runtime_error("it does not hold");
    });
    const auto compared = cost_of([&] {
        const auto diff = training::diff_snapshots(database, a, b);
        if (diff.removed + diff.same != static_cast<std::uint64_t>(records))
            throw std::runtime_error("records are lost");
    });
    fmt::print("{:9}", records);
    for (const auto& one : {made, again, verified, compared})
        fmt::print("{:8.2f} s {:6.0f} MB", one.seconds, one.megabytes);
    fmt::print("\n");
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<int> counts;
    for (int i = 1; i < argc; ++i) counts.push_back(std::atoi(argv[i]));
    if (counts.empty()) counts = {10'000, 100'000, 1'000'000};
    return bench::in_own_database("snapshot", [&](service::Context& context) {
        fmt::print(
            "{:>9}{:>20}{:>20}{:>20}{:>20}\n", "records", "made", "another", "verified", "compared"
        );
        for (int count : counts) tell(context, count);
    });
}
