// PostgreSQL refuses to run as root, and a library cannot change the account of its own process:
// each program is started by a fork that becomes the account before it executes. Between fork and
// exec only async-signal-safe calls are allowed, for another thread of ours may have held a lock
// of the C library when the fork was made.
#include "base/database/server_account.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/run/stop.hpp"

namespace base::embedded {

namespace fs = std::filesystem;

namespace {

constexpr int oldest_major = 13;

int major_of(const fs::path& name) {
    auto text = name.string();
    return !text.empty() &&
                   std::all_of(
                       text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); }
                   )
               ? std::stoi(text)
               : 0;
}

}  // namespace

fs::path find_programs(int wanted) {
    const fs::path root = "/usr/lib/postgresql";
    int best = 0;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(root, ignored)) {
        int major = major_of(entry.path().filename());
        if (!fs::exists(entry.path() / "bin/postgres")) continue;
        if (wanted ? major == wanted : major > best) best = major;
    }
    if (best >= oldest_major) return root / std::to_string(best) / "bin";
    if (!wanted && fs::exists("/usr/local/pgsql/bin/postgres")) return "/usr/local/pgsql/bin";
    throw Error(
        "embedded PostgreSQL",
        wanted ? fmt::format("the home's cluster is of version {}, which is not installed", wanted)
               : std::string("not installed"),
        wanted ? fmt::format("install the package postgresql-{}, or use --db", wanted)
               : std::string("install the package postgresql, or use --db")
    );
}

Account server_account() {
    bool root = geteuid() == 0;
    const passwd* entry = root ? getpwnam("postgres") : getpwuid(geteuid());
    if (!entry) {
        throw Error(
            "embedded PostgreSQL",
            root ? "no user 'postgres' to run it as" : "the present user has no passwd entry",
            "install the postgresql package, or use --db"
        );
    }
    Account account{entry->pw_name, entry->pw_uid, entry->pw_gid, {}, root};
    int count = 64;
    account.groups.resize(static_cast<std::size_t>(count));
    getgrouplist(entry->pw_name, entry->pw_gid, account.groups.data(), &count);
    account.groups.resize(static_cast<std::size_t>(std::max(count, 0)));
    return account;
}

void become(const Account& account) {
    umask(077);
    if (chdir("/") != 0) _exit(126);
    if (!account.change) return;
    if (setgroups(account.groups.size(), account.groups.data()) != 0 ||
        setresgid(account.gid, account.gid, account.gid) != 0 ||
        setresuid(account.uid, account.uid, account.uid) != 0)
        _exit(126);
}

void overwrite(const std::filesystem::path& file, std::string_view text) {
    int out = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    bool written =
        out >= 0 && write(out, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    int why = errno;
    if (out >= 0) close(out);
    if (!written)
        throw Error(
            file.string(),
            std::string("cannot be written: ") + std::strerror(why),
            "choose another --home"
        );
}

std::vector<char*> c_arguments(const std::vector<std::string>& arguments) {
    std::vector<char*> raw;
    for (const auto& argument : arguments) raw.push_back(const_cast<char*>(argument.c_str()));
    raw.push_back(nullptr);
    return raw;
}

void redirect_output(const char* path) {
    int null = open("/dev/null", O_RDONLY);
    int log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600);
    dup2(null, 0);
    if (log >= 0) {
        dup2(log, 1);
        dup2(log, 2);
    }
}

int run_as(
    const Account& account,
    const std::vector<std::string>& arguments,
    const std::string& log
) {
    auto raw = c_arguments(arguments);
    pid_t child = fork();
    if (child == 0) {
        restore_signals();
        redirect_output(log.c_str());
        become(account);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execv(raw[0], raw.data());
        _exit(127);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace base::embedded
