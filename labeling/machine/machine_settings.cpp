#include "labeling/machine/machine_settings.hpp"

#include "base/settings/settings.hpp"

namespace labeling {

namespace {

constexpr auto when_words = "when people see what machines suggest";
constexpr auto share_words = "of tasks that are shown with one, where random";
constexpr auto by_words = "the machine whose suggestions are shown; the one that came last";
constexpr auto count_words =
    "answers of machines that passed 'label machine test' count as those of people do";

}  // namespace

const base::Settings<MachineHelp> MachineHelp::settings{
    {"suggestions", &MachineHelp::suggestions, when_words},
    {"suggestions_share", &MachineHelp::suggestions_share, share_words, {.low = 0, .high = 1}},
    {"suggestions_by", &MachineHelp::suggestions_by, by_words},
    {"machines_count", &MachineHelp::machines_count, count_words},
};
const base::Settings<MachineHelpEdit> MachineHelpEdit::settings{
    {"suggestions", &MachineHelpEdit::suggestions, when_words},
    {"suggestions_share", &MachineHelpEdit::suggestions_share, share_words, {.low = 0, .high = 1}},
    {"suggestions_by", &MachineHelpEdit::suggestions_by, by_words},
    {"machines_count", &MachineHelpEdit::machines_count, count_words},
};

void apply(const MachineHelpEdit& edit, MachineHelp& help) {
    if (edit.suggestions) help.suggestions = *edit.suggestions;
    if (edit.suggestions_share) help.suggestions_share = *edit.suggestions_share;
    if (edit.suggestions_by) help.suggestions_by = *edit.suggestions_by;
    if (edit.machines_count) help.machines_count = *edit.machines_count;
}

}  // namespace labeling
