#include "crawler/policy/alike.hpp"

#include <string>

#include <catch2/catch.hpp>

using crawler::adds_nothing;

TEST_CASE("a page gives way only to one that holds all of its words", "[crawler][canonical]") {
    const std::string text = "The harbour was closed in spring, and nobody was told why.";
    CHECK(adds_nothing({"Harbour", text}, {"Harbour", text}));
    CHECK(adds_nothing({"Print: Harbour", text}, {"Harbour", text}));
    CHECK(adds_nothing({"Harbour", text}, {"Harbour", text + " The mayor had promised otherwise."})
    );
    CHECK_FALSE(adds_nothing({"Harbour", text + " Twice."}, {"Harbour", text}));
    CHECK_FALSE(
        adds_nothing({"Page 3", "Number 3 of 9. " + text}, {"Page 4", "Number 4 of 9. " + text})
    );
    CHECK_FALSE(adds_nothing({"Harbour", text}, {"", ""}));
}

TEST_CASE(
    "one word in two hundred may differ, if the title tells no difference",
    "[crawler][canonical]"
) {
    std::string text;
    for (int i = 0; i < 400; ++i) text += "word" + std::to_string(i) + ' ';
    CHECK(adds_nothing({"Word", text + "seen 12 times"}, {"word", text + "seen 13 times"}));
    CHECK_FALSE(adds_nothing({"Word 12", text + "item 12"}, {"Word 13", text + "item 13"}));
    CHECK_FALSE(adds_nothing({"Word", text + "a b c d e"}, {"Word", text}));
}
