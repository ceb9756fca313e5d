// Rows of Parquet through this program's reader and writer beside DuckDB alone, in one run.
//
//     ingest_parquet_bench [ROWS=1000000] [ROUNDS=5]

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <vector>

#include <fmt/format.h>
#include <sys/resource.h>

#include "base/run/temporary_folder.hpp"
#include "formats/dataset/row_writer.hpp"
#include "formats/parquet/duckdb.hpp"
#include "ingest/sources/connector.hpp"

namespace {

using formats::CellType;

double seconds_of(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Median and range of the rounds, as rows a second.
void tell(const char* what, std::vector<double> seconds, std::int64_t rows) {
    std::sort(seconds.begin(), seconds.end());
    const auto rate = [&](double one) { return static_cast<double>(rows) / one; };
    fmt::print(
        "{:<34} {:>9.0f} rows/s ({:.0f} .. {:.0f})\n",
        what,
        rate(seconds[seconds.size() / 2]),
        rate(seconds.back()),
        rate(seconds.front())
    );
}

void write(const std::filesystem::path& path, std::int64_t rows) {
    auto writer = formats::write_rows(
        formats::RowFormat::parquet,
        path,
        {{"id", CellType::integer, ""},
         {"price", CellType::number, ""},
         {"good", CellType::flag, ""},
         {"name", CellType::text, ""},
         {"words", CellType::text, ""}}
    );
    std::vector<formats::DataCell> cells(5);
    for (std::int64_t i = 0; i < rows; ++i) {
        cells[0] = i;
        cells[1] = static_cast<double>(i) * 0.37;
        cells[2] = i % 3 == 0;
        cells[3] = fmt::format("name {}", i);
        cells[4] = fmt::format("some words of row {}, as long as a title", i * 7919 % rows);
        writer->write(cells);
    }
    writer->finish();
}

}  // namespace

int main(int argc, char** argv) {
    const std::int64_t rows = argc > 1 ? std::atoll(argv[1]) : 1'000'000;
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
    const base::TemporaryFolder folder;
    const auto ours = folder.path() / "ours.parquet";
    const auto theirs = folder.path() / "theirs.parquet";
    const auto table = fmt::format(
        "SELECT i AS id, i * 0.37::DOUBLE AS price, i % 3 = 0 AS good, 'name ' || i AS name, "
        "'some words of row ' || (i * 7919 % {0}) || ', as long as a title' AS words "
        "FROM range({0}) r(i)",
        rows
    );
    std::vector<double> writes, their_writes, reads, their_reads, their_text_reads;
    for (int round = 0; round < rounds; ++round) {
        writes.push_back(seconds_of([&] { write(ours, rows); }));
        their_writes.push_back(seconds_of([&] {
            formats::duck::Session session("1GB");
            session.run(
                "COPY (" + table + ") TO '" + theirs.string() +
                    "' (FORMAT parquet, COMPRESSION zstd)",
                "bench"
            );
        }));
        reads.push_back(seconds_of([&] {
            auto connector = ingest::open_files({ours.string()}, {});
            ingest::Page page;
            std::int64_t read = 0;
            for (bool more = true; more;) {
                page.clear();
                more = connector->next(page, 5000, 8 << 20);
                read += static_cast<std::int64_t>(page.records.size());
            }
            if (read != rows) throw std::logic_error("rows were lost");
        }));
        // DuckDB has read a value only if something is made of it.
        auto sum = [&](const char* columns) {
            formats::duck::Session session("1GB");
            session.run(fmt::format("SELECT {} FROM '{}'", columns, ours.string()), "bench");
        };
        their_reads.push_back(seconds_of([&] {
            sum("sum(id), sum(price), count_if(good), max(name), max(words)");
        }));
        their_text_reads.push_back(seconds_of([&] {
            sum("max(id::VARCHAR), max(price::VARCHAR), max(good::VARCHAR), max(name), max(words)");
        }));
    }
    fmt::print("{} rows of 5 columns, {} rounds, one thread: median (range)\n", rows, rounds);
    tell("tilth writes Parquet", writes, rows);
    tell("DuckDB makes the rows and writes", their_writes, rows);
    tell("tilth reads Parquet into records", reads, rows);
    tell("DuckDB reads, as typed values", their_reads, rows);
    tell("DuckDB reads, as texts", their_text_reads, rows);
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    fmt::print("peak {} MiB\n", used.ru_maxrss / 1024);
}
