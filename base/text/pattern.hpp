#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base {

struct PatternOptions {
    bool ignore_case = false;
    // \w, \d and \s mean letters, digits and white space of all scripts, not of ASCII alone.
    bool all_scripts = false;
};

// A regular expression for texts of strangers, of any length: matching takes time linear in the
// text and little memory, whatever the expression. Texts are UTF-8; bytes that are not match only a
// negated class or nothing. Cheap to copy, and safe to use from several threads.
//
// The syntax is what ECMAScript (2018, section 21.2; of its Annex B too) and RE2 have in common:
// groups by (..), (?:..) and (?<name>..), classes, \d \w \s \b, \p{L} and \p{Script=Greek},
// \uXXXX, lazy quantifiers, flags as (?i). `$` is the end of the text, and `.` is anything but \n.
// Look-around, back-references and possessive quantifiers need more than linear time: there are
// none.
class Pattern {
public:
    // Throws base::UsageError with the place and the mend for a text that is none, or that would
    // take over 8 MiB.
    static Pattern parse(std::string_view regex, PatternOptions options = {});

    // Whether it matches somewhere.
    bool found_in(std::string_view text) const;
    // Whether it matches the whole text.
    bool matches(std::string_view text) const;
    // The first match: its first group if the expression has one, else all of it. Nothing without a
    // match, or if the group had no part in it. A view into the text.
    std::optional<std::string_view> find(std::string_view text) const;
    // The first match and each of its groups; empty without a match. A group that had no part in
    // the match is nothing.
    std::vector<std::optional<std::string_view>> captures(std::string_view text) const;
    // All matches, from left to right and without overlap, replaced by `by`, in which $0 to $9 and
    // ${name} stand for the match and its groups, and $$ or \$ for a dollar. Throws
    // base::UsageError for a group that is not there.
    std::string replace_all(std::string_view text, std::string_view by) const;

    std::size_t group_count() const;
    // Of each group from the first on; empty for one without a name.
    const std::vector<std::string>& group_names() const;
    const std::string& text() const;  // as it was parsed

private:
    struct Compiled;
    explicit Pattern(std::shared_ptr<const Compiled> compiled);
    std::shared_ptr<const Compiled> compiled_;
};

}  // namespace base
