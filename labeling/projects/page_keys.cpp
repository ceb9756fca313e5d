#include "labeling/projects/page_keys.hpp"

#include <map>

#include <fmt/format.h>

#include "base/settings/settings.hpp"
#include "base/text/unicode.hpp"

namespace labeling {

namespace {

struct Reserved {
    PageCommand command;
    const char *first, *second;
};
constexpr Reserved reserved_keys[] = {
    {PageCommand::undo, "z", "backspace"},
    {PageCommand::skip, "s", "-"},
    {PageCommand::instructions, "i", "!"},
    {PageCommand::keys, "?", "f1"},
    {PageCommand::find, "/", "."},
};

// Which class answers to a key.
using Hotkeys = std::map<std::string, const LabelClass*>;

void add_hotkeys(const std::vector<LabelClass>& classes, Hotkeys& hotkeys) {
    for (const auto& item : classes)
        if (!item.hotkey.empty()) hotkeys.try_emplace(base::folded(item.hotkey), &item);
}

Hotkeys hotkeys_of(const Question& question) {
    Hotkeys hotkeys;
    add_hotkeys(question.classes, hotkeys);
    for (const auto& part : question.parts) add_hotkeys(part.question.classes, hotkeys);
    return hotkeys;
}

}  // namespace

std::optional<base::Fault> check_page_keys(const std::vector<LabelClass>& classes) {
    Hotkeys hotkeys;
    add_hotkeys(classes, hotkeys);
    for (const auto& each : reserved_keys) {
        auto first = hotkeys.find(each.first), second = hotkeys.find(each.second);
        if (first == hotkeys.end() || second == hotkeys.end()) continue;
        auto later = std::max(first->second, second->second);
        return base::Fault{
            .reason = fmt::format(
                "'{}' and '{}' are both hotkeys, so that the page has no key left to {}",
                each.first,
                each.second,
                base::meaning_of(each.command)
            ),
            .mend = "choose another key for one of the two classes",
            .at = fmt::format("class[{}].hotkey", later - classes.data())};
    }
    return std::nullopt;
}

std::vector<PageKey> page_keys(const Question& question) {
    auto hotkeys = hotkeys_of(question);
    std::vector<PageKey> keys;
    for (const auto& each : reserved_keys) {
        std::string key = hotkeys.contains(each.first) ? each.second : each.first;
        if (hotkeys.contains(key)) key.clear();  // of a form: by questions that are asked apart
        keys.push_back({.command = each.command, .key = key});
    }
    return keys;
}

std::vector<std::string> page_key_notes(const Question& question) {
    auto hotkeys = hotkeys_of(question);
    std::vector<std::string> notes;
    for (const auto& each : reserved_keys) {
        auto taken = hotkeys.find(each.first);
        if (taken == hotkeys.end()) continue;
        notes.push_back(fmt::format(
            "'{}' answers '{}', so that '{}' is the page's key to {}",
            each.first,
            taken->second->name,
            hotkeys.contains(each.second) ? "none" : each.second,
            base::meaning_of(each.command)
        ));
    }
    return notes;
}

}  // namespace labeling
