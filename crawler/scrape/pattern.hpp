#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace crawler {

// A regular expression (ICU's syntax) for texts of strangers' pages, of any length: a match that
// takes too long or too deep a search is none. Safe to use from several threads.
class Pattern {
public:
    // Throws base::UsageError for a text that is no regular expression.
    static Pattern parse(const std::string& regex);
    ~Pattern();
    Pattern(Pattern&&) noexcept;
    Pattern& operator=(Pattern&&) noexcept;

    // Whether it matches somewhere.
    bool matches(std::string_view utf8) const;
    // The first match: its first group if the expression has one, else all of it. Nothing without a
    // match, or if the group had no part in it.
    std::optional<std::string> find(std::string_view utf8) const;

private:
    struct Compiled;
    explicit Pattern(std::unique_ptr<const Compiled> compiled);
    std::unique_ptr<const Compiled> compiled_;
};

}  // namespace crawler
