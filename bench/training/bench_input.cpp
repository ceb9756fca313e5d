// What training reads from PostgreSQL, beside the server's own fastest way out: a raw binary COPY
// of the same contents, in whatever order they lie, which nobody takes apart.
//
// Records of 150 words of text, of 30 numbers, and of 28 x 28 grey pixels. Training reads them in
// the order of records, each in its place, as doubles, texts and pixels that a model takes. Rounds
// are interleaved; medians are told. Promised: at least half of the rows a second that COPY gives.
// What a million records of each take on disk, with their indexes, is told too.
//
//     bench_input [RECORDS [ROUNDS [PICTURES]]]      100000, 5 and 10000 by default

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <vector>

#include <fmt/format.h>
#include <libpq-fe.h>

#include "base/database/database.hpp"
#include "base/numbers/random.hpp"
#include "bench/training/own_database.hpp"
#include "schema/records/record.hpp"
#include "schema/sources/source_store.hpp"
#include "service/context.hpp"
#include "training/snapshots/example_store.hpp"

namespace {

namespace fs = std::filesystem;
using InputClock = std::chrono::steady_clock;

constexpr int words = 150, numbers = 30;
constexpr int side = 28;

double seconds_of(const std::function<void()>& work) {
    const auto begun = InputClock::now();
    work();
    return std::chrono::duration<double>(InputClock::now() - begun).count();
}

double median(std::vector<double> values) {
    std::nth_element(
        values.begin(),
        values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
        values.end()
    );
    return values[values.size() / 2];
}

// Reads a file of texts, or of numbers, into a source of that name.
void ingest_made(service::Context& context, const std::string& name, int records) {
    const auto path = context.config.home / (name + ".csv");
    {
        std::ofstream file(path);
        base::Random random(1);
        file << "id";
        for (int c = 0; name == "numbers" && c < numbers; ++c) file << ",n" << c;
        file << (name == "texts" ? ",text\n" : "\n");
        for (int i = 0; i < records; ++i) {
            std::string line = fmt::format("r{}", i);
            if (name == "texts") line += ",";
            for (int c = 0; name == "texts" && c < words; ++c)
                line += fmt::format("word{} ", random.below(20'000));
            for (int c = 0; name == "numbers" && c < numbers; ++c)
                line += fmt::format(",{}", random.uniform() * 1000);
            file << line << "\n";
        }
    }
    std::string rules = "key = [\"id\"]\n";
    if (name == "texts") rules += "body = [\"text\"]\n";
    for (int c = 0; name == "numbers" && c < numbers; ++c)
        rules += fmt::format("[[column]]\nname = \"n{0}\"\nfield = \"n{0}\"\n", c);
    bench::ingest_file(context, name, path, rules, records);
}

// Pictures as IDX files bring them: raw, in their own shape.
void ingest_pictures(service::Context& context, int records) {
    const auto path = context.config.home / "pictures-images-idx3-ubyte";
    {
        std::ofstream file(path, std::ios::binary);
        base::Random random(2);
        const auto word = [&](std::uint32_t value) {
            for (int shift = 24; shift >= 0; shift -= 8)
                file.put(static_cast<char>(value >> shift));
        };
        for (auto value : {0x803U, static_cast<std::uint32_t>(records), 28U, 28U}) word(value);
        std::string pixels(std::size_t{side} * side, '\0');
        for (int i = 0; i < records; ++i) {
            for (auto& pixel : pixels) pixel = static_cast<char>(random.below(256));
            file << pixels;
        }
    }
    bench::ingest_file(context, "pictures", path, "", records);
}

// Bytes of a COPY that is read to its end and thrown away.
std::size_t copied(PGconn* connection, const std::string& query) {
    const auto sql = "COPY (" + query + ") TO STDOUT (FORMAT binary)";
    PQclear(PQexec(connection, sql.c_str()));
    std::size_t bytes = 0;
    char* data = nullptr;
    for (int size = 0; (size = PQgetCopyData(connection, &data, 0)) > 0; PQfreemem(data))
        bytes += static_cast<std::size_t>(size);
    while (auto* result = PQgetResult(connection)) PQclear(result);
    if (bytes == 0) throw std::runtime_error("nothing came of " + sql);
    return bytes;
}

void tell(service::Context& context, PGconn* raw, const std::string& name, int rounds) {
    auto& database = context.database();
    const auto source =
        database.call([&](base::Tx& tx) { return schema::find_source(tx, name)->id; });
    training::ExampleStore store(database, context.blobs());
    const auto items =
        store.matching_items(source, schema::Filter::parse(""), std::size_t{1} << 40U);
    const std::string query =
        name == "texts"     ? "SELECT title, body FROM content_text WHERE source_id = {}"
        : name == "numbers" ? "SELECT values FROM content_numeric WHERE source_id = {}"
                            : "SELECT b.bytes FROM content_image i JOIN record_version v USING "
                              "(rk, source_id, key, version) JOIN blob b ON b.bk = ('x' || "
                              "encode(substr(v.blob_sha256, 1, 8), 'hex'))::bit(64)::bigint AND "
                              "b.sha256 = v.blob_sha256 WHERE i.source_id = {}";
    std::vector<double> ours, theirs;
    std::size_t bytes = 0;
    for (int round = 0; round < rounds; ++round) {
        theirs.push_back(seconds_of([&] {
            bytes = copied(raw, fmt::format(fmt::runtime(query), source));
        }));
        ours.push_back(seconds_of([&] {
            if (store.load(items, {}).rows != items.size()) throw std::runtime_error("rows lost");
        }));
    }
    const auto rows = static_cast<double>(items.size());
    fmt::print(
        "{:<9} {:7.0f} rows/s, COPY {:8.0f} rows/s ({:.0f} MB/s): {:.2f}\n",
        name,
        rows / median(ours),
        rows / median(theirs),
        static_cast<double>(bytes) / median(theirs) / 1e6,
        median(theirs) / median(ours)
    );
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    const int records = argc > 1 ? std::atoi(argv[1]) : 100'000;
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
    const int pictures = argc > 3 ? std::atoi(argv[3]) : 10'000;
    return bench::in_own_database("input", [&](service::Context& context) {
        std::int64_t before = 0;
        const auto stored = [&](const std::string& what, int count) {
            const auto bytes = context.database().call([](base::Tx& tx) {
                return *tx.value<std::int64_t>("SELECT pg_database_size(current_database())");
            });
            if (count > 0)
                fmt::print(
                    "{:<9} {:.2f} GB a million records\n",
                    what,
                    static_cast<double>(bytes - before) / count / 1e3
                );
            before = bytes;
        };
        stored("", 0);
        for (const std::string name : {"texts", "numbers"}) {
            ingest_made(context, name, records);
            stored(name, records);
        }
        ingest_pictures(context, pictures);
        stored("pictures", pictures);
        pqxx::connection settled(context.config.database.url);
        pqxx::nontransaction(settled).exec("VACUUM ANALYZE");
        auto* raw = PQconnectdb(context.config.database.url.c_str());
        for (const std::string name : {"texts", "numbers", "pictures"})
            tell(context, raw, name, rounds);
        PQfinish(raw);
    });
}
