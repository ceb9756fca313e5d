// Who may include whom: see ARCHITECTURE.md.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace fs = std::filesystem;

namespace {

const fs::path root = TILTH_SOURCE_DIR;

// Each module beside those it may include, itself and all below these.
const std::map<std::string, std::set<std::string>> allowed{
    {"base", {"base"}},
    {"formats", {"formats", "base"}},
    {"schema", {"schema", "formats", "base"}},
    {"crawler", {"crawler", "schema", "formats", "base"}},
    {"ingest", {"ingest", "schema", "formats", "base"}},
    {"quality", {"quality", "schema", "formats", "base"}},
    {"labeling", {"labeling", "schema", "formats", "base"}},
    {"training", {"training", "schema", "formats", "base"}},
    {"service",
     {"service",
      "crawler",
      "ingest",
      "quality",
      "labeling",
      "training",
      "schema",
      "formats",
      "base"}},
    {"worker",
     {"worker",
      "service",
      "crawler",
      "ingest",
      "quality",
      "labeling",
      "training",
      "schema",
      "formats",
      "base"}},
    {"api",
     {"api",
      "service",
      "crawler",
      "ingest",
      "quality",
      "labeling",
      "training",
      "schema",
      "formats",
      "base"}},
    {"app",
     {"app",
      "api",
      "worker",
      "service",
      "crawler",
      "ingest",
      "quality",
      "labeling",
      "training",
      "schema",
      "formats",
      "base"}},
};

struct Line {
    fs::path file;
    std::size_t number;
    std::string text;
    std::string place() const { return file.string() + ":" + std::to_string(number); }
};

bool is_source(const fs::path& file) {
    return file.extension() == ".cpp" || file.extension() == ".hpp";
}

// Every line of the modules' sources.
std::vector<Line> lines() {
    std::vector<Line> all;
    for (const auto& [module, edges] : allowed)
        for (const auto& entry : fs::recursive_directory_iterator(root / module)) {
            if (!is_source(entry.path())) continue;
            std::ifstream in(entry.path());
            std::string text;
            for (std::size_t number = 1; std::getline(in, text); ++number)
                all.push_back({fs::relative(entry.path(), root), number, text});
        }
    return all;
}

std::string module_of(const fs::path& file) {
    return file.begin()->string();
}

}  // namespace

TEST_CASE("modules include only downwards", "[layering]") {
    static const std::regex include("^\\s*#include \"([^/\"]+)/");
    std::size_t edges = 0;
    for (const auto& line : lines()) {
        std::smatch found;
        if (!std::regex_search(line.text, found, include)) continue;
        ++edges;
        INFO(line.place() << ": " << line.text);
        CHECK(allowed.at(module_of(line.file)).contains(found[1]));
    }
    CHECK(edges > 300);
}

TEST_CASE("each foreign library has its owners", "[layering]") {
    struct Owner {
        std::regex header;
        std::regex files;
    };
    const std::vector<Owner> owners{
        {std::regex("<pqxx/"), std::regex("base/database/.*")},
        {std::regex("<libpq-fe"),
         std::regex("base/database/(database|postgres|postgres_reader)\\.cpp")},
        {std::regex("<sqlite3"), std::regex("ingest/sources/database/sqlite\\.cpp")},
        {std::regex("<sql(ext)?\\.h"), std::regex("ingest/sources/database/odbc\\.cpp")},
        {std::regex("<gmime/"), std::regex("ingest/sources/files/mime\\.cpp")},
        {std::regex("<curl/"), std::regex("crawler/.*")},
        {std::regex("<ares\\.h"), std::regex("crawler/.*")},
        {std::regex("<libxml/"),
         std::regex("formats/.*|ingest/sources/(files/xml|files/feed|api/http)\\.cpp")},
        {std::regex("<boost/beast"), std::regex("api/.*")},
        {std::regex("<Eigen/"), std::regex("training/.*|labeling/.*")},
        {std::regex("<vips/"), std::regex("formats/image/image\\.cpp")},
        {std::regex("<archive"), std::regex("formats/archive/bytes\\.cpp")},
        {std::regex("<spdlog/"), std::regex("base/run/log\\.cpp")},
    };
    for (const auto& line : lines()) {
        if (line.text.find("#include <") == line.text.npos) continue;
        for (const auto& owner : owners) {
            if (!std::regex_search(line.text, owner.header)) continue;
            INFO(line.place() << ": " << line.text);
            CHECK(std::regex_match(line.file.generic_string(), owner.files));
        }
    }
}

TEST_CASE("SQL is run by store files only", "[layering]") {
    static const std::regex call("\\bsql::file\\[|\\bfile\\[\"");
    static const std::regex store(
        "(base/database/(database|rows)|schema/migrate|schema/blobs/blobs|.*store(_.*)?|.*/"
        "store.*)\\.(cpp|hpp)|api/"
        "store.*"
    );
    for (const auto& line : lines()) {
        if (!std::regex_search(line.text, call)) continue;
        INFO(line.place() << ": " << line.text);
        CHECK(std::regex_match(line.file.generic_string(), store));
    }
}

// g++ 12 destroys the captures of a lambda written inside a co_await expression twice.
TEST_CASE(
    "no lambda that captures by value is written inside a co_await expression",
    "[layering]"
) {
    static const std::regex trap("co_await[^;]*\\[[^&\\]]+\\]\\s*(\\(|\\{|mutable)");
    for (const auto& line : lines()) {
        INFO(line.place() << ": " << line.text);
        CHECK_FALSE(std::regex_search(line.text, trap));
    }
}
