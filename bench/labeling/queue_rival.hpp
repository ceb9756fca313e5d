#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

// The rival of the queue: pgbench, which sends the statements of a claim and of an answer to the
// same server without the program between.
namespace bench {

// Answers a second; nothing if pgbench is not here or failed, which it says itself. Its script and
// its report are left in `home`.
std::optional<double> by_pgbench(
    const std::string& url,
    const std::filesystem::path& home,
    int connections,
    std::chrono::seconds span
);

}  // namespace bench
