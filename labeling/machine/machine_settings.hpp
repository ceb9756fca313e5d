#pragma once

#include <array>
#include <optional>
#include <string>

#include "base/settings/fwd.hpp"
#include "base/words.hpp"

// What a project lets machines do.
namespace labeling {

enum class Suggesting { none, before, after, random };

constexpr auto words_of(Suggesting) {
    return std::to_array<base::Word<Suggesting>>({
        {Suggesting::none, "none", "people do not see them"},
        {Suggesting::before, "before", "with the task"},
        {Suggesting::after, "after", "when one has answered, with the difference"},
        {Suggesting::random,
         "random",
         "with a random share of the tasks, so that it can be told how they sway people"},
    });
}

struct MachineHelp {
    Suggesting suggestions = Suggesting::none;
    double suggestions_share = 0.5;  // of tasks, where random
    std::string suggestions_by;      // name of a machine; empty: the one that came last
    bool machines_count = false;     // a machine that passed the test is asked as people are

    static const base::Settings<MachineHelp> settings;
};

// What is absent stays as it is.
struct MachineHelpEdit {
    std::optional<Suggesting> suggestions;
    std::optional<double> suggestions_share;
    std::optional<std::string> suggestions_by;
    std::optional<bool> machines_count;

    static const base::Settings<MachineHelpEdit> settings;
};
void apply(const MachineHelpEdit& edit, MachineHelp& help);

}  // namespace labeling
