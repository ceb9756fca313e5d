#include <catch2/catch.hpp>

#include "base/time/duration.hpp"

using namespace base;
using namespace std::chrono;

TEST_CASE("spans of time are read with their units", "[time]") {
    struct Case {
        std::string_view text;
        microseconds span;
    };
    for (const auto& c : std::initializer_list<Case>{
             {"90", 90s},
             {" 1.5 ", 1500ms},
             {"500ms", 500ms},
             {"0s", 0s},
             {"2h30m", 150min},
             {"1d 12h", 36h},
             {"1.5h", 90min},
             {"2 w", 336h},
         }) {
        INFO(c.text);
        CHECK(parse_duration(c.text) == c.span);
    }
    for (auto text : {"", " ", "s", "-1s", "1x", "1M", "1h30", "1e3s", "inf", "200000d"}) {
        INFO(text);
        CHECK_FALSE(parse_duration(text));
    }
}

TEST_CASE("a span is written so that it is read back", "[time]") {
    CHECK(duration_text(90s) == "1m30s");
    CHECK(duration_text(0s) == "0s");
    CHECK(duration_text(48h + 500ms) == "2d500ms");
    for (microseconds span : {microseconds(1), microseconds(1'234'567), microseconds(25h)}) {
        INFO(duration_text(span));
        CHECK(parse_duration(duration_text(span)) == span);
    }
}
