// A backup is worth what a restore of it is.
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "tests/e2e/tilth.hpp"

using e2e::Tilth;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& path, std::string_view text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

// Larger than what the database holds itself, and nothing that shrinks.
std::string noise(unsigned seed) {
    std::string text;
    for (int i = 0; i < 50'000; ++i) {
        seed = seed * 1664525 + 1013904223;
        text += static_cast<char>('a' + (seed >> 16) % 26);
        text += static_cast<char>('!' + (seed >> 24) % 90);
    }
    for (auto& c : text)
        if (c == '"' || c == '\\') c = '.';
    return text;
}

// A crawl's pages and a table, gathered.
void gather(const Tilth& tilth) {
    write(tilth.home.path / "in" / "a.csv", "id,text,n\n1,first words,1.5\n2,second words,\n");
    tilth.answer(
        {"ingest", (tilth.home.path / "in" / "a.csv").string(), "--source", "a", "--key", "id"}
    );
    fs::path pages = tilth.home.path / "pages";
    for (unsigned i = 0; i < 3; ++i)
        write(
            pages / (std::to_string(i) + ".html"),
            "<html><body><p>" + noise(i) + "</p></body></html>"
        );
    tilth.answer({"ingest", pages.string(), "--source", "pages", "--format", "html"});
}

std::size_t files_in(const fs::path& folder) {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        count += entry.is_regular_file();
    return count;
}

fs::path a_blob(const fs::path& backup) {
    for (const auto& entry : fs::recursive_directory_iterator(backup / "blobs"))
        if (entry.is_regular_file()) return entry.path();
    throw std::runtime_error("no blob is in the backup");
}

}  // namespace

TEST_CASE("what was backed up comes back, to the last blob, and only whole", "[e2e]") {
    Tilth tilth;
    gather(tilth);
    auto folder = tilth.home.path / "backup";
    auto made = tilth.answer({"db", "backup", folder.string()});
    CHECK(made.at("rows").as_int64() > 10);
    REQUIRE(made.at("blobs").as_int64() == 3);
    CHECK(files_in(folder / "blobs") == 3);
    CHECK(fs::status(folder).permissions() == fs::perms::owner_all);

    SECTION("into a new home") {
        Tilth other;
        auto back = other.answer({"db", "restore", folder.string()});
        CHECK(back.at("tables") == made.at("tables"));
        for (const char* source : {"a", "pages"}) {
            auto list = std::vector<std::string>{"records", "list", "--source", source};
            CHECK(other.lines(list) == tilth.lines(list));
        }
        CHECK(files_in(other.home.path / "blobs") == files_in(tilth.home.path / "blobs"));
        auto again = other.answer(
            {"ingest", (tilth.home.path / "in" / "a.csv").string(), "--source", "a", "--key", "id"}
        );
        CHECK(again.at("unchanged").as_int64() == 2);
        auto twice = other({"db", "restore", folder.string()});
        CHECK(twice.code == 1);
        CHECK_THAT(twice.err, Catch::Contains("it is not empty"));
    }
    SECTION("not into the folder of another") {
        auto twice = tilth({"db", "backup", folder.string()});
        CHECK(twice.code == 1);
        CHECK_THAT(twice.err, Catch::Contains("is not empty"));
    }
    SECTION("what was changed since is refused, and the database stays empty") {
        auto damaged = GENERATE(0, 1, 2);
        auto file = damaged == 0 ? a_blob(folder) : folder / "database.dump";
        if (damaged == 2) {
            fs::resize_file(file, fs::file_size(file) / 2);
        } else {
            std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
            out.seekp(static_cast<std::streamoff>(fs::file_size(file) / 2));
            out << "damaged";
        }
        Tilth other;
        auto ended = other({"db", "restore", folder.string()});
        CHECK(ended.code == 1);
        CHECK_THAT(ended.err, Catch::Contains("is not as it was written"));
        CHECK_THAT(
            other({"db", "status"}).out,
            Catch::Contains(R"("applied":false)") && !Catch::Contains(R"("applied":true)")
        );
    }
    SECTION("a list of files that lacks one, or names one elsewhere, is refused") {
        auto sums = folder / "files.sha256";
        auto way = GENERATE(0, 1, 2);
        if (way == 0) {
            fs::remove(sums);
        } else if (way == 1) {
            std::ifstream in(sums);
            std::string all, line;
            while (std::getline(in, line)) all += line + "\n";
            std::ofstream(sums) << all.substr(0, all.rfind('\n', all.size() - 2) + 1);
        } else {
            std::ofstream(tilth.home.path / "outside") << "x";
            std::ofstream(sums, std::ios::app) << "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db"
                                                  "02258717921a4881  blobs/../../outside\n";
        }
        Tilth other;
        auto ended = other({"db", "restore", folder.string()});
        CHECK(ended.code == 1);
        CHECK_THAT(ended.err, Catch::Contains("files.sha256"));
        CHECK_FALSE(fs::exists(other.home.path / "blobs"));
    }
    SECTION("one that was cut off is none") {
        fs::remove(folder / "manifest.json");
        Tilth other;
        auto ended = other({"db", "restore", folder.string()});
        CHECK(ended.code == 1);
        CHECK_THAT(ended.err, Catch::Contains("holds no whole backup"));
    }
    SECTION("a blob that is gone is told, and no manifest is written") {
        fs::remove_all(tilth.home.path / "blobs");
        auto second = tilth.home.path / "second";
        auto ended = tilth({"db", "backup", second.string()});
        CHECK(ended.code == 1);
        CHECK_THAT(ended.err, Catch::Contains("blob is missing"));
        CHECK_FALSE(fs::exists(second / "manifest.json"));
    }
}
