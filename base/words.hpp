#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

// Enumerations that people read and write. Beside the enum, in its namespace, stands one table:
//
//     enum class Reach { host, domain, any };
//
//     constexpr auto words_of(Reach) {
//         return std::to_array<base::Word<Reach>>({
//             {Reach::host, "host", "the hosts of the first addresses"},
//             {Reach::domain, "domain", "their domains with all hosts below them"},
//             {Reach::any, "any", "wherever links lead"},
//         });
//     }
//
// Settings, JSON, messages, completion and the lists of docs/reference are made from it.
namespace base {

template <typename E>
struct Word {
    E value;
    std::string_view name;
    std::string_view meaning = {};  // for people, may be empty
};

template <typename E>
concept Worded = std::is_enum_v<E> && requires {
    words_of(E{});
};

// The table of an enum, in its order.
template <Worded E>
inline constexpr auto words = words_of(E{});

// "?" for a value that its table does not have.
template <Worded E>
constexpr std::string_view name_of(E value) {
    for (const auto& word : words<E>)
        if (word.value == value) return word.name;
    return "?";
}

template <Worded E>
constexpr std::string_view meaning_of(E value) {
    for (const auto& word : words<E>)
        if (word.value == value) return word.meaning;
    return {};
}

// Nothing for a text that is none of the words. `text` must be the whole word as it is written.
template <Worded E>
constexpr std::optional<E> parse(std::string_view text) {
    for (const auto& word : words<E>)
        if (word.name == text) return word.value;
    return std::nullopt;
}

// "a, b or c"; `names` is any list of texts.
template <typename Names>
std::string one_of(const Names& names) {
    std::string text;
    std::size_t left = std::size(names);
    for (const auto& name : names) {
        text += name;
        --left;
        if (left > 0) text += left == 1 ? " or " : ", ";
    }
    return text;
}

// The words of an enum as "a, b or c".
template <Worded E>
std::string one_of() {
    std::array<std::string_view, words<E>.size()> names;
    std::transform(words<E>.begin(), words<E>.end(), names.begin(), [](const auto& word) {
        return word.name;
    });
    return one_of(names);
}

}  // namespace base
