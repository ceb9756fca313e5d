// Every line of a warning or worse has to be one that kill -9 explains. What is allowed stands here
// with its reason; all else is a fault.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <span>

#include <fmt/format.h>

#include "tests/soak/verify.hpp"

namespace soak {

namespace {

struct Allowed {
    const char* words;
    const char* why;
};

constexpr Allowed of_program[] = {
    {"database: connection lost, trying again", "the server was killed"},
    {"failed: No such file or directory; check --db", "asked while there was no server"},
    {"failed: server closed the connection", "asked while it was killed"},
    {"failed: Connection refused", "asked between one server and the next"},
    {"the database system is starting up", "asked during redo"},
    {"the database system is not yet accepting connections", "likewise"},
    {"the database system is in recovery mode", "asked while a killed backend is cleared up"},
    {"the database system is shutting down", "asked when its keeper was killed"},
    {"the connection was lost while a transaction was being committed", "503, and asked again"},
    {"start the server, then run the command again", "asked for long while it was away"},
    {"is crawling it now; wait for it", "a crawl that was killed is still at work by its lease"},
    {"a lease is not renewed yet", "likewise; it is asked again"},
    {"given up: its process died at the last", "the program was killed five times over one job"},
};

constexpr Allowed of_server[] = {
    {"the database system is starting up", "asked during redo"},
    {"the database system is not yet accepting connections", "likewise"},
    {"the database system is in recovery mode", "asked while a killed backend is cleared up"},
    {"the database system is shutting down", "its keeper was killed, or no program is left"},
    {"terminating connection due to unexpected postmaster exit", "the postmaster was killed"},
    {"terminating connection due to administrator command", "its keeper was killed"},
    {"terminating connection because of crash of another server process", "a backend was killed"},
    {"postmaster exited during a parallel transaction", "the postmaster was killed"},
    {"terminating background worker \"parallel worker\"", "its keeper was killed"},
    {"connection to client lost", "the program was killed in mid-statement"},
    {"unexpected EOF on client connection with an open transaction",
     "the program was killed in mid-COPY"},
    {"because protocol synchronization was lost", "likewise, and in the middle of a message"},
    {"pre-existing shared memory block", "a backend outlives its postmaster by a statement"},
    {".s.PGSQL.5432.lock\" already exists", "likewise; the server is started again until it works"},
    {"This probably means that some data is corrupted", "what it says when redo was killed"},
};

constexpr const char* never[] = {
    "internal error",
    "Assertion",
    "assertion",
    "terminate called",
    "Sanitizer",
    "runtime error",
    "PANIC",
    "Segmentation",
    "invalid page",
    "checksum verification failed",
    "corrupt",
};

bool says(const std::string& line, const char* words) {
    return line.find(words) != std::string::npos;
}

void check_log(
    const std::string& name,
    const std::filesystem::path& file,
    std::initializer_list<const char*> grave,
    std::span<const Allowed> allowed,
    Ledger& ledger
) {
    std::ifstream in(file);
    std::map<std::string, std::int64_t> seen;
    std::int64_t lines = 0, strange = 0;
    for (std::string line; std::getline(in, line); ++lines) {
        auto in_line = [&](const char* words) { return says(line, words); };
        if (std::none_of(grave.begin(), grave.end(), in_line) &&
            std::none_of(std::begin(never), std::end(never), in_line))
            continue;
        auto known = std::find_if(allowed.begin(), allowed.end(), [&](const Allowed& each) {
            return says(line, each.words);
        });
        if (known != allowed.end()) {
            ++seen[known->words];
            continue;
        }
        if (++strange <= 20) ledger.fault(fmt::format("{}: {}", name, line));
    }
    std::string expected;
    for (const auto& [words, count] : seen)
        expected += fmt::format("\n          {} {}", count, words);
    tell(
        ledger,
        fmt::format(
            "{}: {} lines, {} unexpected; expected were{}",
            name,
            lines,
            strange,
            expected.empty() ? " none" : expected
        )
    );
}

}  // namespace

void check_logs(const Service& service, Ledger& ledger) {
    check_log(
        "log of tilth up", service.log(), {"warning", "error", "critical"}, of_program, ledger
    );
    check_log(
        "log of PostgreSQL",
        service.server_log(),
        {"WARNING", "ERROR", "FATAL", "PANIC"},
        of_server,
        ledger
    );
}

}  // namespace soak
