#include "crawler/scrape/scraped_value.hpp"

#include <catch2/catch.hpp>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/text/pattern.hpp"

using namespace crawler;
using namespace formats;
namespace json = boost::json;

namespace {

// The number as JSON; "null" if there is none.
std::string number(std::string_view text, char decimal = 0, std::string_view language = {}) {
    auto value = number_in(text, decimal, language);
    if (value.is_double()) {
        auto written = std::to_string(value.as_double());
        while (written.back() == '0') written.pop_back();
        return written;
    }
    return json::serialize(value);
}

std::string date(std::string_view text, std::string_view language = {}, const char* format = "") {
    auto at = moment_in(text, format, language);
    return at ? at->iso_date() : "none";
}

std::string time(std::string_view text, std::string_view language = {}, const char* format = "") {
    auto at = moment_in(text, format, language);
    return at ? at->iso() : "none";
}

}  // namespace

TEST_CASE("numbers are read as people write them", "[crawler][rules]") {
    struct Case {
        const char *text, *value;
    };
    for (const auto& [text, value] : std::initializer_list<Case>{
             {"12", "12"},
             {"EUR 1,234.50", "1234.5"},
             {"1.234,50 €", "1234.5"},
             {"1 234,5 zł", "1234.5"},
             {"1\u00a0234\u00a0567", "1234567"},
             {"CHF 1'234.50", "1234.5"},
             {"1’234’567", "1234567"},
             {"12,34,567", "1234567"},
             {"1,234", "1234"},
             {"1.234", "1.234"},
             {"1.234.567", "1234567"},
             {"0,5", "0.5"},
             {"0.123", "0.123"},
             {"-5", "-5"},
             {"−5 °C", "-5"},
             {"-€5", "-5"},
             {"€ -5.25", "-5.25"},
             {"SKU-42", "42"},
             {"10-20", "10"},
             {".5 l", "0.5"},
             {"No.5", "5"},
             {"3 reviews", "3"},
             {"5,-", "5"},
             {"room 12 34", "12"},
             {"sold out", "null"},
             {"", "null"},
             {"1.2.3", "null"},
             {"1,2,3,4", "null"},
             {"1.234.567,89", "1234567.89"},
             {"1,234.567.890", "null"}}) {
        INFO(text);
        CHECK(number(text) == value);
    }
}

TEST_CASE(
    "what leaves the separator open is read by rule, or by the page's language",
    "[crawler][rules]"
) {
    CHECK(number("1.234", 0, "de") == "1234");
    CHECK(number("1,234", 0, "de") == "1.234");
    CHECK(number("1,234", 0, "en-gb") == "1234");
    CHECK(number("1.234", 0, "de-ch") == "1.234");
    CHECK(number("0.234", 0, "de") == "0.234");
    CHECK(number("1.234", ',') == "1234");
    CHECK(number("1,234", ',') == "1.234");
    CHECK(number("1,234", '.') == "1234");
    CHECK(number("1.234.567", '.') == "null");
}

TEST_CASE("dates are read in many forms and come out in one", "[crawler][rules]") {
    CHECK(date("2024-02-29") == "2024-02-29");
    CHECK(date("2023-02-29") == "none");
    CHECK(date("20240229") == "2024-02-29");
    CHECK(date("Published 29 February 2024") == "2024-02-29");
    CHECK(date("Feb. 29, 2024") == "2024-02-29");
    CHECK(date("29. Februar 2024", "de") == "2024-02-29");
    CHECK(date("29 février 2024", "fr") == "2024-02-29");
    CHECK(date("le 1 août 2023", "fr-ca") == "2023-08-01");
    CHECK(date("29.02.2024") == "2024-02-29");
    CHECK(date("2024/2/9") == "2024-02-09");
    CHECK(date("29/02/2024") == "2024-02-29");
    CHECK(date("02/29/2024") == "2024-02-29");
    CHECK(date("03/04/2024") == "none");
    CHECK(date("03/04/2024", "en-us") == "2024-03-04");
    CHECK(date("03/04/2024", "en-gb") == "2024-04-03");
    CHECK(date("03/04/2024", "", "%d/%m/%Y") == "2024-04-03");
    CHECK(date("4 Mar 24", "", "%d %b %y") == "2024-03-04");
    CHECK(date("yesterday") == "none");
    CHECK(date("12:30", "", "%H:%M") == "none");
    CHECK(date(std::string(100'000, '1')) == "none");
}

TEST_CASE("times keep their zone, and have none if the page names none", "[crawler][rules]") {
    CHECK(time("2024-02-29T12:30:00Z") == "2024-02-29T12:30:00Z");
    CHECK(time("2024-02-29T12:30:05.123+01:00") == "2024-02-29T12:30:05+01:00");
    CHECK(time("2024-02-29 12:30") == "2024-02-29T12:30:00");
    CHECK(time("Thu, 29 Feb 2024 12:30:00 GMT") == "2024-02-29T12:30:00Z");
    CHECK(time("May 8, 2024 10:00 EST") == "2024-05-08T10:00:00-05:00");
    CHECK(time("8 May 2024, 10:00 CEST") == "2024-05-08T10:00:00+02:00");
    CHECK(time("Thu, 29 Feb 2024 12:30:00 -0530") == "2024-02-29T12:30:00-05:30");
    CHECK(time("February 29, 2024 at 12:05 am") == "2024-02-29T00:05:00");
    CHECK(time("29.2.2024, 9:05 pm") == "2024-02-29T21:05:00");
    CHECK(time("29/02/2024 12:30 +0200", "", "%d/%m/%Y %H:%M %z") == "2024-02-29T12:30:00+02:00");
    CHECK(time("2024-02-29 25:00") == "none");
    CHECK(
        moment_in("2024-02-29T01:00:00+01:00", "", "")->seconds().time_since_epoch() ==
        std::chrono::seconds(1709164800)
    );
}

TEST_CASE("patterns find their group, however long the text", "[crawler][rules]") {
    auto pattern = [](std::string_view regex) {
        return base::Pattern::parse(regex, {.all_scripts = true});
    };
    auto price = pattern("(\\d+) EUR");
    CHECK(price.find("now 12 EUR") == "12");
    CHECK_FALSE(price.find("now 12 USD"));
    CHECK(pattern("\\d+").find("a12b") == "12");
    CHECK(pattern("ü(.)").find("grün") == "n");
    CHECK_FALSE(pattern("a(b)?").find("a"));
    CHECK(pattern("^$").found_in(""));
    // Engines that try one way after the other run out of stack or time.
    std::string text(200'000, 'x');
    CHECK(pattern("(x*)y?$").find(text).has_value());
    CHECK_FALSE(pattern("(x+x+)+y").found_in(std::string(200, 'x')));
    CHECK_THROWS_WITH(pattern("a(b"), Catch::Contains("is not closed"));
}

TEST_CASE("truths are read from their usual words", "[crawler][rules]") {
    CHECK(truth_in(" Yes ") == true);
    CHECK(truth_in("0") == false);
    CHECK_FALSE(truth_in("perhaps"));
}
