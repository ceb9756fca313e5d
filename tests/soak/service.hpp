#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/words.hpp"
#include "tests/soak/ledger.hpp"
#include "tests/support/program.hpp"

namespace soak {

// Who is killed.
enum class Victim { program, all, postmaster, keeper, backend };

constexpr auto words_of(Victim) {
    return std::to_array<base::Word<Victim>>({
        {Victim::program, "program", "tilth up; the embedded server is stopped by its keeper"},
        {Victim::all, "all", "the program, the keeper and the whole server at one moment"},
        {Victim::postmaster, "postmaster", "the server's main process"},
        {Victim::keeper, "keeper", "the parent of the server"},
        {Victim::backend, "backend", "any one process of the server"},
    });
}

// `tilth up` on a home of its own, started again whenever it was killed, as its user would. One
// thread kills and starts; the others only read.
class Service {
public:
    Service(std::string program, Ledger& ledger);
    ~Service();  // ends all that was started

    // The program with its --home and --json, for a command of its own.
    std::vector<std::string> command(std::vector<std::string> words) const;

    // Throws std::runtime_error if it does not begin to answer.
    void start();
    void kill(Victim victim, std::mt19937& random);
    // Waits until requests are answered, the database with them, and starts the program if it is
    // gone. What takes longer than it may is a fault.
    void recover();
    // As by Ctrl-C. An end with another code than 0, or none within a minute, is a fault.
    void stop();

    std::uint16_t port() const { return port_; }
    const std::filesystem::path& home() const { return home_.path; }
    std::filesystem::path log() const { return home_.path / "up.log"; }
    std::filesystem::path server_log() const { return home_.path / "postgres/log"; }

    // Memory of the program that is not of files, in kB; nothing while there is none.
    struct Memory {
        int life;  // which of the programs it is, from 1
        std::int64_t kilobytes;
    };
    std::optional<Memory> memory() const;

private:
    bool ready() const;
    int postmaster() const;
    std::vector<int> server_processes() const;

    std::string program_;
    Ledger& ledger_;
    test::Folder home_;
    std::uint16_t port_ = 0;
    std::unique_ptr<test::Program> running_;
    std::atomic<int> pid_ = 0;
    std::atomic<int> life_ = 0;
};

}  // namespace soak
