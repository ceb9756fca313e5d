// Reading JSON lines: our reader (checked by RFC 8259, storable, fields unescaped, places kept)
// against simdjson's on-demand parser that takes every field of the same lines, on one core, in
// turns. Prints medians in MB/s and their ratio.
//
//     ingest_json_bench [megabytes=200] [rounds=5]

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>

#include "ingest/sources/connector.hpp"

namespace {

namespace fs = std::filesystem;

// Records as APIs and crawls give them: text with some escapes, numbers, flags, an inner object.
void write_lines(const fs::path& path, std::size_t bytes) {
    std::ofstream out(path, std::ios::binary);
    unsigned long long state = 1;
    for (std::size_t written = 0, i = 0; written < bytes; ++i) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        auto line = fmt::format(
            R"({{"id":{},"key":"item-{:016x}","price":{}.{:02},"open":{},"tags":["a{}","b"],"author":{{"name":"N\u00e9 {}","id":{}}},"title":"About things, no. {}","body":"{}","none":null}})",
            i,
            state,
            state % 1000,
            state % 100,
            state & 8 ? "true" : "false",
            state % 7,
            state % 99,
            state % 5000,
            i,
            "It is said that such texts go on for a while,\\nwith \\\"quotes\\\" and lines, and "
            "plain "
            "words in between that a reader has to look at byte by byte until the end of it all."
        );
        out << line << '\n';
        written += line.size() + 1;
    }
}

struct Seen {
    std::uint64_t fields = 0;
    std::uint64_t bytes = 0;  // of names and values
};

Seen by_tilth(const fs::path& path) {
    auto connector = ingest::open_files({path.string()}, {});
    Seen seen;
    ingest::Page page;
    for (bool more = true; more;) {
        page.clear();
        more = connector->next(page, 5000, 8 << 20);
        for (const auto& record : page.records)
            for (const auto& field : page.fields_of(record)) {
                ++seen.fields;
                seen.bytes += field.name.size() + field.value.size();
            }
        if (!page.rejects.empty()) throw std::runtime_error(page.rejects.front().reason);
    }
    return seen;
}

Seen by_simdjson(const fs::path& path) {
    namespace ondemand = simdjson::ondemand;
    Seen seen;
    ondemand::parser parser;
    auto text = simdjson::padded_string::load(path.string()).take_value();
    auto documents = parser.iterate_many(text, 1 << 20).take_value();
    for (auto document : documents) {
        for (auto field : document.get_object()) {
            std::string_view name = field.unescaped_key();
            auto value = field.value();
            std::string_view content;
            switch (value.type().take_value()) {
                case ondemand::json_type::string:
                    content = value.get_string();
                    break;
                case ondemand::json_type::number:
                    content = value.raw_json_token();
                    seen.bytes += value.get_double().take_value() < 0;
                    break;
                default:  // arrays and objects are passed over, literals are taken
                    content = value.raw_json_token();
                    break;
            }
            ++seen.fields;
            seen.bytes += name.size() + content.size();
        }
    }
    return seen;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
    auto megabytes = argc > 1 ? std::atof(argv[1]) : 200;
    int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
    auto path = fs::temp_directory_path() / fmt::format("tilth-json-bench-{}.jsonl", ::getpid());
    write_lines(path, static_cast<std::size_t>(megabytes * 1e6));
    auto size = static_cast<double>(fs::file_size(path)) / 1e6;
    std::vector<double> ours, theirs;
    auto time = [&](auto&& read) {
        auto start = std::clock();
        Seen seen = read(path);
        auto rate = size / (static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
        return std::pair(rate, seen.fields);
    };
    for (int round = 0; round < rounds; ++round) {
        auto [their_rate, their_fields] = time(by_simdjson);
        auto [our_rate, our_fields] = time(by_tilth);
        if (their_fields != our_fields) {
            fmt::print(stderr, "{} fields against {}\n", our_fields, their_fields);
            return 1;
        }
        theirs.push_back(their_rate);
        ours.push_back(our_rate);
    }
    fs::remove(path);
    fmt::print(
        "JSON lines, {:.0f} MB, CPU time: simdjson on demand {:.0f} MB/s, tilth {:.0f} MB/s, ratio "
        "{:.2f}\n",
        size,
        median(theirs),
        median(ours),
        median(ours) / median(theirs)
    );
}
