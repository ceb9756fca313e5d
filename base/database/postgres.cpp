// A cluster of one's own, without care: initdb makes it under another name and renames it, so that
// a killed initdb leaves nothing half; a lock per question (who uses it, who keeps it, who starts
// it) takes the place of pid files, which outlive a crash and lie.
//
// The server is nobody's child but its keeper's (postgres_keeper.cpp), since the process that
// started it may end first while others go on.
#include "base/database/postgres.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <stop_token>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <libpq-fe.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/database/postgres_keeper.hpp"
#include "base/database/server_account.hpp"
#include "base/error.hpp"
#include "base/run/log.hpp"
#include "base/run/stop.hpp"

namespace base {

namespace fs = std::filesystem;
using namespace embedded;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t socket_path_limit = 107;
constexpr auto start_patience = 120s;  // redo after a crash can take long

}  // namespace

struct EmbeddedPostgres::Cluster {
    fs::path root;  // home/postgres
    fs::path data;
    fs::path sockets;
    fs::path log;
    Account account;
    bool durable;
    bool waits = true;  // at the end, for the server's
    int users = -1;     // held shared by each process that uses the server
    int keeper = -1;    // held by the keeper as long as it lives
    std::jthread watch;

    Cluster(const fs::path& home, bool keep_safe) : account(server_account()), durable(keep_safe) {
        std::error_code failure;
        fs::create_directories(home, failure);
        if (failure)
            throw Error(
                home.string(), "cannot be made: " + failure.message(), "choose another --home"
            );
        root = fs::canonical(home) / "postgres";
        data = root / "data";
        sockets = root / "run";
        log = root / "log";
        auto socket = (sockets / ".s.PGSQL.5432").string();
        if (socket.size() > socket_path_limit) {
            throw Error(
                "--home " + home.string(),
                fmt::format(
                    "the path of the database's socket would have {} bytes, the system allows {}",
                    socket.size(),
                    socket_path_limit
                ),
                "choose a shorter --home"
            );
        }
        make_folders();
        keeper = lock_file(root / "keeper.lock");
        users = lock_file(root / "users.lock");
        lock(users, LOCK_SH);
        try {
            int starters = lock_file(root / "start.lock");
            lock(starters, LOCK_EX);
            try {
                if (!fs::exists(data / "PG_VERSION")) create();
                if (!answers()) start({});
            } catch (...) {
                close(starters);
                throw;
            }
            close(starters);
        } catch (...) {
            close(users);
            throw;
        }
        watch = std::jthread([this](const std::stop_token& stop) {
            while (rest(stop, 1s)) replace_keeper(stop);
        });
    }

    // Returns at once if others use the server, else when the keeper has stopped it.
    ~Cluster() {
        watch.request_stop();
        watch.join();
        lock(users, LOCK_UN);
        while (waits && !try_lock(keeper, LOCK_SH)) {
            if (try_lock(users, LOCK_EX)) {
                lock(users, LOCK_UN);  // nobody is left; the keeper will see it
            } else if (try_lock(users, LOCK_SH)) {
                break;  // others are there
            }           // else the keeper is stopping it
            std::this_thread::sleep_for(5ms);
        }
        if (waits && try_lock(users, LOCK_EX))
            stop();  // only a server whose keeper was killed is still there
        close(users);
        close(keeper);
    }

    void make_folders() const {
        std::error_code failure;
        for (const auto& folder : {root, sockets}) {
            fs::create_directories(folder, failure);
            if (failure)
                throw Error(
                    folder.string(), "cannot be made: " + failure.message(), "choose another --home"
                );
            if (account.change && chown(folder.c_str(), account.uid, account.gid) != 0)
                throw Error(
                    folder.string(),
                    std::string("cannot be given to user postgres: ") + std::strerror(errno),
                    "choose another --home"
                );
        }
        fs::permissions(sockets, fs::perms::owner_all);
        if (account.change) check_reachable();
    }

    // PostgreSQL runs as another user than root: each folder on the way must let it pass.
    void check_reachable() const {
        for (auto folder = root.parent_path(); folder != folder.root_path();
             folder = folder.parent_path()) {
            struct stat info {};
            if (stat(folder.c_str(), &info) != 0) continue;
            bool passes = (info.st_mode & S_IXOTH) ||
                          (info.st_uid == account.uid && (info.st_mode & S_IXUSR)) ||
                          (std::count(account.groups.begin(), account.groups.end(), info.st_gid) &&
                           (info.st_mode & S_IXGRP));
            if (!passes) {
                throw Error(
                    folder.string(),
                    "user postgres, who runs the database, may not pass this folder",
                    "choose a --home outside of it, for example /var/lib/tilth, or chmod o+x it"
                );
            }
        }
    }

    void create() const {
        // A name of its own: the initdb of a program that was killed may still be at work on
        // another.
        std::error_code ignored;
        for (const auto& entry : fs::directory_iterator(root))
            if (entry.path().filename().string().starts_with("data.new"))
                fs::remove_all(entry.path(), ignored);
        auto fresh = root / fmt::format("data.new.{}", getpid());
        auto programs = find_programs(0);
        std::vector<std::string> command{
            (programs / "initdb").string(),
            "-D",
            fresh.string(),
            "-U",
            "tilth",
            "--auth=peer",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--data-checksums"};
        if (!durable) command.push_back("--no-sync");
        if (run_as(account, command, log.string()) != 0) {
            throw Error(
                "embedded PostgreSQL", "initdb failed: " + last_lines_of(log), "see " + log.string()
            );
        }
        overwrite(fresh / "pg_hba.conf", "local all all peer map=tilth\n");
        overwrite(
            fresh / "pg_ident.conf", fmt::format("tilth root tilth\ntilth {} tilth\n", account.name)
        );
        fs::rename(fresh, data);
    }

    bool answers() const {
        auto target =
            fmt::format("host='{}' dbname=postgres user=tilth connect_timeout=5", sockets.string());
        return PQping(target.c_str()) == PQPING_OK;
    }

    // The pid in postmaster.pid if that process is this cluster's server.
    pid_t live_server() const {
        auto line = first_line_of(data / "postmaster.pid");
        pid_t pid = line.empty() ? 0 : static_cast<pid_t>(std::strtol(line.c_str(), nullptr, 10));
        if (pid <= 1 || kill(pid, 0) != 0) return 0;
        std::ifstream in(fmt::format("/proc/{}/cmdline", pid));
        std::stringstream command;
        command << in.rdbuf();
        auto text = command.str();
        return text.find("postgres") != text.npos && text.find(data.string()) != text.npos ? pid
                                                                                           : 0;
    }

    std::vector<std::string> server_arguments() const {
        struct sysinfo memory {};
        sysinfo(&memory);
        auto megabytes =
            static_cast<std::uint64_t>(memory.totalram) * memory.mem_unit / (1024 * 1024);
        auto buffers = std::clamp<std::uint64_t>(megabytes / 8, 64, 4096);
        int major = std::atoi(first_line_of(data / "PG_VERSION").c_str());
        std::vector<std::string> arguments{
            (find_programs(major) / "postgres").string(), "-D", data.string()};
        auto set = [&](const std::string& setting) {
            arguments.push_back("-c");
            arguments.push_back(setting);
        };
        set("listen_addresses=");
        set("port=5432");
        set("unix_socket_directories=" + sockets.string());
        set("unix_socket_permissions=0700");
        set(fmt::format("shared_buffers={}MB", buffers));
        set("max_connections=100");
        set("max_wal_size=4GB");
        set("wal_buffers=64MB");
        set("wal_init_zero=off");
        set("checkpoint_timeout=15min");
        set(major >= 15 ? "wal_compression=lz4" : "wal_compression=on");
        set("jit=off");
        set("random_page_cost=1.1");
        if (major >= 14) set("default_toast_compression=lz4");
        set("maintenance_work_mem=128MB");
        set("work_mem=16MB");
        set("log_min_messages=warning");
        set("logging_collector=off");
        if (!durable) {
            set("fsync=off");
            set("full_page_writes=off");
            set("max_connections=300");
        }
        return arguments;
    }

    bool is_kept() const {
        if (!try_lock(keeper, LOCK_EX)) return true;
        lock(keeper, LOCK_UN);
        return false;
    }

    // Returns when the keeper has its lock, or has died of something.
    void start_keeper(const KeeperPlan& plan) const {
        std::error_code ignored;
        // Left by a server that was killed; its pid may be another process's now.
        fs::remove(data / "postmaster.pid", ignored);
        pid_t middle = fork();
        if (middle == 0) {
            if (fork() == 0) keep(plan, account);
            _exit(0);
        }
        int status = 0;
        while (waitpid(middle, &status, 0) < 0 && errno == EINTR) {
        }
        for (int i = 0; i < 200 && !is_kept(); ++i) std::this_thread::sleep_for(5ms);
    }

    // Returns when the server answers, or at the stop.
    void start(const std::stop_token& stop) const {
        auto arguments = server_arguments();
        KeeperPlan plan{
            c_arguments(arguments),
            (root / "users.lock").string(),
            (root / "keeper.lock").string(),
            log.string()};
        auto begin = std::chrono::steady_clock::now();
        while (!stop.stop_requested() && !answers()) {
            auto waited = std::chrono::steady_clock::now() - begin;
            pid_t orphan = is_kept() ? -1 : live_server();  // told to stop when its keeper died
            if (orphan == 0) start_keeper(plan);
            if (orphan > 0) kill(orphan, stop_signal(waited / 1ms));
            if (waited > start_patience) {
                throw Error(
                    "embedded PostgreSQL",
                    "did not start: " + last_lines_of(log),
                    "see " + log.string()
                );
            }
            std::this_thread::sleep_for(20ms);
        }
    }

    // A keeper that was killed takes its server with it. Of several users, one makes another.
    void replace_keeper(const std::stop_token& stop) const {
        int starters = -1;
        try {
            starters = lock_file(root / "start.lock");
            if (try_lock(starters, LOCK_EX) && !is_kept() && !answers()) start(stop);
        } catch (const std::exception& failure) {  // one that ends a thread ends the program
            base::log::error("{}", failure.what());
        }
        if (starters >= 0) close(starters);
    }

    void stop() const {
        pid_t server = live_server();
        if (server == 0) return;
        for (long waited = 0; waited < 300'000 && kill(server, stop_signal(waited)) == 0;
             waited += 20)
            std::this_thread::sleep_for(20ms);
    }
};

EmbeddedPostgres::EmbeddedPostgres(const fs::path& home, bool durable)
    : cluster_(std::make_unique<Cluster>(home, durable)) {}

EmbeddedPostgres::~EmbeddedPostgres() = default;

void EmbeddedPostgres::end_without_waiting() {
    cluster_->waits = false;
}

int EmbeddedPostgres::server_pid() const {
    return cluster_->live_server();
}

std::string EmbeddedPostgres::url(const std::string& name) {
    auto at = [&](const std::string& database) {
        return fmt::format(
            "host='{}' port=5432 user=tilth dbname='{}' application_name=tilth",
            cluster_->sockets.string(),
            database
        );
    };
    std::unique_ptr<PGconn, decltype(&PQfinish)> server(
        PQconnectdb(at("postgres").c_str()), PQfinish
    );
    if (PQstatus(server.get()) != CONNECTION_OK) {
        throw Error(
            "embedded PostgreSQL", PQerrorMessage(server.get()), "see " + cluster_->log.string()
        );
    }
    const char* parameters[] = {name.c_str()};
    std::unique_ptr<PGresult, decltype(&PQclear)> found(
        PQexecParams(
            server.get(),
            "SELECT 1 FROM pg_database WHERE datname = $1",
            1,
            nullptr,
            parameters,
            nullptr,
            nullptr,
            0
        ),
        PQclear
    );
    if (PQntuples(found.get()) == 0) {
        std::unique_ptr<char, decltype(&PQfreemem)> quoted(
            PQescapeIdentifier(server.get(), name.c_str(), name.size()), PQfreemem
        );
        auto statement = fmt::format("CREATE DATABASE {}", quoted.get());
        std::unique_ptr<PGresult, decltype(&PQclear)> made(
            PQexec(server.get(), statement.c_str()), PQclear
        );
        const char* state = PQresultErrorField(made.get(), PG_DIAG_SQLSTATE);
        bool somebody_else_did = state && std::strcmp(state, "42P04") == 0;
        if (PQresultStatus(made.get()) != PGRES_COMMAND_OK && !somebody_else_did &&
            !(state && std::strcmp(state, "23505") == 0)) {
            throw Error(
                "embedded PostgreSQL",
                PQresultErrorMessage(made.get()),
                "see " + cluster_->log.string()
            );
        }
    }
    return at(name);
}

}  // namespace base
