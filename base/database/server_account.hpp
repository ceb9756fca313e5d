#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

// Programs of PostgreSQL under the account that they insist on. Of EmbeddedPostgres alone.
namespace base::embedded {

// The account that the server runs under.
struct Account {
    std::string name;
    uid_t uid;
    gid_t gid;
    std::vector<gid_t> groups;
    bool change = false;  // from root
};

// The present user; user `postgres` for root. Throws base::Error if the system does not know it.
Account server_account();

// Where the programs of a major version are; of the newest one if `wanted` is 0. Throws base::Error
// if there are none of version 13 or later.
std::filesystem::path find_programs(int wanted);

// Between fork and exec: becomes the account. Only async-signal-safe calls.
void become(const Account& account);
// Nothing in; what comes out goes to the end of the file.
void redirect_output(const char* path);

// Writes a file of a folder that the account owns; a link that it put there leads nowhere. Throws
// base::Error.
void overwrite(const std::filesystem::path& file, std::string_view text);

// For exec; points into `arguments`.
std::vector<char*> c_arguments(const std::vector<std::string>& arguments);

// Runs a program as the account and waits for it; its output goes to `log`. Returns its exit code,
// or 128 and the signal that ended it.
int run_as(
    const Account& account,
    const std::vector<std::string>& arguments,
    const std::string& log
);

}  // namespace base::embedded
