#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace test {

struct Ended {
    int code = -1;  // exit code, or 128 + signal
    std::string out;
    std::string err;
};

// A child process. Its output goes to files, so that it never blocks.
class Program {
public:
    Program(
        std::vector<std::string> command,
        const std::string& input = {},
        const std::vector<std::string>& environment = {}
    );
    ~Program();  // kills it with -9 if it still runs
    Program(const Program&) = delete;

    void signal(int number);
    bool runs();
    int pid() const { return pid_; }
    // Waits for the end.
    Ended end();
    std::string out_so_far() const;

private:
    int pid_ = 0;
    std::optional<int> code_;
    std::filesystem::path folder_;
};

// Runs a command to its end.
Ended run(
    std::vector<std::string> command,
    const std::string& input = {},
    const std::vector<std::string>& environment = {}
);

// fork() of a test that has threads, for a child that will have some of its own: they get no stack
// of the parent's threads, which to ThreadSanitizer still run in the child.
int fork_with_threads();

// What a file holds. Throws std::runtime_error if it cannot be read.
std::string content_of(const std::filesystem::path& path);

// A folder that any user may pass, gone at the end.
class Folder {
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    std::filesystem::path path;
    std::filesystem::path write(const std::string& name, const std::string& text) const;
};

}  // namespace test
