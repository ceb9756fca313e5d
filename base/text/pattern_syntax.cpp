// Expressions come from rules that people wrote for other engines: JSON Schema and our own older
// rules by ECMAScript, scraping rules by ICU. RE2 is close to both, but it writes some things
// otherwise ((?P<name>, \x{1f600}), and some it reads as something else without a word: [a-z&&[^b]]
// as a class and a text, \bцена as a boundary that is never there. Here the former is rewritten and
// the latter refused, with what to write instead.
#include "base/text/pattern_syntax.hpp"

#include <cstdint>
#include <optional>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text/ascii.hpp"
#include "base/text/utf8.hpp"

namespace base {

namespace {

std::optional<unsigned> hex_number(std::string_view digits) {
    if (digits.empty() || digits.size() > 6) return std::nullopt;
    unsigned value = 0;
    for (char c : digits) {
        if (!is_digit(c) && !(lower(c) >= 'a' && lower(c) <= 'f')) return std::nullopt;
        value = value << 4U | static_cast<unsigned>(is_digit(c) ? c - '0' : lower(c) - 'a' + 10);
    }
    return value;
}

// Of all scripts, for use inside of a class.
constexpr std::string_view word_class = "\\p{L}\\p{M}\\p{N}\\p{Pc}";
constexpr std::string_view space_class = "\\s\\v\\p{Z}\\x{feff}";

class Translation {
public:
    Translation(std::string_view regex, PatternOptions options)
        : regex_(regex), options_(options) {}

    std::string run() {
        while (at_ < regex_.size()) {
            switch (regex_[at_]) {
                case '\\':
                    escape();
                    break;
                case '[':
                    open_class();
                    break;
                case ']':
                    take(1);
                    in_class_ = false;
                    break;
                case '&':
                    if (in_class_ && rest().starts_with("&&["))
                        fail("an intersection of classes", "write the class out");
                    take(1);
                    break;
                case '(':
                    group();
                    break;
                case '+':
                    possessive();
                    take(1);
                    break;
                default:
                    take(1);
            }
        }
        return std::move(out_);
    }

private:
    std::string_view rest() const { return regex_.substr(at_); }
    void take(std::size_t size) {
        out_.append(regex_.substr(at_, size));
        at_ += size;
    }
    void replace(std::size_t size, std::string_view by) {
        out_.append(by);
        at_ += size;
    }
    [[noreturn]] void fail(std::string_view what, std::string_view mend) const {
        bad_pattern(regex_, at_, fmt::format("{} is not understood", what), mend);
    }

    void open_class() {
        if (in_class_) {
            const auto named = rest().starts_with("[:") ? rest().find(":]") : regex_.npos;
            if (named != regex_.npos) return take(named + 2);
            return replace(1, "\\[");
        }
        in_class_ = true;
        if (rest().starts_with("[^]")) {
            in_class_ = false;
            return replace(3, "(?s:.)");
        }
        if (rest().starts_with("[]")) {
            in_class_ = false;
            return replace(2, "[^\\x00-\\x{10FFFF}]");
        }
        take(rest().starts_with("[^") ? 2 : 1);
    }

    void group() {
        if (in_class_ || !rest().starts_with("(?")) return take(1);
        const auto kind = rest().substr(2);
        if (kind.starts_with("=") || kind.starts_with("!"))
            fail("look-ahead (?= (?!", "match what follows too, and group ( ) what you want of it");
        if (kind.starts_with("<=") || kind.starts_with("<!"))
            fail("look-behind (?<= (?<!", "match what precedes too, and group ( ) what you want");
        if (kind.starts_with(">")) fail("an atomic group (?>", "write (?: instead");
        if (kind.starts_with("#")) fail("a comment (?#", "leave it out");
        if (kind.starts_with("<")) return replace(3, "(?P<");
        take(2);
    }

    // "a++", "a*+", "a?+", "a{2}+".
    void possessive() {
        if (in_class_ || at_ == 0) return;
        const char before = regex_[at_ - 1];
        const bool escaped =
            at_ > 1 && regex_[at_ - 2] == '\\' && !(at_ > 2 && regex_[at_ - 3] == '\\');
        const bool quantifier =
            before == '+' || before == '*' || before == '?' || (before == '}' && ends_count());
        if (quantifier && !escaped) fail("a possessive quantifier", "leave out the second +");
    }

    // Whether what stands before is "{2}", "{2,}" or "{2,3}".
    bool ends_count() const {
        const auto open = regex_.substr(0, at_).rfind('{');
        if (open == regex_.npos) return false;
        const auto inside = regex_.substr(open + 1, at_ - open - 2);
        return !inside.empty() && is_digit(inside.front()) &&
               inside.find_first_not_of("0123456789,") == inside.npos;
    }

    void escape() {
        if (at_ + 1 >= regex_.size())
            bad_pattern(regex_, at_, "a backslash at the end", "write \\\\ for a backslash");
        const char c = regex_[at_ + 1];
        if (c >= '1' && c <= '9') fail("a back-reference", "there are none; write the text out");
        switch (c) {
            case 'k':
                fail("a back-reference \\k", "there are none; write the text out");
            case 'Q':
                return quotation();
            case 'b':
            case 'B':
                return boundary(c);
            case '0':
                return replace(2, "\\x00");
            case 'u':
                return code_point();
            case 'c':
                if (at_ + 2 < regex_.size() && is_alpha(regex_[at_ + 2]))
                    return replace(3, fmt::format("\\x{:02x}", regex_[at_ + 2] & 0x1f));
                return take(2);
            case 'p':
            case 'P':
                return property();
            case 'w':
            case 'd':
            case 's':
            case 'W':
            case 'D':
            case 'S':
                return character_class(c);
            case '_':
                return replace(2, "_");
            default:
                break;
        }
        if (!is_ascii(c)) return replace(1, "");  // stands for itself
        take(2);
    }

    void quotation() {
        const auto end = rest().find("\\E");
        take(end == regex_.npos ? rest().size() : end + 2);
    }

    void boundary(char c) {
        if (in_class_) return replace(2, c == 'b' ? "\\x08" : "B");
        const bool foreign = (at_ > 0 && !is_ascii(regex_[at_ - 1])) ||
                             (at_ + 2 < regex_.size() && !is_ascii(regex_[at_ + 2]));
        if (foreign)
            fail(
                "\\b beside a letter that is not of ASCII",
                "write (?:^|[^\\p{L}\\p{N}_]) or (?:$|[^\\p{L}\\p{N}_])"
            );
        take(2);
    }

    // \uXXXX, a pair of them, or \u{X..}.
    void code_point() {
        const auto text = rest();
        if (text.starts_with("\\u{")) {
            const auto end = text.find('}');
            const auto digits = end == text.npos ? std::string_view() : text.substr(3, end - 3);
            if (!hex_number(digits)) fail("\\u{", "write the code point in hexadecimal digits");
            return replace(end + 1, fmt::format("\\x{{{}}}", digits));
        }
        const auto unit = text.size() >= 6 ? hex_number(text.substr(2, 4)) : std::nullopt;
        if (!unit) fail("\\u", "write four hexadecimal digits");
        const auto next = text.substr(6);
        const unsigned low = next.starts_with("\\u") && next.size() >= 6
                                 ? hex_number(next.substr(2, 4)).value_or(0)
                                 : 0;
        if (*unit >= 0xd800 && *unit < 0xdc00 && low >= 0xdc00 && low < 0xe000)
            return replace(
                12, fmt::format("\\x{{{:x}}}", 0x10000 + ((*unit - 0xd800) << 10U) + low - 0xdc00)
            );
        if (*unit >= 0xd800 && *unit < 0xe000) fail("half a surrogate pair", "write both halves");
        replace(6, fmt::format("\\x{{{:x}}}", *unit));
    }

    // \p{Script=Greek}, \p{gc=Lu} and the long names of the categories that people use.
    void property() {
        const auto text = rest();
        if (!text.starts_with("\\p{") && !text.starts_with("\\P{")) return take(2);
        const auto end = text.find('}');
        if (end == text.npos) return take(2);
        auto name = text.substr(3, end - 3);
        for (std::string_view prefix : {"Script=", "sc=", "General_Category=", "gc=", "Is"})
            if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
        constexpr std::pair<std::string_view, std::string_view> categories[] = {
            {"Letter", "L"},
            {"Alphabetic", "L"},
            {"Uppercase_Letter", "Lu"},
            {"Uppercase", "Lu"},
            {"Lowercase_Letter", "Ll"},
            {"Lowercase", "Ll"},
            {"Mark", "M"},
            {"Number", "N"},
            {"Decimal_Number", "Nd"},
            {"Punctuation", "P"},
            {"Symbol", "S"},
            {"Currency_Symbol", "Sc"},
            {"Separator", "Z"},
            {"White_Space", "Z"}};
        for (const auto& [long_name, short_name] : categories)
            if (name == long_name) name = short_name;
        replace(end + 1, fmt::format("\\{}{{{}}}", text[1], name));
    }

    // Of ECMAScript: \s has all white space of Unicode, \w and \d are ASCII.
    void character_class(char c) {
        const bool negated = c >= 'A' && c <= 'Z';
        std::string_view members;
        if (lower(c) == 's') {
            members = space_class;
        } else if (!options_.all_scripts) {
            return take(2);
        } else {
            members = lower(c) == 'w' ? word_class : std::string_view("\\p{Nd}");
        }
        if (negated && in_class_) return take(2);  // has no name; the ASCII one is close
        if (in_class_) return replace(2, members);
        replace(2, fmt::format("[{}{}]", negated ? "^" : "", members));
    }

    std::string_view regex_;
    PatternOptions options_;
    std::size_t at_ = 0;
    std::string out_;
    bool in_class_ = false;
};

}  // namespace

std::string re2_syntax(std::string_view regex, PatternOptions options) {
    return Translation(regex, options).run();
}

void bad_pattern(
    std::string_view regex,
    std::size_t at,
    std::string_view reason,
    std::string_view mend
) {
    throw UsageError(
        fmt::format("pattern '{}'", regex),
        fmt::format("{} (at character {})", reason, count_code_points(regex.substr(0, at)) + 1),
        mend
    );
}

}  // namespace base
