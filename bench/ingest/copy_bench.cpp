// Storing CSV rows with a unique text key through the pipeline, against psql's \copy of the same
// file into a bare table with one unique text index, on the same embedded PostgreSQL, in turns.
// Prints medians and their ratio. With TILTH_BENCH_SCRIPTS (the folder of pandas_to_sql.py) set,
// pgloader and pandas store the same file once too, if they are installed.
//
//     ingest_copy_bench [rows=1000000] [rounds=3] [numbers]
//
// With `numbers` two columns are also mapped to numeric content.

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/database/postgres.hpp"
#include "ingest/pipeline/pipeline.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/migrate.hpp"
#include "schema/sources/source_store.hpp"

namespace {

namespace fs = std::filesystem;

// About 300 bytes a row: a key, two numbers, a word, and a sentence with commas.
void write_rows(const fs::path& path, int rows) {
    std::ofstream out(path, std::ios::binary);
    std::string filler =
        "a sentence, in quotes, that stands for the text which such rows mostly are made of and is "
        "rather long; ";
    out << "id,amount,weight,colour,note\n";
    unsigned long long state = 1;
    for (int i = 0; i < rows; ++i) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        out << fmt::format(
            "item-{:016x},{},{}.{},{},\"{}{}{:x}\"\n",
            state,
            state % 100000,
            state % 977,
            state % 10,
            state & 64 ? "red" : "blue",
            filler,
            filler.substr(0, 140),
            state
        );
    }
}

double seconds(auto&& work) {
    auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

// \copy of psql, from a program of its own.
double by_psql(const std::string& url, const fs::path& file) {
    auto psql = [&](const std::string& command) {
        auto line =
            fmt::format("psql -q -v ON_ERROR_STOP=1 '{}' -c \"{}\" >/dev/null", url, command);
        if (std::system(line.c_str()) != 0) throw std::runtime_error(line);
    };
    psql("DROP TABLE IF EXISTS bare");
    psql("CREATE TABLE bare (id text, amount text, weight text, colour text, note text)");
    psql("CREATE UNIQUE INDEX ON bare (id)");
    psql("CHECKPOINT");
    return seconds([&] {
        psql(fmt::format("\\copy bare from '{}' with (format csv, header)", file.string()));
    });
}

// The seconds that a program prints or takes; nothing if it is not installed or fails.
std::optional<double> by_program(const std::string& name, const std::string& line) {
    if (std::system(("command -v " + name + " >/dev/null").c_str()) != 0) return std::nullopt;
    double taken = 0;
    int code = 0;
    taken = seconds([&] { code = std::system(line.c_str()); });
    if (code != 0) return std::nullopt;
    return taken;
}

std::optional<double>
by_pgloader(const std::string& url, const fs::path& file, const fs::path& home) {
    auto script = home / "load";
    // pgloader wants a socket's folder inside of the address.
    std::ofstream(script) << fmt::format(
        "LOAD CSV FROM '{}' HAVING FIELDS (id, amount, weight, colour, note)\n"
        "INTO {}?tablename=loaded TARGET COLUMNS (id, amount, weight, colour, note)\n"
        "WITH skip header = 1, fields optionally enclosed by '\"', fields terminated by ',';\n",
        file.string(),
        url
    );
    auto made = std::system(fmt::format(
                                "psql -q '{}' -c 'CREATE TABLE loaded (id text UNIQUE, amount "
                                "text, weight text, colour "
                                "text, note text)' -c CHECKPOINT",
                                url
    )
                                .c_str());
    if (made != 0) return std::nullopt;
    return by_program("pgloader", fmt::format("pgloader '{}' >/dev/null 2>&1", script.string()));
}

std::optional<double>
by_pandas(const std::string& url, const fs::path& file, const std::string& scripts) {
    return by_program(
        "python3",
        fmt::format(
            "python3 '{}/pandas_to_sql.py' '{}' '{}' >/dev/null 2>&1", scripts, url, file.string()
        )
    );
}

// What earlier rounds left to write is not this round's work.
void checkpoint(const std::string& url) {
    auto line = fmt::format("psql -q '{}' -c CHECKPOINT", url);
    if (std::system(line.c_str()) != 0) throw std::runtime_error(line);
}

double by_pipeline(
    const std::string& url,
    const fs::path& file,
    const fs::path& home,
    int rows,
    bool numbers
) {
    base::Database database(url, 5);
    schema::migrate(database);
    schema::Blobs blobs(home / "blobs");
    database.call([](base::Tx& tx) {
        schema::add_source(
            tx, {0, "bench", "files", "{}", "", "active"}, std::chrono::system_clock::now()
        );
    });
    ingest::RunRequest request;
    request.source = "bench";
    request.inputs = {file.string()};
    request.rules = ingest::Rules{};
    request.rules->key = {"id"};
    if (numbers) {
        for (const char* name : {"amount", "weight"}) {
            auto& column = request.rules->columns.emplace_back();
            column.name = column.field = name;
        }
    }
    ingest::RunResult result;
    auto time = seconds([&] { result = ingest::run(database, blobs, request); });
    if (result.counts.added != static_cast<std::uint64_t>(rows))
        throw std::runtime_error("not all rows were stored");
    return time;
}

}  // namespace

int main(int argc, char** argv) {
    int rows = argc > 1 ? std::atoi(argv[1]) : 1'000'000;
    int rounds = argc > 2 ? std::atoi(argv[2]) : 3;
    bool numbers = argc > 3 && std::string(argv[3]) == "numbers";
    auto home = fs::temp_directory_path() / fmt::format("tilth-bench-{}", ::getpid());
    fs::create_directories(home);
    auto file = home / "rows.csv";
    write_rows(file, rows);
    fs::permissions(home, fs::perms::others_read | fs::perms::others_exec, fs::perm_options::add);
    int code = 0;
    try {
        base::EmbeddedPostgres postgres(home);
        std::vector<double> psql, pipeline;
        for (int round = 0; round < rounds; ++round) {
            psql.push_back(by_psql(postgres.url("bare"), file));
            auto url = postgres.url(fmt::format("round_{}", round));
            checkpoint(postgres.url("bare"));
            pipeline.push_back(by_pipeline(url, file, home, rows, numbers));
            fmt::print(
                "round {}: psql {:.2f} s, pipeline {:.2f} s\n",
                round + 1,
                psql.back(),
                pipeline.back()
            );
            std::fflush(stdout);
        }
        if (const char* scripts = std::getenv("TILTH_BENCH_SCRIPTS")) {
            auto url = postgres.url("bare");
            auto tell = [&](const char* name, std::optional<double> taken) {
                if (!taken) return fmt::print("{} is not here, or failed\n", name);
                fmt::print(
                    "{} {:.1f} s: {:.1f} times the pipeline\n",
                    name,
                    *taken,
                    *taken / median(pipeline)
                );
            };
            tell("pgloader", by_pgloader(url, file, home));
            tell("pandas to_sql", by_pandas(url, file, scripts));
        }
        rusage used{};
        getrusage(RUSAGE_SELF, &used);
        fmt::print(
            "{} rows of {} bytes: psql {:.0f} rows/s, pipeline {:.0f} rows/s, ratio {:.2f}, peak "
            "memory {} MiB\n",
            rows,
            fs::file_size(file) / static_cast<std::uintmax_t>(rows),
            rows / median(psql),
            rows / median(pipeline),
            median(psql) / median(pipeline),
            used.ru_maxrss / 1024
        );
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        code = 1;
    }
    fs::remove_all(home);
    return code;
}
