#include "base/json/plain.hpp"

#include <limits>

#include <catch2/catch.hpp>

#include <boost/json.hpp>

#include "base/text/printable.hpp"

namespace json = boost::json;

TEST_CASE("numbers are written as people write them, and read back the same", "[json]") {
    json::array numbers{1214.5, 29.0, 0.0, -0.324, 1e-5, 1e16, 1e300, 5e-324, 3, -7};
    CHECK(
        base::plain_json(numbers) ==
        "[1214.5,29,0,-0.324,0.00001,10000000000000000,1e+300,5e-324,3,-7]"
    );
    auto again = json::parse(base::plain_json(numbers)).as_array();
    for (std::size_t i = 0; i < numbers.size(); ++i)
        CHECK(again[i].to_number<double>() == numbers[i].to_number<double>());
    CHECK(base::plain_json(std::numeric_limits<double>::infinity()) == "null");
    json::value nested{{"a\"b", {1.5, "x\n", nullptr, true}}, {"c", json::object{}}};
    CHECK(base::plain_json(nested) == R"({"a\"b":[1.5,"x\n",null,true],"c":{}})");
}

TEST_CASE("no control character reaches a terminal", "[text]") {
    CHECK(base::printable("a\tb\nc") == "a\tb\nc");
    CHECK(base::printable("\x1b]0;title\a") == "\\x1b]0;title\\x07");
    CHECK(
        base::printable("\xc2\x9b"
                        "31m \xc3\xa9 \x7f") == "\\x9b31m \xc3\xa9 \\x7f"
    );
}
