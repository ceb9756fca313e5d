#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/json/described.hpp"
#include "base/words.hpp"
#include "labeling/projects/question.hpp"

// The keys by which the labeling page is commanded. This is the one list of them: the page asks for
// a project's.
namespace labeling {

enum class PageCommand { undo, skip, instructions, keys, find };

constexpr auto words_of(PageCommand) {
    return std::to_array<base::Word<PageCommand>>({
        {PageCommand::undo, "undo", "take the last answer back"},
        {PageCommand::skip, "skip", "skip the task"},
        {PageCommand::instructions, "instructions", "show the instructions"},
        {PageCommand::keys, "keys", "show the keys"},
        {PageCommand::find, "find", "find a class"},
    });
}

struct PageKey {
    PageCommand command = PageCommand::undo;
    std::string key;  // as the browser names it, in lower case
};
BOOST_DESCRIBE_STRUCT(PageKey, (), (command, key))

// A command has two keys: a class whose hotkey is the first one moves it to the second. A question
// that takes both leaves the page without the command: that is a fault, at the later class.
std::optional<base::Fault> check_page_keys(const std::vector<LabelClass>& classes);
std::vector<PageKey> page_keys(const Question& question);
// What the owner of a project should know: "'s' answers 'spam', so that the page skips the task by
// '-'".
std::vector<std::string> page_key_notes(const Question& question);

}  // namespace labeling
