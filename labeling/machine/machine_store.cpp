// Machines in the database.
//
// A test is kept as it was judged, and whether it still holds is asked when it is read: what a
// machine says and what a project asks may have changed since.
#include "labeling/machine/machine_store.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "base/json/described.hpp"
#include "base/not_found.hpp"
#include "base/settings/read.hpp"
#include "labeling/sql.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

std::optional<Machine> find_machine(
    base::Tx& tx,
    const StoredProject& project,
    const std::string& name,
    const std::string& version
) {
    return base::first_as<Machine>(tx.exec(sql::file["find_machine"], project.id, name, version));
}

std::string called(const Machine& machine) {
    return fmt::format("machine '{}' version '{}'", machine.name, machine.version);
}

// Why its answers do not count; empty: they do.
std::string why_not(const StoredProject& project, const Machine& machine) {
    auto test = test_of(project, machine);
    if (!test)
        return called(machine) + (machine.test.text.empty()
                                      ? " was not tested, or changed since"
                                      : " was tested before classes of the project changed");
    if (test->passed) return {};
    return fmt::format(
        "{} did not pass its test: it may stand in for {:.0f} % of the people, and 50 % are wanted",
        called(machine),
        test->winning_rate * 100
    );
}

}  // namespace

Machine known_or_new_machine(
    base::Tx& tx,
    const StoredProject& project,
    const std::string& name,
    const std::string& version,
    const std::string& prompt,
    Time now
) {
    tx.exec(sql::file["add_machine"], project.id, name, version, prompt, schema::timestamp(now));
    auto machine = find_machine(tx, project, name, version).value();
    if (machine.prompt != prompt)
        throw base::Error(
            called(machine),
            machine.prompt.empty() ? "has answers that came another way"
                                   : "was asked with another prompt, model or address",
            "give another version, or none"
        );
    return machine;
}

Machine require_machine(
    base::Tx& tx,
    const StoredProject& project,
    const std::string& name,
    const std::string& version
) {
    if (auto found = find_machine(tx, project, name, version)) return *std::move(found);
    std::vector<std::string> known;
    for (const auto& each : machines_of(tx, project)) {
        auto words = version.empty() ? each.name : each.name + " " + each.version;
        if (std::find(known.begin(), known.end(), words) == known.end()) known.push_back(words);
    }
    throw base::NotFound(
        version.empty() ? fmt::format("machine '{}'", name)
                        : fmt::format("machine '{}' version '{}'", name, version),
        fmt::format("has said nothing in project '{}'", project.project.name),
        known.empty() ? "import suggestions first"
                      : fmt::format("known: {}", fmt::join(known, ", "))
    );
}

std::vector<Machine> machines_of(base::Tx& tx, const StoredProject& project) {
    return base::rows_as<Machine>(tx.exec(sql::file["machines_of_project"], project.id));
}

std::vector<MachineSums> machine_sums(base::Tx& tx, const std::vector<std::int64_t>& machines) {
    return base::rows_as<MachineSums>(tx.exec(sql::file["machine_sums"], schema::array_of(machines))
    );
}

MachineUse take_request(base::Tx& tx, std::int64_t machine, const UseLimits& limits) {
    return base::first_as<MachineUse>(
               tx.exec(
                   sql::file["take_request"], machine, limits.requests, limits.tokens, limits.cost
               )
    )
        .value();
}

MachineUse note_use(base::Tx& tx, std::int64_t machine, std::int64_t tokens, double cost) {
    return base::first_as<MachineUse>(tx.exec(sql::file["note_use"], machine, tokens, cost))
        .value();
}

void put_test(base::Tx& tx, std::int64_t machine, const StoredTest& test) {
    tx.exec(sql::file["put_machine_test"], machine, base::json_text(test));
}

std::optional<StoredTest> test_of(const StoredProject& project, const Machine& machine) {
    if (machine.test.text.empty()) return std::nullopt;
    auto test = base::from_json<StoredTest>(boost::json::parse(machine.test.text));
    if (test.schema_version != project.schema_version) return std::nullopt;
    return test;
}

std::vector<MachineSay> machines_that_count(base::Tx& tx, const StoredProject& project) {
    std::vector<MachineSay> all;
    std::map<std::string, std::size_t> counting;  // by name, the last that passed
    for (auto& machine : machines_of(tx, project)) {
        MachineSay say{.machine = std::move(machine)};
        say.why_not = why_not(project, say.machine);
        say.counts = say.why_not.empty();
        if (say.counts) {
            auto [at, first] = counting.try_emplace(say.machine.name, all.size());
            if (!first) {
                all[at->second].counts = false;
                all[at->second].why_not =
                    called(all[at->second].machine) + " has a later version that passed";
                at->second = all.size();
            }
        }
        all.push_back(std::move(say));
    }
    return all;
}

std::string machine_user(const Machine& machine) {
    return "machine:" + machine.name;
}

}  // namespace labeling
