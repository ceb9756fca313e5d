#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

// The program's own sources, read once, for tests that hold them to the rules of ARCHITECTURE.md.
namespace layering {

struct SourceFile {
    std::string path;                // from the root of the project on: "base/time/parse.cpp"
    std::vector<std::string> lines;  // without their ends
    std::string module() const;      // "base"
    std::string folder() const;      // "base/time"
    std::string place(std::size_t line
    ) const;  // "base/time/parse.cpp:12", for the line at index 11
};

const std::filesystem::path& root();

// The folders that make the program, from the lowest layer to the highest.
const std::vector<std::string>& modules();

// Every .cpp and .hpp file of the modules, by path.
const std::vector<SourceFile>& sources();

// Every .sql file of the modules, the migrations too.
const std::vector<SourceFile>& queries();

// Where each function with a body begins and ends, as indices of lines. Found by its braces: a
// block that opens behind a list of parameters and lies in no other function.
struct Function {
    std::size_t first = 0;
    std::size_t last = 0;
    std::size_t size() const { return last - first + 1; }
};
std::vector<Function> functions(const SourceFile& file);

}  // namespace layering
