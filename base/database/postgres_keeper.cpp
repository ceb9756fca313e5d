// Who uses the server holds a lock that the system drops when the process ends, however it ends.
// The keeper therefore needs no messages and no list: it tries for the lock, and when it gets it,
// nobody is left. It looks fifty times a second, which costs less than could be measured.
#include "base/database/postgres_keeper.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fstream>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/run/stop.hpp"

namespace base::embedded {

namespace {

constexpr long keeper_pause = 20;  // milliseconds between its looks
constexpr long stop_patience = 15'000;

void nap(long milliseconds) {
    timespec span{milliseconds / 1000, (milliseconds % 1000) * 1000000};
    nanosleep(&span, nullptr);
}

pid_t start_server(const KeeperPlan& plan, const Account& account) {
    pid_t keeper = getpid();
    pid_t server = fork();
    if (server != 0) return server;
    become(account);
    prctl(PR_SET_PDEATHSIG, SIGINT);  // after the change of user, which clears it
    if (getppid() != keeper) _exit(126);
    execv(plan.arguments[0], plan.arguments.data());
    _exit(127);
}

}  // namespace

int lock_file(const std::filesystem::path& path) {
    int file = open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) {
        throw Error(
            path.string(),
            std::string("cannot be opened: ") + std::strerror(errno),
            "choose another --home"
        );
    }
    return file;
}

void lock(int file, int how) {
    while (flock(file, how) != 0 && errno == EINTR) {
    }
}

bool try_lock(int file, int how) {
    return flock(file, how | LOCK_NB) == 0;
}

int stop_signal(long waited) {
    return waited < stop_patience ? SIGINT : SIGQUIT;
}

void keep(const KeeperPlan& plan, const Account& account) {
    setsid();
    restore_signals();
    std::signal(SIGINT, SIG_IGN);
    redirect_output(plan.log.c_str());
    close_range(3, ~0U, 0);
    int users = open(plan.users_lock.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    int own = open(plan.keeper_lock.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (users < 0 || own < 0 || !try_lock(own, LOCK_EX) || chdir("/") != 0) _exit(126);

    pid_t server = start_server(plan, account);
    int quick_deaths = 0;
    for (long alive_for = 0;; alive_for += keeper_pause) {
        bool last_one_gone = try_lock(users, LOCK_EX);
        int status = 0;
        bool died = waitpid(server, &status, WNOHANG) == server;
        if (last_one_gone) {
            if (!died) {
                // Again and again: one that has just begun does not heed it yet.
                for (long waited = 0; waitpid(server, &status, WNOHANG) != server;) {
                    kill(server, stop_signal(waited));
                    nap(keeper_pause);
                    waited += keeper_pause;
                }
            }
            flock(
                own, LOCK_UN
            );  // before the users' lock: who gets that one sees that there is no keeper
            _exit(0);
        }
        if (died) {
            quick_deaths = alive_for < 5000 ? quick_deaths + 1 : 0;
            if (quick_deaths > 20) _exit(1);
            nap(quick_deaths > 0 ? 250 : 50);
            server = start_server(plan, account);
            alive_for = 0;
        }
        nap(keeper_pause);
    }
}

std::string first_line_of(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return line;
}

std::string last_lines_of(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::string line, last;
    while (std::getline(in, line))
        if (line.find("FATAL") != line.npos || line.find("rror") != line.npos) last = line;
    return last;
}

}  // namespace base::embedded
