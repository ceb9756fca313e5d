// Storing CSV rows with a unique text key through the pipeline, against psql's \copy of the same
// file into a bare table with one unique text index, on the same embedded PostgreSQL, in turns.
// Prints medians, and their ratio with its range over the rounds. With TILTH_BENCH_SCRIPTS (the
// folder of pandas_to_sql.py) set, pgloader and pandas store the same file once too, if they are
// installed; what one says when it fails is shown.
//
//     ingest_copy_bench [rows=1000000] [rounds=5] [numbers]
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

// The seconds that a program takes; nothing, and why, if it is not installed or fails.
std::optional<double>
by_program(const std::string& name, const std::string& line, const fs::path& home) {
    if (std::system(("command -v " + name + " >/dev/null").c_str()) != 0) {
        fmt::print("{} is not here\n", name);
        return std::nullopt;
    }
    const auto said = home / "said";
    int code = 0;
    const auto taken =
        seconds([&] { code = std::system((line + " >'" + said.string() + "' 2>&1").c_str()); });
    if (code == 0) return taken;
    fmt::print("{} failed:\n", name);
    std::fflush(stdout);
    if (std::system(("tail -3 '" + said.string() + "'").c_str()) != 0) fmt::print("(silent)\n");
    return std::nullopt;
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
    if (made != 0) {
        fmt::print("pgloader was not run: psql cannot make its table\n");
        return std::nullopt;
    }
    return by_program("pgloader", fmt::format("pgloader '{}'", script.string()), home);
}

// By the system's own Python, which has the system's pandas, whichever comes first on the path.
std::optional<double> by_pandas(
    const std::string& url,
    const fs::path& file,
    const std::string& scripts,
    const fs::path& home
) {
    const std::string python = "/usr/bin/python3";
    return by_program(
        python,
        fmt::format("{} '{}/pandas_to_sql.py' '{}' '{}'", python, scripts, url, file.string()),
        home
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
    int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
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
                if (!taken) return;
                fmt::print(
                    "{} {:.1f} s: {:.1f} times the pipeline\n",
                    name,
                    *taken,
                    *taken / median(pipeline)
                );
            };
            tell("pgloader", by_pgloader(url, file, home));
            tell("pandas to_sql", by_pandas(url, file, scripts, home));
        }
        rusage used{};
        getrusage(RUSAGE_SELF, &used);
        std::vector<double> ratios;
        for (std::size_t i = 0; i < psql.size(); ++i) ratios.push_back(psql[i] / pipeline[i]);
        const auto [least, most] = std::minmax_element(ratios.begin(), ratios.end());
        const double all = static_cast<double>(rows) * rounds;
        fmt::print(
            "{} rows of {} bytes: psql {:.0f} rows/s, pipeline {:.0f} rows/s, ratio {:.2f} ({:.2f} "
            "to {:.2f}), peak memory {} MiB; a thousand rows: {:.1f} minor faults, {:.1f} waits, "
            "{:.1f} times taken away\n",
            rows,
            fs::file_size(file) / static_cast<std::uintmax_t>(rows),
            rows / median(psql),
            rows / median(pipeline),
            median(ratios),
            *least,
            *most,
            used.ru_maxrss / 1024,
            static_cast<double>(used.ru_minflt) / all * 1000,
            static_cast<double>(used.ru_nvcsw) / all * 1000,
            static_cast<double>(used.ru_nivcsw) / all * 1000
        );
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        code = 1;
    }
    fs::remove_all(home);
    return code;
}
