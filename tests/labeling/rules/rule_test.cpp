// What rules may say, and when they vote.
#include "labeling/rules/rule.hpp"

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/settings/settings.hpp"

namespace {

using Catch::Contains;
using labeling::Rule;
using labeling::RuleSet;

RuleSet rules_in(const std::string& toml) {
    return RuleSet::settings.read(base::Document::toml(toml, "rules.toml"));
}

labeling::Project spam_project() {
    labeling::Project project;
    project.name = "p";
    project.question.classes = {{.id = 0, .name = "ham"}, {.id = 1, .name = "spam"}};
    return project;
}

std::string fault_of(const std::string& toml) {
    try {
        labeling::check_rules(spam_project(), rules_in(toml));
    } catch (const base::UsageError& error) {
        return error.what();
    }
    return "none";
}

bool votes(const std::string& toml, const std::string& text) {
    auto set = rules_in("[[rule]]\nname = \"r\"\nclass = \"spam\"\n" + toml);
    return labeling::ReadyRule(set.rules.at(0))
        .votes({.shown = text, .field = [](const std::string& name) -> std::optional<std::string> {
                    if (name == "from") return "WIN Ltd";
                    return std::nullopt;
                }});
}

}  // namespace

TEST_CASE("words are whole, of any script and case", "[labeling][rules]") {
    const std::string win = "words = [\"win\", \"£100\", \"du bist\", \"наш\"]\n";
    CHECK(votes(win, "You WIN!"));
    CHECK_FALSE(votes(win, "the window"));
    CHECK_FALSE(votes(win, "I twin"));
    CHECK(votes(win, "only £100 now"));
    CHECK_FALSE(votes(win, "only £1000 now"));
    CHECK(votes(win, "was du bist"));
    CHECK(votes(win, "это НАШ дом"));
    CHECK_FALSE(votes(win, "машинаш"));
    CHECK_FALSE(votes("words = [\"a.c\"]", "abc"));
    CHECK(votes("words = [\"www.\"]", "see www.example.org"));
    CHECK_FALSE(votes("words = [\"WIN\"]\nignore_case = false", "you win"));
    CHECK(votes("words = [\"win\"]\nfield = \"from\"", "nothing"));
    CHECK_FALSE(votes("words = [\"win\"]\nfield = \"to\"", "win"));
}

TEST_CASE("patterns and conditions vote", "[labeling][rules]") {
    CHECK(votes("kind = \"regex\"\npattern = '\\d{5,}'", "call 08001"));
    CHECK_FALSE(votes("kind = \"regex\"\npattern = 'FREE'", "free"));
    CHECK(votes("kind = \"regex\"\npattern = 'FREE'\nignore_case = true", "free"));
    CHECK(votes("kind = \"field\"\nwhere = \"from like 'WIN%'\"", ""));
    CHECK_FALSE(votes("kind = \"field\"\nwhere = \"from = 'x'\"", ""));
}

TEST_CASE("what is no set of rules is told in one line", "[labeling][rules]") {
    const std::string good = "[[rule]]\nname = \"r\"\nclass = \"spam\"\nwords = [\"win\"]\n";
    CHECK(fault_of(good) == "none");
    CHECK_THAT(fault_of(""), Contains("rule"));
    CHECK_THAT(fault_of(good + good), Contains("'r' stands twice"));
    auto with = [](const std::string& rest) { return "[[rule]]\nname = \"r\"\n" + rest; };
    CHECK_THAT(
        fault_of(with("class = \"spm\"\nwords = [\"win\"]")),
        Contains("rule 'r'") && Contains("'spm'") && Contains("spam")
    );
    CHECK_THAT(fault_of(with("class = \"spam\"")), Contains("words"));
    CHECK_THAT(fault_of(with("class = \"spam\"\nkind = \"regex\"")), Contains("pattern"));
    CHECK_THAT(
        fault_of(with("class = \"spam\"\nkind = \"regex\"\npattern = '('")),
        Contains("rule 'r'") && Contains("not closed")
    );
    CHECK_THAT(
        fault_of(with("class = \"spam\"\nkind = \"field\"\nwhere = \"a =\"")), Contains("rule 'r'")
    );
    CHECK_THAT(
        fault_of(with("class = \"spam\"\nwords = [\"win\"]\npattern = 'x'")),
        Contains("does not act")
    );
    CHECK_THAT(fault_of(with("class = \"spam\"\nwords = [\" \"]")), Contains("empty word"));
    CHECK_THAT(fault_of(with("class = \"spam\"\nkind = \"model\"")), Contains("run"));
    CHECK_THAT(fault_of("balance = { spam = 0.5 }\n" + good), Contains("0.500"));
    CHECK_THAT(fault_of("balance = { spam = 0.5, eggs = 0.5 }\n" + good), Contains("'eggs'"));
}

TEST_CASE("rules look at what the project shows", "[labeling][rules]") {
    auto project = spam_project();
    const std::string payload = R"({"a": "one", "b": 2, "c": null})";
    CHECK(labeling::shown_text(project, "T", "B", payload) == "T\nB");
    CHECK(labeling::shown_text(project, "", "", payload) == "one\n2");
    project.show = {labeling::Project::Show::fields};
    project.fields = {"b"};
    CHECK(labeling::shown_text(project, "T", "B", payload) == "2");
}
