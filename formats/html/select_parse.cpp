// Reads selectors (Selectors 4) from the signs that select_lexer.cpp takes from a text.
//
// A parser by hand, since the grammar is small and its faults must name their column: rules are
// written by people. :is() and :where() forgive broken parts, as the standard has it; all else does
// not, for a rule with a typing error should say so and not match nothing.
#include <optional>

#include "base/error.hpp"
#include "base/text/ascii.hpp"
#include "formats/html/select_lexer.hpp"
#include "formats/html/selector_tree.hpp"

namespace formats::selector {

namespace {

class Parser : private Lexer {
public:
    using Lexer::Lexer;

    List whole() {
        auto found = list(false);
        if (at_ < css_.size()) fail("unexpected '" + std::string(1, css_[at_]) + "'");
        return found;
    }

private:
    List list(bool relative) {
        List found;
        do {
            spaces();
            found.push_back(complex(relative));
            spaces();
        } while (take(','));
        return found;
    }

    // Empty lists and broken parts are allowed in :is and :where, which forgive, but not a leading
    // combinator: it is a mistake for :has.
    std::shared_ptr<const List> forgiving_list() {
        auto found = std::make_shared<List>();
        for (;;) {
            spaces();
            if (combinator_of(peek())) fail("a combinator needs something before it");
            auto start = at_;
            try {
                found->push_back(complex(false));
                spaces();
                if (peek() != ',' && peek() != ')') fail("',' expected");
            } catch (const base::UsageError&) {
                if (found->size() && at_ > start && (peek() != ',' && peek() != ')'))
                    found->pop_back();
                skip_part(start);
            }
            if (!take(',')) break;
        }
        expect_close();
        return found;
    }

    void skip_part(std::size_t from) {
        at_ = from;
        for (int depth = 0; at_ < css_.size(); ++at_) {
            char c = peek();
            if (depth == 0 && (c == ',' || c == ')')) return;
            if (c == '(' || c == '[') ++depth;
            if (c == ')' || c == ']') --depth;
        }
    }

    static std::optional<Combinator> combinator_of(char c) {
        if (c == '>' || c == '+' || c == '~') return static_cast<Combinator>(c);
        return std::nullopt;
    }

    Complex complex(bool relative) {
        Complex found;
        auto next = Combinator::descendant;
        if (auto leading = combinator_of(peek()); leading && relative) {
            next = *leading;
            ++at_;
            spaces();
        }
        for (;;) {
            found.combinators.push_back(next);
            found.compounds.push_back(compound());
            bool gap = spaces();
            if (auto explicit_one = combinator_of(peek())) {
                next = *explicit_one;
                ++at_;
                spaces();
            } else if (gap && at_ < css_.size() && peek() != ',' && peek() != ')') {
                next = Combinator::descendant;
            } else {
                return found;
            }
        }
    }

    Compound compound() {
        Compound found;
        auto start = at_;
        if (take('&')) {  // CSS Nesting: without a surrounding rule it is :scope
            found.pseudos.push_back({Pseudo::Kind::scope, 0, 0, {}, nullptr});
        } else if (take('*')) {
            found.type = "*";
            namespaced(found);
        } else if (peek() == '|' && peek(1) != '=') {
            namespaced(found);
        } else if (starts_identifier()) {
            found.type = base::to_lower(identifier());
            namespaced(found);
        }
        for (;;) {
            if (take('#')) {
                if (!in_name(peek()) && peek() != '\\') fail("an id expected");
                auto id = name();
                if (!found.id.empty() && found.id != id)
                    found.pseudos.push_back({});  // two ids: nothing has both
                found.id = id;
            } else if (take('.')) {
                found.classes.push_back(identifier());
            } else if (take('[')) {
                found.attributes.push_back(attribute());
            } else if (peek() == ':') {
                ++at_;
                pseudo(found);
            } else {
                break;
            }
        }
        if (at_ == start)
            fail(
                at_ < css_.size() ? "unexpected '" + std::string(1, peek()) + "'"
                                  : "a selector expected"
            );
        return found;
    }

    // "ns|name": pages have no namespaces, so only "*|" and "|" make sense.
    void namespaced(Compound& found) {
        if (peek() != '|' || peek(1) == '=') return;
        ++at_;
        found.type = take('*') ? "*" : base::to_lower(identifier());
    }

    AttributeTest attribute() {
        using enum AttributeTest::Kind;
        AttributeTest test;
        spaces();
        if (peek() == '*' && peek(1) == '|') at_ += 2;
        if (peek() == '|' && peek(1) != '=') ++at_;
        test.name = base::to_lower(identifier());
        if (peek() == '|' && peek(1) != '=') {
            ++at_;
            test.name = base::to_lower(identifier());
        }
        spaces();
        if (take(']')) return test;
        switch (peek()) {
            case '=':
                test.kind = equals;
                break;
            case '~':
                test.kind = word;
                break;
            case '|':
                test.kind = dash;
                break;
            case '^':
                test.kind = prefix;
                break;
            case '$':
                test.kind = suffix;
                break;
            case '*':
                test.kind = part;
                break;
            case '!':
                test.kind = differs;
                break;
            default:
                fail("an operator expected");
        }
        if (test.kind != equals) ++at_;
        expect('=');
        spaces();
        test.value = peek() == '"' || peek() == '\'' ? string() : identifier();
        spaces();
        test.any_case = always_any_case(test.name);
        if (base::lower(peek()) == 'i' || base::lower(peek()) == 's') {
            test.any_case = base::lower(peek()) == 'i';
            ++at_;
            spaces();
        }
        if (at_ < css_.size()) expect(']');
        return test;
    }

    // HTML compares the values of these without case.
    static bool always_any_case(std::string_view name) {
        return name == "type" || name == "lang" || name == "rel" || name == "method" ||
               name == "media";
    }

    void expect_close() {
        spaces();
        expect(')');
    }

    void pseudo(Compound& found) {
        bool element = take(':');
        auto word = base::to_lower(identifier());
        Pseudo made;
        bool function = take('(');
        if (element) {
            fail("pseudo-element '::" + word + "' selects no element");
        } else if (function) {
            made = function_of(word);
        } else {
            made = plain(word);
        }
        found.pseudos.push_back(std::move(made));
    }

    void skip_arguments() {
        skip_part(at_);
        while (take(',')) skip_part(at_);
        expect_close();
    }

    Pseudo plain(const std::string& word) const {
        using enum Pseudo::Kind;
        auto nth = [](Pseudo::Kind kind) { return Pseudo{kind, 0, 1, {}, nullptr}; };
        if (word == "first-child") return nth(nth_child);
        if (word == "last-child") return nth(nth_last_child);
        if (word == "first-of-type") return nth(nth_of_type);
        if (word == "last-of-type") return nth(nth_last_of_type);
        constexpr std::pair<std::string_view, Pseudo::Kind> kinds[] = {
            {"root", root},
            {"scope", scope},
            {"empty", empty},
            {"only-child", only_child},
            {"only-of-type", only_of_type},
            {"link", link},
            {"any-link", link},
            {"checked", checked},
            {"disabled", disabled},
            {"enabled", enabled},
            {"required", required},
            {"optional", optional},
            {"default", default_},
            {"indeterminate", indeterminate},
            {"in-range", in_range},
            {"out-of-range", out_of_range},
            {"placeholder-shown", placeholder_shown},
            {"read-only", read_only},
            {"read-write", read_write},
            {"defined", defined},
            {"open", open},
            {"muted", muted},
        };
        for (auto& [name, kind] : kinds)
            if (name == word) return {kind, 0, 0, {}, nullptr};
        constexpr std::string_view silent[] = {
            "hover",      "active",  "focus",         "focus-within", "focus-visible",
            "visited",    "target",  "target-within", "current",      "past",
            "future",     "playing", "paused",        "host",         "autofill",
            "fullscreen", "modal",   "user-invalid",  "local-link",
        };
        for (auto name : silent)
            if (name == word) return {never, 0, 0, {}, nullptr};
        fail("no pseudo-class ':" + word + "'");
    }

    Pseudo function_of(const std::string& word) {
        using enum Pseudo::Kind;
        Pseudo made;
        if (word == "is" || word == "where" || word == "matches" || word == "any" ||
            word == "-webkit-any") {
            made.kind = is;
            made.list = forgiving_list();
        } else if (word == "not" || word == "has") {
            made.kind = word == "not" ? not_ : has;
            made.list = std::make_shared<List>(list(word == "has"));
            expect_close();
        } else if (word == "nth-child" || word == "nth-last-child" || word == "nth-of-type" || word == "nth-last-of-type") {
            made.kind = word == "nth-child"        ? nth_child
                        : word == "nth-last-child" ? nth_last_child
                        : word == "nth-of-type"    ? nth_of_type
                                                   : nth_last_of_type;
            formula(made);
        } else if (word == "lang") {
            made.kind = lang;
            do {
                spaces();
                made.words.push_back(base::to_lower(
                    peek() == '"' || peek() == '\'' ? string()
                    : take('*')                     ? "*" + name()
                                                    : identifier()
                ));
                spaces();
            } while (take(','));
            expect_close();
        } else if (word == "-soup-contains" || word == "contains" || word == "-soup-contains-own") {
            made.kind = word == "-soup-contains-own" ? contains_own : contains;
            do {
                spaces();
                made.words.push_back(peek() == '"' || peek() == '\'' ? string() : identifier());
                spaces();
            } while (take(','));
            expect_close();
        } else if (word == "dir") {
            spaces();
            auto side = base::to_lower(identifier());
            if (side == "rtl") made.kind = right_to_left;
            if (side == "ltr") made.kind = left_to_right;
            expect_close();
        } else if (word == "current" || word == "host" || word == "host-context" || word == "state") {
            skip_arguments();
        } else {
            fail("no pseudo-class ':" + word + "()'");
        }
        return made;
    }

    // "odd", "even", "5", "2n+1", "-n + 3", with "of S" for children.
    void formula(Pseudo& made) {
        spaces();
        bool gap = false;
        auto rest = base::to_lower(css_.substr(at_, 4));
        if (rest.starts_with("odd") || rest == "even") {
            made.a = 2;
            made.b = rest == "even" ? 0 : 1;
            at_ += rest == "even" ? 4 : 3;
        } else {
            bool implied = base::lower(peek()) == 'n' ||
                           ((peek() == '-' || peek() == '+') && base::lower(peek(1)) == 'n');
            int first = 1;
            if (implied) {
                if (take('-')) first = -1;
                take('+');
            } else {
                first = integer();
            }
            if (base::lower(peek()) == 'n') {
                ++at_;
                made.a = first;
                gap = spaces();
                if (peek() == '+' || peek() == '-') {
                    int sign = css_[at_++] == '-' ? -1 : 1;
                    spaces();
                    if (!base::is_digit(peek())) fail("a number expected");
                    made.b = sign * integer();
                    gap = false;
                }
            } else {
                made.b = first;
            }
        }
        gap = spaces() || gap;
        bool by_child =
            made.kind == Pseudo::Kind::nth_child || made.kind == Pseudo::Kind::nth_last_child;
        if (gap && by_child && base::to_lower(css_.substr(at_, 2)) == "of") {
            at_ += 2;
            made.list = std::make_shared<List>(list(false));
        }
        expect_close();
    }
};

}  // namespace

List parse_list(std::string_view css) {
    const auto text = preprocessed(css);
    return Parser(text).whole();
}

}  // namespace formats::selector
