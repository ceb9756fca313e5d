#include "crawler/extract/page_quality.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "formats/text/text_quality.hpp"

using namespace crawler;
using schema::Measure;

namespace {

double value(const schema::Quality& quality, Measure measure) {
    return schema::value_of(quality.measures, measure);
}

schema::Quality
measured(const std::string& html, const std::string& main, const std::string& language = "en") {
    auto document = Document::parse(html);
    return measure_page(document, {"", main, language}, judge_language(main));
}

const std::string english =
    "The old bridge was built by people of the valley who wanted to cross the river with their "
    "carts in winter.";

}  // namespace

TEST_CASE("main share and link density are shares of what a reader sees", "[crawler][quality]") {
    auto quality = measured(
        "<body><nav><a href=/>12345</a> <a href=/x>67890</a></nav><p>aaaaabbbbb</p><script>var "
        "not_seen;</script></body>",
        "aaaaabbbbb"
    );
    CHECK(value(quality, Measure::main_share) == Approx(0.5));
    CHECK(value(quality, Measure::link_density) == Approx(0.5));
    auto none = measured("<body><p>only text</p></body>", "only text");
    CHECK(value(none, Measure::main_share) == 1);
    CHECK(value(none, Measure::link_density) == 0);
    auto nested = measured("<body><p><a href=/><b>ab</b><i>cd</i></a>efgh</p></body>", "abcdefgh");
    CHECK(value(nested, Measure::link_density) == Approx(0.5));
    CHECK(std::isnan(value(measured("<body></body>", ""), Measure::main_share)));
}

TEST_CASE("the language that the words tell is kept with how sure that is", "[crawler][quality]") {
    auto right = measured("<p>" + english + "</p>", english);
    CHECK(right.language == "en");
    CHECK(value(right, Measure::language_confidence) > 0.9);
    auto declared_wrong = measured("<p>" + english + "</p>", english, "de");
    CHECK(declared_wrong.language == "en");
    auto unclear = judge_language("xq zzk 12 qqw");
    CHECK_FALSE(unclear.reliable);
    CHECK(unclear.confidence <= 0.5);
    auto plain = measure_plain({"", english, "en"}, judge_language(english));
    CHECK(std::isnan(value(plain, Measure::main_share)));
    CHECK(value(plain, Measure::words) == 21);
}
