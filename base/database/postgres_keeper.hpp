#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/database/server_account.hpp"

// The process that keeps the embedded server up, and the locks that tell it who is there. Of
// EmbeddedPostgres alone.
namespace base::embedded {

// Opens a file to lock, and makes it if it is not there. Throws base::Error.
int lock_file(const std::filesystem::path& path);
// `how` as flock takes it: LOCK_SH, LOCK_EX, LOCK_UN.
void lock(int file, int how);
bool try_lock(int file, int how);

// What the keeper needs after fork, made before it.
struct KeeperPlan {
    std::vector<char*> arguments;
    std::string users_lock;
    std::string keeper_lock;
    std::string log;
};

// The server's parent: starts it again when it dies, stops it when no process holds the users' lock
// any more. Runs in a process of its own, after a fork: no C++ library calls that allocate.
[[noreturn]] void keep(const KeeperPlan& plan, const Account& account);

// How a server is asked to stop that was first asked `waited` milliseconds ago: SIGINT, and SIGQUIT
// after 15 seconds. A fast shutdown that comes while PostgreSQL 15 clears up after a killed backend
// never ends; an immediate one does, and costs a redo at the next start.
int stop_signal(long waited);

// What the server left in its files: the first line of one, and the last that tells of an error.
std::string first_line_of(const std::filesystem::path& file);
std::string last_lines_of(const std::filesystem::path& file);

}  // namespace base::embedded
