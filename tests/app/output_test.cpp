#include "app/output.hpp"

#include <unistd.h>

#include <filesystem>
#include <ostream>
#include <string>

#include <catch2/catch.hpp>

#include "base/error.hpp"

namespace fs = std::filesystem;

TEST_CASE("a file that can not be written whole leaves neither itself nor its folder", "[app]") {
    const auto folder =
        fs::temp_directory_path() / ("tilth-output-test-" + std::to_string(::getpid()));
    const auto path = folder / "labels.csv";
    auto refuse = [](std::ostream& out) {
        out << "a";
        throw base::Error("project 'p'", "no such project");
    };
    CHECK_THROWS_AS(app::write_file(path, refuse), base::Error);
    CHECK_FALSE(fs::exists(folder));

    app::write_file(path, [](std::ostream& out) { out << "whole"; });
    CHECK(fs::file_size(path) == 5);
    CHECK_THROWS_AS(app::write_file(path, refuse), base::Error);
    CHECK(fs::file_size(path) == 5);  // what was there stays
    fs::remove_all(folder);
}
