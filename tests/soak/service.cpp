// Processes are found as the system knows them, by their parents: the server's main process by its
// pid file, its keeper as its parent, its processes as its children. Each is looked at before it is
// killed, since the pid in a file may be another process's by now.
#include "tests/soak/service.hpp"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <sstream>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/api/support/client.hpp"

namespace soak {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 120s;  // redo after a crash, on a busy machine

std::uint16_t free_port() {
    int probe = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bool bound = bind(probe, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
                 getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    close(probe);
    if (!bound) throw std::runtime_error("no port is free");
    return ntohs(address.sin_port);
}

std::string text_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

int parent_of(int pid) {
    auto status = text_of(fmt::format("/proc/{}/stat", pid));
    auto behind_name = status.rfind(')');  // "pid (name) state parent"
    if (behind_name == std::string::npos || behind_name + 4 >= status.size()) return 0;
    return std::atoi(status.c_str() + behind_name + 4);
}

std::string name_of_process(int pid) {
    auto name = text_of(fmt::format("/proc/{}/comm", pid));
    return name.substr(0, name.find('\n'));
}

}  // namespace

Service::Service(std::string program, Ledger& ledger)
    : program_(std::move(program)), ledger_(ledger), port_(free_port()) {}

Service::~Service() {
    int server = postmaster();
    if (running_ && running_->runs()) {
        running_->signal(SIGTERM);
        for (int i = 0; i < 300 && running_->runs(); ++i) usleep(100'000);
        running_.reset();
    }
    for (int i = 0; i < 300 && server > 0 && postmaster() == server; ++i) usleep(100'000);
}

std::vector<std::string> Service::command(std::vector<std::string> words) const {
    std::vector<std::string> all{program_, "--home", home_.path.string(), "--json", "--quiet"};
    all.insert(all.end(), words.begin(), words.end());
    return all;
}

void Service::start() {
    std::vector<std::string> words{"/bin/sh", "-c", "exec \"$0\" \"$@\" >>\"$SOAK_LOG\" 2>&1"};
    for (auto& word :
         command({"--log", "info", "up", "--slots", "3", "--port", std::to_string(port_)}))
        words.push_back(std::move(word));
    running_ = std::make_unique<test::Program>(
        std::move(words), "", std::vector{"SOAK_LOG=" + log().string()}
    );
    pid_ = running_->pid();
    ++life_;
    for (auto end = Clock::now() + patience; !ready();) {
        if (!running_->runs())
            throw std::runtime_error(
                fmt::format("tilth up ended with exit code {}", running_->end().code)
            );
        if (Clock::now() > end) throw std::runtime_error("tilth up does not begin to answer");
        Ledger::rest(50ms);
    }
}

bool Service::ready() const {
    try {
        return test::Client(port_).get("/readyz").status == 200;
    } catch (const std::exception&) {
        return false;
    }
}

int Service::postmaster() const {
    auto pid = std::atoi(text_of(home_.path / "postgres/data/postmaster.pid").c_str());
    if (pid <= 1) return 0;
    auto command = text_of(fmt::format("/proc/{}/cmdline", pid));
    return command.find((home_.path / "postgres/data").string()) == std::string::npos ? 0 : pid;
}

std::vector<int> Service::server_processes() const {
    std::vector<int> found;
    int parent = postmaster();
    if (parent == 0) return found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        int pid = std::atoi(entry.path().filename().c_str());
        if (pid > 1 && parent_of(pid) == parent) found.push_back(pid);
    }
    return found;
}

void Service::kill(Victim victim, std::mt19937& random) {
    int server = postmaster();
    int keeper = server > 0 ? parent_of(server) : 0;
    if (keeper <= 1 || name_of_process(keeper) != fs::path(program_).filename()) keeper = 0;
    auto children = server_processes();
    std::vector<int> pids;
    bool all = victim == Victim::all;
    if (all || victim == Victim::program) pids.push_back(pid_);
    if (all || victim == Victim::keeper) pids.push_back(keeper);
    if (all || victim == Victim::postmaster) pids.push_back(server);
    if (all) pids.insert(pids.end(), children.begin(), children.end());
    if (victim == Victim::backend && !children.empty())
        pids.push_back(children[random() % children.size()]);
    bool any = false;
    for (int pid : pids)
        if (pid > 1) any = ::kill(pid, SIGKILL) == 0 || any;
    if (any) ledger_.count(fmt::format("killed {}", base::name_of(victim)));
    if (all || victim == Victim::program) {
        running_->end();
        pid_ = 0;
    }
}

void Service::recover() {
    if (pid_ != 0 && !running_->runs()) {
        ledger_.fault(fmt::format("tilth up ended by itself, exit code {}", running_->end().code));
        pid_ = 0;
    }
    if (pid_ == 0) return start();
    for (auto end = Clock::now() + patience; !ready();) {
        Ledger::rest(50ms);
        if (!running_->runs()) return recover();
        if (Clock::now() < end) continue;
        ledger_.fault("tilth up did not come back by itself; it was started again");
        running_.reset();
        return start();
    }
}

void Service::stop() {
    auto begin = Clock::now();
    running_->signal(SIGTERM);
    while (running_->runs() && Clock::now() - begin < 60s) Ledger::rest(20ms);
    if (running_->runs())
        ledger_.fault("tilth up did not end within a minute of SIGTERM");
    else if (auto code = running_->end().code; code != 0)
        ledger_.fault(fmt::format("tilth up ended with exit code {} at SIGTERM", code));
    running_.reset();
    pid_ = 0;
}

std::optional<Service::Memory> Service::memory() const {
    int pid = pid_, life = life_;
    if (pid == 0) return std::nullopt;
    auto status = text_of(fmt::format("/proc/{}/status", pid));
    auto at = status.find("RssAnon:");
    if (at == std::string::npos || pid_ != pid) return std::nullopt;
    return Memory{.life = life, .kilobytes = std::atoll(status.c_str() + at + 8)};
}

}  // namespace soak
