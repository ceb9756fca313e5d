#include <catch2/catch.hpp>

#include "base/words.hpp"

namespace colours {

enum class Colour { red, green, blue };

constexpr auto words_of(Colour) {
    return std::to_array<base::Word<Colour>>({
        {Colour::green, "green", "as grass"},
        {Colour::red, "red"},
        {Colour::blue, "blue", "as the sky"},
    });
}

}  // namespace colours

using colours::Colour;

TEST_CASE("an enum is written and read by the words of its table", "[base][words]") {
    STATIC_REQUIRE(base::name_of(Colour::blue) == "blue");
    STATIC_REQUIRE(base::meaning_of(Colour::green) == "as grass");
    STATIC_REQUIRE(base::parse<Colour>("red") == Colour::red);
    for (const auto& word : base::words<Colour>)
        CHECK(base::parse<Colour>(word.name) == word.value);
}

TEST_CASE("only the whole word means a value", "[base][words]") {
    CHECK_FALSE(base::parse<Colour>("re"));
    CHECK_FALSE(base::parse<Colour>("Red"));
    CHECK_FALSE(base::parse<Colour>(""));
    CHECK(base::name_of(static_cast<Colour>(7)) == "?");
}

TEST_CASE("words are listed in the order of their table", "[base][words]") {
    CHECK(base::one_of<Colour>() == "green, red or blue");
    CHECK(base::one_of(std::array{"a"}) == "a");
    CHECK(base::one_of(std::array{"a", "b"}) == "a or b");
}
