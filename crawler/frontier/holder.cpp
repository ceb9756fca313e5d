#include "crawler/frontier/holder.hpp"

#include <atomic>
#include <fstream>
#include <sstream>

#include <unistd.h>

namespace crawler {

namespace {

// The start time of a process in clock ticks since boot; empty if there is none, or only what its
// parent has not yet asked for: one that was killed keeps its entry until then.
std::string start_of(const std::string& pid) {
    std::ifstream file("/proc/" + pid + "/stat");
    std::string line;
    if (!std::getline(file, line)) return {};
    auto name_end = line.rfind(')');  // the name may hold anything
    if (name_end == std::string::npos) return {};
    std::istringstream fields(line.substr(name_end + 2));
    std::string field;
    fields >> field;
    if (field == "Z" || field == "X") return {};
    for (int i = 4; i <= 22 && fields >> field; ++i) continue;
    return field;
}

// Machine, boot and process namespace.
std::string machine() {
    char name[256] = "";
    gethostname(name, sizeof name - 1);
    std::string boot;
    std::ifstream("/proc/sys/kernel/random/boot_id") >> boot;
    char space[64] = "";
    if (readlink("/proc/self/ns/pid", space, sizeof space - 1) < 0) space[0] = '\0';
    return std::string(name) + "/" + boot + "/" + space;
}

}  // namespace

std::string make_holder() {
    static std::atomic<int> count{0};
    auto pid = std::to_string(getpid());
    return machine() + "/" + pid + "/" + start_of(pid) + "/" + std::to_string(++count);
}

bool is_dead(const std::string& holder) {
    auto own = machine() + "/";
    if (!holder.starts_with(own)) {
        auto name = own.substr(0, own.find('/') + 1);
        auto boot = own.substr(name.size(), own.find('/', name.size()) - name.size());
        bool same_machine = holder.starts_with(name);
        return same_machine && holder.compare(name.size(), boot.size(), boot) !=
                                   0;  // before a restart of the machine
    }
    auto rest = holder.substr(own.size());
    auto pid = rest.substr(0, rest.find('/'));
    rest.erase(0, pid.size() + 1);
    auto start = rest.substr(0, rest.find('/'));
    return start_of(pid) != start;
}

}  // namespace crawler
