// What measuring a page costs beside digesting it: crawler_quality_bench FOLDER, whose *.html files
// are taken as pages.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "formats/html/html.hpp"
#include "crawler/run/page.hpp"
#include "crawler/extract/page_quality.hpp"
#include "formats/url/url.hpp"

namespace {

using Clock = std::chrono::steady_clock;

template <typename Job>
double milliseconds(int rounds, std::size_t pages, Job job) {
    auto start = Clock::now();
    for (int round = 0; round < rounds; ++round) job();
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count() / rounds /
           static_cast<double>(pages);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: crawler_quality_bench FOLDER [ROUNDS]\n");
        return 2;
    }
    int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
    std::vector<std::string> pages;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[1])) {
        if (entry.path().extension() != ".html") continue;
        std::ifstream in(entry.path(), std::ios::binary);
        pages.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
    schema::Blobs blobs(std::filesystem::temp_directory_path());
    auto url = crawler::parse_url("http://site.example/");
    crawler::Scope scope({}, {*url});
    crawler::PageRules rules;
    rules.source_name = "bench";
    rules.user_agent = "tilth";
    rules.scope = &scope;
    rules.blobs = &blobs;
    crawler::SitePolicy site;
    struct Parsed {
        crawler::Document document;
        schema::Text text;
        crawler::LanguageGuess guess;
    };
    std::vector<Parsed> parsed;
    std::size_t bytes = 0, words = 0;
    auto digest = [&](const std::string& page) {
        crawler::Target target;
        target.url = "http://site.example/page";
        target.host = "site.example";
        target.key = "0123456789abcdef";
        crawler::Response response;
        response.status = 200;
        response.headers = {{"content-type", "text/html; charset=utf-8"}};
        response.body = page;
        return crawler::digest_page(
            rules, target, site, std::move(response), std::chrono::system_clock::now()
        );
    };
    for (const auto& page : pages) {
        auto outcome = digest(page);
        if (outcome.records.empty()) continue;
        bytes += page.size();
        words += static_cast<std::size_t>(outcome.records.front().words);
        auto text = *outcome.records.front().draft.text;
        auto guess = crawler::judge_language(text.body);
        parsed.push_back({crawler::Document::parse(page), std::move(text), guess});
    }
    if (parsed.empty()) {
        std::fprintf(stderr, "no pages in %s\n", argv[1]);
        return 1;
    }
    std::size_t kept = 0;
    auto whole = milliseconds(rounds, pages.size(), [&] {
        for (const auto& page : pages) kept += digest(page).records.size();
    });
    auto measures = milliseconds(rounds, parsed.size(), [&] {
        for (const auto& one : parsed)
            kept += crawler::measure_page(one.document, one.text, one.guess).measures.size();
    });
    auto language = milliseconds(rounds, parsed.size(), [&] {
        for (const auto& one : parsed) kept += crawler::judge_language(one.text.body, 768).reliable;
    });
    std::printf(
        "%zu pages of %zu bytes and %zu words: digest %.3f ms, of it measures %.3f ms (%.1f %%), "
        "language %.3f ms (%.1f %%) [%zu]\n",
        parsed.size(),
        bytes / parsed.size(),
        words / parsed.size(),
        whole,
        measures,
        100 * measures / whole,
        language,
        100 * language / whole,
        kept
    );
}
