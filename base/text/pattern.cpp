// Regular expressions by RE2, whose automata need time linear in the text: rules of people meet
// pages of strangers here, and one backtracking expression on one long field would otherwise cost
// minutes, or, recursing, the process.
#include "base/text/pattern.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <re2/re2.h>

#include "base/error.hpp"
#include "base/text/ascii.hpp"
#include "base/text/pattern_syntax.hpp"

namespace base {

namespace {

constexpr std::int64_t most_memory = std::int64_t{8} << 20U;

re2::StringPiece piece(std::string_view text) {
    return {text.data(), text.size()};
}

std::optional<std::string_view> view(const re2::StringPiece& found) {
    if (!found.data()) return std::nullopt;
    return std::string_view(found.data(), found.size());
}

RE2::Options options_of(PatternOptions options) {
    RE2::Options made(RE2::Quiet);
    made.set_case_sensitive(!options.ignore_case);
    made.set_max_mem(most_memory);
    return made;
}

// In words; RE2's own end in a colon and the piece.
std::string_view reason_of(const RE2& regex) {
    switch (regex.error_code()) {
        case RE2::ErrorBadEscape:
            return "an escape that is not known";
        case RE2::ErrorBadCharClass:
        case RE2::ErrorBadCharRange:
            return "a class that is not known";
        case RE2::ErrorMissingBracket:
            return "a [ is not closed";
        case RE2::ErrorMissingParen:
            return "a ( is not closed";
        case RE2::ErrorUnexpectedParen:
            return "a ) without a (";
        case RE2::ErrorTrailingBackslash:
            return "a backslash at the end";
        case RE2::ErrorRepeatArgument:
            return "nothing to repeat";
        case RE2::ErrorRepeatSize:
            return "repeated too often: at most 1000 times";
        case RE2::ErrorRepeatOp:
            return "a quantifier behind a quantifier";
        case RE2::ErrorBadNamedCapture:
            return "a group's name that is wrong or taken";
        case RE2::ErrorPatternTooLarge:
            return "too large";
        case RE2::ErrorBadUTF8:
            return "not well-formed UTF-8";
        default:
            return "no regular expression";
    }
}

// As RE2 writes a replacement; nothing if it names a group that is not there.
std::optional<std::string> rewrite_of(std::string_view by, const std::vector<std::string>& names) {
    std::string made;
    while (!by.empty()) {
        const char next = by.size() > 1 ? by[1] : '\0';
        std::size_t size = 2;
        if (by[0] == '$' && is_digit(next)) {
            made += {'\\', next};
        } else if (by.starts_with("${")) {
            const auto end = std::min(by.find('}'), by.size() - 1);
            const auto name = by.substr(2, end - 2);
            const auto found = std::find(names.begin(), names.end(), name);
            const auto number = found - names.begin() + 1;
            if (found == names.end() || number > 9) return std::nullopt;
            made += {'\\', static_cast<char>('0' + number)};
            size = end + 1;
        } else if ((by[0] == '$' || by[0] == '\\') && next == '$') {
            made += '$';
        } else if (by.starts_with("\\\\")) {
            made += "\\\\";
        } else {
            if (by[0] == '\\') made += '\\';
            made += by[0];
            size = 1;
        }
        by.remove_prefix(size);
    }
    return made;
}

}  // namespace

struct Pattern::Compiled {
    Compiled(std::string_view regex, PatternOptions options)
        : text(regex), re2(re2_syntax(regex, options), options_of(options)) {
        if (!re2.ok()) {
            const auto at = text.find(re2.error_arg());
            bad_pattern(text, at == text.npos ? 0 : at, reason_of(re2));
        }
        names.resize(static_cast<std::size_t>(re2.NumberOfCapturingGroups()));
        for (const auto& [number, name] : re2.CapturingGroupNames())
            names[static_cast<std::size_t>(number) - 1] = name;
    }

    std::string text;
    RE2 re2;
    std::vector<std::string> names;
};

Pattern::Pattern(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}

Pattern Pattern::parse(std::string_view regex, PatternOptions options) {
    return Pattern(std::make_shared<const Compiled>(regex, options));
}

bool Pattern::found_in(std::string_view text) const {
    return RE2::PartialMatch(piece(text), compiled_->re2);
}

bool Pattern::matches(std::string_view text) const {
    return RE2::FullMatch(piece(text), compiled_->re2);
}

std::optional<std::string_view> Pattern::find(std::string_view text) const {
    const int group = group_count() > 0 ? 1 : 0;
    re2::StringPiece found[2];
    if (!compiled_->re2.Match(piece(text), 0, text.size(), RE2::UNANCHORED, found, group + 1))
        return std::nullopt;
    return view(found[group]);
}

std::vector<std::optional<std::string_view>> Pattern::captures(std::string_view text) const {
    std::vector<re2::StringPiece> found(group_count() + 1);
    std::vector<std::optional<std::string_view>> captured;
    const auto count = static_cast<int>(found.size());
    if (!compiled_->re2.Match(piece(text), 0, text.size(), RE2::UNANCHORED, found.data(), count))
        return captured;
    for (const auto& one : found) captured.push_back(view(one));
    return captured;
}

std::string Pattern::replace_all(std::string_view text, std::string_view by) const {
    const auto rewrite = rewrite_of(by, compiled_->names);
    std::string fault;
    if (!rewrite || !compiled_->re2.CheckRewriteString(piece(*rewrite), &fault))
        throw UsageError(
            fmt::format("replacement '{}'", by),
            fmt::format("names a group that pattern '{}' has not", compiled_->text),
            fmt::format("it has {}; write $$ for a dollar", group_count())
        );
    std::string out(text);
    RE2::GlobalReplace(&out, compiled_->re2, piece(*rewrite));
    return out;
}

std::size_t Pattern::group_count() const {
    return compiled_->names.size();
}

const std::vector<std::string>& Pattern::group_names() const {
    return compiled_->names;
}

const std::string& Pattern::text() const {
    return compiled_->text;
}

}  // namespace base
