// Adding addresses to the frontier as a crawl does: batches of found links, in one transaction
// each, into the real table with its indexes. Prints URLs a second and the program's peak memory
// for each size; the memory must not grow with the frontier.
//
//     crawler_frontier_bench [batch=8000] [sizes.. = 100000 1000000]
//
// A batch of 400 pages brings some 8,000 new links on a site that links much. No rival: the figure
// is a floor of our own.

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/database/postgres.hpp"
#include "crawler/frontier/store.hpp"
#include "schema/migrate.hpp"
#include "schema/sources/source_store.hpp"

namespace {

namespace fs = std::filesystem;

double megabytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

// Addresses `from` to `to` of a site, every tenth a second time as pages link to each other.
std::vector<crawler::Discovery> links(std::uint64_t from, std::uint64_t to) {
    std::vector<crawler::Discovery> found;
    for (auto i = from; i < to; ++i) {
        crawler::Discovery discovery;
        auto number = i % 10 == 9 && i > 100 ? i - 90 : i;
        discovery.url = fmt::format(
            "https://site{}.example.org/section-{}/an-article-of-some-length-{:x}.html",
            number % 50,
            number % 997,
            number * 0x9E3779B97F4A7C15ULL
        );
        discovery.host = fmt::format("site{}.example.org", number % 50);
        discovery.depth = 3;
        discovery.priority = -30;
        discovery.found_on = crawler::url_key("https://site.example.org/");
        found.push_back(std::move(discovery));
    }
    return found;
}

}  // namespace

int main(int argc, char** argv) {
    std::uint64_t batch = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 8000;
    std::vector<std::uint64_t> sizes;
    for (int i = 2; i < argc; ++i) sizes.push_back(std::strtoull(argv[i], nullptr, 10));
    if (sizes.empty()) sizes = {100'000, 1'000'000};
    auto home = fs::temp_directory_path() / ("tilth-frontier-bench-" + std::to_string(getpid()));
    fs::create_directories(home);
    fs::permissions(home, fs::perms::others_read | fs::perms::others_exec, fs::perm_options::add);
    {
        base::EmbeddedPostgres postgres(home);
        base::Database database(postgres.url("frontier"), 2);
        schema::migrate(database);
        for (auto size : sizes) {
            auto source = database.call([&](base::Tx& tx) {
                schema::Source made;
                made.name = fmt::format("bench-{}", size);
                made.kind = "crawl";
                made.spec = "{}";
                return schema::add_source(tx, made, std::chrono::system_clock::now())->id;
            });
            double seconds = 0;
            for (std::uint64_t done = 0; done < size; done += batch) {
                auto found = links(done, std::min(size, done + batch));
                auto start = std::chrono::steady_clock::now();
                database.call([&](base::Tx& tx) {
                    crawler::add_urls(tx, source, 1, found, std::chrono::system_clock::now());
                });
                seconds +=
                    std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
            }
            fmt::print(
                "{:>9} URLs in batches of {}: {:>8.0f} URL/s, {:.1f} s, peak memory {:.1f} MB\n",
                size,
                batch,
                static_cast<double>(size) / seconds,
                seconds,
                megabytes()
            );
        }
    }
    fs::remove_all(home);
}
