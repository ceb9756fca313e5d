// Who may include whom: see ARCHITECTURE.md.
#include <map>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/text/pattern.hpp"
#include "tests/layering/source_tree.hpp"

using namespace layering;
using base::Pattern;

namespace {

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

template <typename Visit>
void each_line(Visit visit) {
    for (const auto& file : sources())
        for (std::size_t line = 0; line < file.lines.size(); ++line) visit(file, line);
}

}  // namespace

TEST_CASE("modules include only downwards", "[layering]") {
    static const auto include = Pattern::parse(R"(^\s*#include "([^/"]+)/)");
    std::size_t edges = 0;
    each_line([&](const SourceFile& file, std::size_t line) {
        auto found = include.find(file.lines[line]);
        if (!found) return;
        ++edges;
        INFO(file.place(line) << ": " << file.lines[line]);
        CHECK(allowed.at(file.module()).contains(std::string(*found)));
    });
    CHECK(edges > 300);
}

TEST_CASE("each foreign library has its owners", "[layering]") {
    struct Owner {
        std::string header;
        std::string files;
    };
    const std::vector<Owner> owners{
        {"<pqxx/", "base/database/.*"},
        {"<libpq-fe",
         "base/database/"
         "((batch|database|copy_writer|postgres|postgres_programs|postgres_reader)\\.cpp|"
         "connection\\.hpp)"},
        {"<sqlite3", "ingest/sources/database/sqlite\\.cpp"},
        {"<sql(ext)?\\.h", "ingest/sources/database/odbc\\.cpp"},
        {"<yaml-cpp/", "ingest/sources/files/yaml\\.cpp|labeling/export/imports/yolo\\.cpp"},
        {"<gmime/", "ingest/sources/files/mail/mime\\.cpp"},
        {"<curl/", "crawler/.*|schema/blobs/s3/client\\.cpp"},
        {"<ares\\.h", "crawler/.*"},
        {"<libxml/", "formats/.*"},
        {"<xxhash\\.h>", "base/bytes/hash\\.cpp|crawler/(policy/trap|frontier/frontier)\\.cpp"},
        {"<openssl/", "base/bytes/(hash|signature)\\.cpp|crawler/.*|api/.*"},
        {"<sodium", "base/bytes/password\\.cpp"},
        {"<re2/", "base/text/pattern\\.cpp"},
        {"<regex>", "none"},
        {"<uchardet/", "base/text/encoding_guess\\.cpp"},
        {"<unicode/utf8", "none"},
        {"<unicode/ucnv", "base/text/encoding_tables\\.cpp"},
        {"<iconv", "base/text/encoding_tables\\.cpp"},
        {"<boost/beast", "api/.*"},
        {"<Eigen/", "training/.*|labeling/.*"},
        {"<xgboost/", "training/numeric/trees/booster\\..*"},
        {"<hnswlib/", "training/numeric/near_index\\.cpp"},
        {"<vips/", "formats/image/image\\.cpp"},
        {"<archive", "formats/archive/(bytes|writer)\\.cpp"},
        {"<dlfcn", "formats/parquet/duckdb\\.cpp|training/company/mpi_company\\.cpp"},
        {"<mpi\\.h", "training/company/mpi_module\\.cpp"},
        {"<spdlog/", "base/run/log\\.cpp"},
    };
    std::vector<std::pair<Pattern, Pattern>> rules;
    for (const auto& owner : owners)
        rules.emplace_back(Pattern::parse(owner.header), Pattern::parse(owner.files));
    each_line([&](const SourceFile& file, std::size_t line) {
        if (file.lines[line].find("#include <") == std::string::npos) return;
        for (const auto& [header, files] : rules) {
            if (!header.found_in(file.lines[line])) continue;
            INFO(file.place(line) << ": " << file.lines[line]);
            CHECK(files.matches(file.path));
        }
    });
}

TEST_CASE("SQL is run by store files only", "[layering]") {
    static const auto call = Pattern::parse(R"(\bsql::file\[|\bfile\[")");
    static const auto store = Pattern::parse(
        "(base/database/(database|rows)|schema/migrate|schema/blobs/blobs|.*store(_.*)?|.*/"
        "store.*)\\.(cpp|hpp)|api/store.*"
    );
    each_line([&](const SourceFile& file, std::size_t line) {
        if (!call.found_in(file.lines[line])) return;
        INFO(file.place(line) << ": " << file.lines[line]);
        CHECK(store.matches(file.path));
    });
}

// g++ 12 destroys the captures of a lambda written inside a co_await expression twice.
TEST_CASE(
    "no lambda that captures by value is written inside a co_await expression",
    "[layering]"
) {
    static const auto trap = Pattern::parse(R"(co_await[^;]*\[[^&\]]+\]\s*(\(|\{|mutable))");
    each_line([&](const SourceFile& file, std::size_t line) {
        INFO(file.place(line) << ": " << file.lines[line]);
        CHECK_FALSE(trap.found_in(file.lines[line]));
    });
}

TEST_CASE("what base does once is done nowhere else", "[layering]") {
    struct Once {
        std::string call;
        std::string instead;
    };
    const std::vector<Once> all{
        {R"(\b(strptime|strftime|gmtime_r|timegm|fmt::gmtime)\()", "base/time"},
        {R"(\b(EVP_|HMAC\(|RAND_bytes|CRYPTO_memcmp))", "base/bytes/hash.hpp"},
        {R"(0123456789(abcdef|ABCDEF)|"\{:02x\}")", "base/bytes/hex.hpp"},
        {R"([A-Z]{26}[a-z]{26})", "base/bytes/base64.hpp"},
        {R"(0x[bB][fF]58476[dD]1[cC][eE]4[eE]5[bB]9)", "base/numbers/random.hpp"},
        {R"(\bstd::(regex|smatch|cmatch)\b|\bicu::Regex|\bu8_next|\bU8_)", "base/text"},
    };
    std::map<std::string, std::vector<std::string>> found;
    for (const auto& once : all) {
        auto call = Pattern::parse(once.call);
        each_line([&](const SourceFile& file, std::size_t line) {
            if (file.module() == "base" || !call.found_in(file.lines[line])) return;
            found[once.instead].push_back(file.place(line));
        });
    }
    for (const auto& [instead, places] : found) {
        std::string list;
        for (const auto& place : places) list += "\n  " + place;
        INFO(instead << " does it already:" << list);
        CHECK(places.empty());
    }
}

TEST_CASE("a comment that names a file names one that exists", "[layering]") {
    static const auto named =
        Pattern::parse(R"((?://|--).*?\b([a-z0-9_]+/[a-z0-9_/]+\.(?:cpp|hpp|sql|md|txt))\b)");
    auto check = [&](const SourceFile& file, std::size_t line) {
        auto name = named.find(file.lines[line]);
        if (!name) return;
        INFO(file.place(line) << ": " << *name);
        CHECK(std::filesystem::exists(root() / *name));
    };
    each_line(check);
    for (const auto& file : queries())
        for (std::size_t line = 0; line < file.lines.size(); ++line) check(file, line);
}
