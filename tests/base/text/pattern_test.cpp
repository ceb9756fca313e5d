#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/text/pattern.hpp"

using base::Pattern;

namespace {

std::string fault_of(std::string_view regex) {
    try {
        (void)Pattern::parse(regex);
    } catch (const base::UsageError& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("a pattern matches somewhere, the whole text, or its first group", "[text][pattern]") {
    auto year = Pattern::parse("(\\d{4})-(\\d\\d)");
    CHECK(year.found_in("on 2024-05-06"));
    CHECK_FALSE(year.matches("on 2024-05-06"));
    CHECK(year.matches("2024-05"));
    CHECK(year.find("on 2024-05-06") == "2024");
    CHECK_FALSE(year.find("never"));
    CHECK(Pattern::parse("\\d+").find("on 2024-05") == "2024");
    CHECK_FALSE(Pattern::parse("a(b)?").find("a"));
    CHECK(Pattern::parse("^a*$").found_in(""));
}

TEST_CASE("groups are captured, by name too", "[text][pattern]") {
    auto date = Pattern::parse("(?<year>\\d+)(-\\d+)?(?:-(?<day>\\d+))?");
    CHECK(date.group_names() == std::vector<std::string>{"year", "", "day"});
    auto found = date.captures("x 2024-05-06");
    REQUIRE(found.size() == 4);
    CHECK(found[0] == "2024-05-06");
    CHECK(found[3] == "06");
    CHECK_FALSE(date.captures("2024")[2]);
    CHECK(date.captures("none").empty());
}

TEST_CASE("matches are replaced with what they captured", "[text][pattern]") {
    auto pair = Pattern::parse("(\\w+)=(\\w+)");
    CHECK(pair.replace_all("a=1, b=2", "$2:$1") == "1:a, 2:b");
    CHECK(pair.replace_all("a=1", "$$\\$\\\\\\n$0") == "$$\\\\na=1");
    CHECK(Pattern::parse("(?<n>a)").replace_all("ab", "<${n}>") == "<a>b");
    CHECK_THROWS_AS(pair.replace_all("a=1", "${n}"), base::UsageError);
    CHECK_THROWS_AS(pair.replace_all("a=1", "$3"), base::UsageError);
}

TEST_CASE("case is ignored on demand, in all scripts", "[text][pattern]") {
    CHECK(Pattern::parse("straße|МОСКВА", {.ignore_case = true}).found_in("в москва"));
    CHECK_FALSE(Pattern::parse("МОСКВА").found_in("москва"));
    CHECK(Pattern::parse("(?i)abc").found_in("xABC"));
}

TEST_CASE("classes are of ASCII, or of all scripts on demand", "[text][pattern]") {
    CHECK_FALSE(Pattern::parse("^\\w+$").found_in("слово"));
    auto all = base::PatternOptions{.all_scripts = true};
    CHECK(Pattern::parse("^\\w+$", all).found_in("слово"));
    CHECK(Pattern::parse("^[\\w-]+$", all).found_in("кое-что"));
    CHECK(Pattern::parse("^\\W\\D\\S$", all).found_in("-xy"));
    CHECK(Pattern::parse("^\\d+$", all).found_in("\u0661\u0662"));
    CHECK(Pattern::parse("1\\s000[\\s]x").found_in("1\u00a0000\u2009x"));
    CHECK_FALSE(Pattern::parse("1\\S000").found_in("1\u00a0000"));
}

TEST_CASE("what ECMAScript writes otherwise is understood", "[text][pattern]") {
    CHECK(Pattern::parse("^\\/a\\-b\\_\\:$").found_in("/a-b_:"));
    CHECK(Pattern::parse("\\u00e9\\u{1F600}\\uD83D\\uDE00").found_in("é😀😀"));
    CHECK(Pattern::parse("^[^]$").matches("\n"));
    CHECK_FALSE(Pattern::parse("[]").found_in("x"));
    CHECK(Pattern::parse("^[[\\]]+$").found_in("[]["));
    CHECK(Pattern::parse("[[:alpha:][:digit:]]+x[a]").found_in("a1xa"));
    CHECK(Pattern::parse("^\\cJ\\0$").found_in(std::string_view("\n\0", 2)));
    CHECK(Pattern::parse("^\\p{Script=Greek}\\p{Letter}\\P{Lu}$").found_in("αβγ"));
    CHECK(Pattern::parse("^a{,2}b{$").found_in("a{,2}b{"));
    CHECK(Pattern::parse("[\\b]").found_in("\b"));
    CHECK(Pattern::parse("\\Qa+b(\\E+").found_in("a+b(("));
    CHECK(Pattern::parse("\\++}+").found_in("++}}"));
}

TEST_CASE("`$` is the end of the text", "[text][pattern]") {
    CHECK_FALSE(Pattern::parse("^a$").found_in("a\n"));
    CHECK(Pattern::parse("(?m)^a$").found_in("b\na\nc"));
    CHECK_FALSE(Pattern::parse("a.b").found_in("a\nb"));
}

TEST_CASE("what cannot be matched in linear time is refused with a mend", "[text][pattern]") {
    CHECK(
        fault_of("a(?=b)") ==
        "pattern 'a(?=b)': look-ahead (?= (?! is not understood (at character 2); match what "
        "follows too, and group ( ) what you want of it"
    );
    for (auto regex :
         {"(?!a)b", "(?<=a)b", "(?<!a)b", "(a)\\1", "(?<n>a)\\k<n>", "(?>a)", "a++", "a{2}+"}) {
        INFO(regex);
        CHECK(fault_of(regex).find("is not understood (at character") != std::string::npos);
    }
    CHECK(fault_of("[a-z&&[^b]]").find("intersection") != std::string::npos);
    CHECK(fault_of("\\bцена").find("not of ASCII") != std::string::npos);
    CHECK(fault_of("\\bcost\\b").empty());
}

TEST_CASE("a text that is no pattern is refused with its place", "[text][pattern]") {
    CHECK(fault_of("a[bc").starts_with("pattern 'a[bc': a [ is not closed (at character 2)"));
    CHECK(fault_of("(a").starts_with("pattern '(a': a ( is not closed"));
    CHECK(fault_of("*a").find("nothing to repeat (at character 1)") != std::string::npos);
    CHECK(fault_of("a\\").find("backslash at the end") != std::string::npos);
    CHECK(fault_of("x{1,2000}").find("at most 1000") != std::string::npos);
    CHECK(fault_of("é\\y").find("(at character 2)") != std::string::npos);
    CHECK(fault_of("((((a{100}){100}){100}){100})").find("pattern") != std::string::npos);
    CHECK_FALSE(fault_of("\xff").empty());
}

TEST_CASE("long texts take little time and no stack", "[text][pattern]") {
    const std::string text(600'000, 'a');
    CHECK_FALSE(Pattern::parse("^(a|a)*$").found_in(text + "b"));
    CHECK(Pattern::parse("^(([a-z])+.)+[A-Z]([a-z])+$").found_in(text) == false);
    CHECK(Pattern::parse("(a|b)*c|(a*)").captures(text).at(2) == text);
    CHECK(Pattern::parse("^.*(x)?$").matches(text));
}
