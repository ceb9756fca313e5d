#include "formats/csv/guard.hpp"

#include <string>

#include <catch2/catch.hpp>

TEST_CASE("texts that a spreadsheet would take for formulas are guarded", "[formats][csv]") {
    auto guarded = [](std::string cell) {
        formats::guard_formula(cell);
        return cell;
    };
    for (const char* formula :
         {"=1+1",
          "=HYPERLINK(\"http://a/\")",
          "+A1",
          "-A1",
          "-1+A1",
          "@SUM(A1)",
          "\t=1",
          "\r=1",
          "\n=1",
          "＝1+1",
          "＋1",
          "－1",
          "＠SUM(A1)",
          "-",
          "--5"}) {
        INFO(formula);
        CHECK(guarded(formula) == std::string("'") + formula);
    }
    for (const char* cell :
         {"", "a", "a=b", " =1", "'=1", "1", "-1", "+1", "-1.5e3", "1-2", "ａ"}) {
        INFO(cell);
        CHECK(guarded(cell) == cell);
    }
}
