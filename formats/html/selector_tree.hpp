#pragma once

#include <memory>
#include <string>
#include <vector>

#include "formats/html/select.hpp"

// What a parsed selector looks like inside; for the parser and the matcher of selectors alone.
namespace crawler::selector {

struct AttributeTest {
    enum class Kind { present, equals, differs, word, dash, prefix, suffix, part };
    Kind kind = Kind::present;
    std::string name;
    std::string value;
    bool any_case = false;
};

struct Compound;
struct Complex;
using List = std::vector<Complex>;

struct Pseudo {
    enum class Kind {
        is,
        not_,
        has,
        root,
        scope,
        empty,
        nth_child,
        nth_last_child,
        nth_of_type,
        nth_last_of_type,
        only_child,
        only_of_type,
        link,
        checked,
        disabled,
        enabled,
        required,
        optional,
        lang,
        default_,
        indeterminate,
        in_range,
        out_of_range,
        placeholder_shown,
        read_only,
        read_write,
        defined,
        open,
        muted,
        right_to_left,
        left_to_right,
        contains,
        contains_own,
        never,
    };
    Kind kind = Kind::never;
    int a = 0, b = 0;                  // of nth-*
    std::vector<std::string> words;    // of lang, contains
    std::shared_ptr<const List> list;  // of is, not, has, nth-child(.. of ..)
};

struct Compound {
    std::string type;  // lower case; empty or "*": any
    std::string id;
    std::vector<std::string> classes;
    std::vector<AttributeTest> attributes;
    std::vector<Pseudo> pseudos;
};

enum class Combinator : char { descendant = ' ', child = '>', next = '+', later = '~' };

// compounds[0] is leftmost; combinators[i] stands before compounds[i] (for i = 0 only within :has).
struct Complex {
    std::vector<Compound> compounds;
    std::vector<Combinator> combinators;
};

List parse_list(std::string_view css);

}  // namespace crawler::selector

namespace crawler {
struct Selector::List {
    selector::List complexes;
};
}  // namespace crawler
