#include "tests/labeling/shared_data.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

std::optional<std::string> shared_data(const std::string& path) {
    const char* folder = std::getenv("TILTH_SHARED_DATA");
    auto file = folder ? std::filesystem::path(folder)
                       : std::filesystem::path(TILTH_SOURCE_DIR).parent_path() / "shared" / "data";
    file /= path;
    std::ifstream in(file, std::ios::binary);
    if (!in) {
        WARN("skipped: " << file << " is not there");
        return std::nullopt;
    }
    return std::string{std::istreambuf_iterator<char>(in), {}};
}
