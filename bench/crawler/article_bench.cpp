// How fast main text is extracted, beside libxml2's bare parse of the same bytes: article_bench
// FOLDER [ROUNDS]. FOLDER is searched for *.html, each read into memory once; pages of 170 kB on
// average (say those of a corpus between 90 and 300 kB) are what the promise speaks of. One thread.
// In each round every page goes through libxml2 (htmlReadMemory and xmlFreeDoc), through our parser
// alone, and through all that `tilth inspect article` does but its JSON; medians of the rounds.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libxml/HTMLparser.h>

#include "crawler/extract/article/article_meta.hpp"
#include "formats/html/html.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using Pages = std::vector<std::string>;

Pages read_pages(const char* folder) {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(
             folder, std::filesystem::directory_options::follow_directory_symlink
         ))
        if (entry.is_regular_file() && entry.path().extension() == ".html")
            paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    Pages pages;
    for (const auto& path : paths) {
        std::ifstream file(path, std::ios::binary);
        pages.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return pages;
}

std::size_t sum = 0;  // what keeps the compiler from leaving work out

void parse_bare(const std::string& page) {
    auto* document = htmlReadMemory(
        page.data(),
        static_cast<int>(page.size()),
        nullptr,
        nullptr,
        HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET
    );
    sum += document != nullptr;
    xmlFreeDoc(document);
}

void parse(const std::string& page) {
    sum += formats::parse_page(page, {}).size();
}

void extract(const std::string& page) {
    static const auto url = *formats::parse_url("http://localhost/");
    auto document = formats::parse_page(page, {});
    auto facts = formats::read_facts(document, url);
    auto article = crawler::read_article(document, facts);
    auto language =
        facts.language.empty() ? formats::guess_language(article.content.text) : facts.language;
    sum += article.content.text.size() + language.size();
}

using Work = void (*)(const std::string&);

double seconds(const Pages& pages, Work work) {
    auto start = Clock::now();
    for (const auto& page : pages) work(page);
    return std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

// What one pass adds to the memory of a process that holds the pages, in MB.
double memory(const Pages& pages, Work work) {
    auto child = fork();
    if (child == 0) {
        rusage before{}, after{};
        getrusage(RUSAGE_SELF, &before);
        seconds(pages, work);
        getrusage(RUSAGE_SELF, &after);
        _exit(static_cast<int>(std::min<long>(255, (after.ru_maxrss - before.ru_maxrss) / 1024)));
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

}  // namespace

int main(int count, char** words) {
    if (count < 2) {
        std::fprintf(stderr, "article_bench FOLDER [ROUNDS]\n");
        return 2;
    }
    auto pages = read_pages(words[1]);
    auto rounds = static_cast<std::size_t>(count > 2 ? std::max(1, std::atoi(words[2])) : 7);
    if (pages.empty()) {
        std::fprintf(stderr, "%s: holds no *.html\n", words[1]);
        return 1;
    }
    std::size_t bytes = 0;
    for (const auto& page : pages) bytes += page.size();
    std::printf(
        "%zu pages of %.0f kB on average\n",
        pages.size(),
        static_cast<double>(bytes) / 1e3 / static_cast<double>(pages.size())
    );
    constexpr struct {
        const char* name;
        Work work;
    } contestants[] = {{"libxml2 bare", parse_bare}, {"parse", parse}, {"extract", extract}};
    std::vector<double> times[3];
    for (std::size_t round = 0; round < rounds; ++round)
        for (int i = 0; i < 3; ++i) times[i].push_back(seconds(pages, contestants[i].work));
    for (int i = 0; i < 3; ++i) {
        auto time = median(times[i]);
        std::printf(
            "%-13s %7.1f pages/s %7.1f MB/s  +%.0f MB  ratio to bare %.2f\n",
            contestants[i].name,
            static_cast<double>(pages.size()) / time,
            static_cast<double>(bytes) / 1e6 / time,
            memory(pages, contestants[i].work),
            median(times[0]) / time
        );
    }
    return sum == 0;
}
