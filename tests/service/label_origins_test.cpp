#include "service/learn/label_origins.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

using Rules = std::vector<std::string>;

TEST_CASE("columns are made of the fields that any of the rules names", "[service][leak]") {
    auto origins = service::origins_of(Rules{
        R"({"column": [{"name": "size", "field": "Size"}, {"name": "verdict", "field": "truth"}]})",
        R"("[[column]]\nname = \"verdict\"\nfield = \"other\"\n")",
        R"({"column": [{"name": "plain"}]})",
        R"("")"});
    CHECK(
        origins ==
        training::ColumnFields{
            {"plain", "plain"}, {"size", "Size"}, {"verdict", "other"}, {"verdict", "truth"}}
    );
    CHECK(training::made_of("verdict", origins, {"truth"}));
    CHECK_FALSE(training::made_of("verdict", origins, {"verdict"}));
    CHECK_FALSE(training::made_of("size", origins, {"truth"}));
}

TEST_CASE("a scraped field that is called otherwise now is still the same", "[service][leak]") {
    Rules rules{
        R"({"items": {"css": ".item", "fields": {"verdict": ".v", "price": {"css": ".p"}}}})",
        R"({"items": {"css": ".item", "fields": {"outcome": {"css": [".v"], "type": "text"},
            "price": {"css": ".p", "type": "number"}, "cost": {"css": ".p", "regex": "[0-9]+"}}}})",
        R"("[fields]\nouter = \".v\"\n")"};
    auto origins = service::origins_of(rules);
    const std::vector<std::string> label{"verdict"};
    CHECK(training::made_of("outcome", origins, label));
    CHECK(training::made_of("verdict", origins, label));
    CHECK_FALSE(training::made_of("price", origins, label));
    CHECK_FALSE(training::made_of("cost", origins, label));
    CHECK_FALSE(training::made_of("outer", origins, label));  // not within the items
    CHECK(training::with_names(label, origins) == std::vector<std::string>{"verdict", "outcome"});
}
