#include "service/verb.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "base/database/database.hpp"
#include "service/areas.hpp"

namespace service {

std::span<const Verb> verbs() {
    static const auto all = [] {
        std::vector<Verb> list;
        for (auto area : areas)
            for (const auto& one : area()) list.push_back(one);
        return list;
    }();
    return all;
}

const Verb& verb_named(std::string_view name) {
    auto all = verbs();
    auto found =
        std::find_if(all.begin(), all.end(), [&](const Verb& one) { return one.name == name; });
    if (found == all.end()) throw std::logic_error("no verb '" + std::string(name) + "'");
    return *found;
}

void run_locally(const Environment& here, const std::function<void(Work&)>& work) {
    const char* user = std::getenv("USER");
    std::string name = user && *user ? user : "command line";
    here.database.call([&](base::Tx& tx) {
        Work at_work{
            tx, here, {.name = name, .role = Role::admin}, std::chrono::system_clock::now()};
        work(at_work);
    });
}

}  // namespace service
