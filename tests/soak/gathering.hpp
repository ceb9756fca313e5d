#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "tests/crawler/site/test_site.hpp"
#include "tests/soak/caller.hpp"
#include "tests/soak/ledger.hpp"

namespace soak {

// A web site that changes from crawl to crawl: a tenth of its pages each time.
class Site {
public:
    explicit Site(int pages);

    std::string url() const { return site_.url(); }
    int pages() const { return pages_; }
    void change();

private:
    std::string page(int number) const;

    int pages_;
    std::atomic<int> edition_ = 0;
    test::TestSite site_;
};

// A file that grows and changes from run to run, with lines that cannot be read.
class Table {
public:
    enum class Form { csv, jsonl };
    Table(std::filesystem::path file, Form form, unsigned seed);

    const std::filesystem::path& file() const { return file_; }
    std::string format() const { return form_ == Form::csv ? "csv" : "jsonl"; }
    void change();

private:
    std::string line(int row) const;
    std::string broken(int row) const;

    std::filesystem::path file_;
    Form form_;
    std::mt19937 random_;
    std::vector<int> editions_;  // of each row
};

inline constexpr auto site_source = "site";
inline constexpr auto csv_source = "table";
inline constexpr auto jsonl_source = "lines";

// Runs a source again and again until the ledger is closed, and changes it after each whole run.
// Closes with a whole run of what it is by then.
void gather(Caller caller, Ledger& ledger, Site& site);
void gather(Caller caller, Ledger& ledger, const std::string& source, Table& table);

}  // namespace soak
