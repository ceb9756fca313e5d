#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/json/shape.hpp"
#include "labeling/machine/alternative_test.hpp"
#include "labeling/projects/project_store.hpp"

// The machines that answer in a project, by name and version.
namespace labeling {

struct Machine {
    std::int64_t id = 0;
    std::string name, version;
    std::string prompt;  // hash of all that it is asked with; empty: it is not asked by us
    Time added_at;
    std::optional<double> accuracy;  // as the last inference found, where its answers count
    base::JsonText test;             // StoredTest
};
BOOST_DESCRIBE_STRUCT(Machine, (), (id, name, version, prompt, added_at, accuracy, test))

// The machine of this version, which is new or known. Throws base::Error if it is known and was
// asked with another prompt.
Machine known_or_new_machine(
    base::Tx& tx,
    const StoredProject& project,
    const std::string& name,
    const std::string& version,
    const std::string& prompt,
    Time now
);
// `version` empty: the last one. Throws base::Error if there is none.
Machine require_machine(
    base::Tx& tx,
    const StoredProject& project,
    const std::string& name,
    const std::string& version
);
// The oldest first.
std::vector<Machine> machines_of(base::Tx& tx, const StoredProject& project);

struct MachineSums {
    std::int64_t machine_id = 0;
    std::int64_t suggestions = 0, rejects = 0;
    std::int64_t input_tokens = 0, output_tokens = 0;
    double cost = 0;
};
BOOST_DESCRIBE_STRUCT(
    MachineSums,
    (),
    (machine_id, suggestions, rejects, input_tokens, output_tokens, cost)
)
// Of those that said something.
std::vector<MachineSums> machine_sums(base::Tx& tx, const std::vector<std::int64_t>& machines);

// How much a machine behind an address may use in all, over all runs of its version.
struct UseLimits {
    std::optional<std::int64_t> requests, tokens;
    std::optional<double> cost;
};
struct MachineUse {
    std::int64_t requests = 0, tokens = 0;
    double cost = 0;
    std::string reached;  // the limit that forbids one more request: "max_cost" ..
};
BOOST_DESCRIBE_STRUCT(MachineUse, (), (requests, tokens, cost, reached))
// Counts one more request, unless a limit is reached. Of any number of programs that ask at once
// none begins one after that, so that no more than what is under way then comes on top.
MachineUse take_request(base::Tx& tx, std::int64_t machine, const UseLimits& limits);
// What the reply to one cost.
MachineUse note_use(base::Tx& tx, std::int64_t machine, std::int64_t tokens, double cost);

// A test as it is kept. It holds as long as no answer of the machine and no class of the project
// changes.
struct StoredTest : AlternativeResult {
    Time tested_at;
    int schema_version = 1;
};
BOOST_DESCRIBE_STRUCT(StoredTest, (AlternativeResult), (tested_at, schema_version))
void put_test(base::Tx& tx, std::int64_t machine, const StoredTest& test);
// Nothing if there is none that holds.
std::optional<StoredTest> test_of(const StoredProject& project, const Machine& machine);

// Whether the answers of a machine count as those of people do.
struct MachineSay {
    Machine machine;
    bool counts = false;
    std::string why_not{};
};
// Of each name the last version that passed its test counts.
std::vector<MachineSay> machines_that_count(base::Tx& tx, const StoredProject& project);

// What the answers of a machine are called among those of people.
std::string machine_user(const Machine& machine);

}  // namespace labeling
