// What is packaged fits the program.
#include <set>

#include <catch2/catch.hpp>

#include "base/run/files.hpp"
#include "base/text/pattern.hpp"
#include "tests/layering/source_tree.hpp"

namespace {

std::set<std::string> figures(const std::string& text) {
    static const auto name = base::Pattern::parse(R"(\btilth_[a-z]+[a-z_]*)");
    std::set<std::string> all;
    std::string_view rest = text;
    while (auto match = name.find(rest)) {
        std::string found(*match);
        rest.remove_prefix(static_cast<std::size_t>(match->end() - rest.begin()));
        for (std::string_view part : {"_bucket", "_sum", "_count"})  // of one histogram
            if (found.ends_with(part)) found.resize(found.size() - part.size());
        all.insert(found);
    }
    return all;
}

std::string file(const char* path) {
    return base::read_whole_file((layering::root() / path).string());
}

}  // namespace

TEST_CASE("the dashboard shows figures that /metrics tells, and all of them", "[layering]") {
    auto told = figures(file("api/server/gauges.cpp") + file("api/server/metrics.cpp"));
    auto shown = figures(file("packaging/grafana.json"));
    CHECK(told.size() > 15);
    CHECK(told == shown);
}

TEST_CASE("the units run commands that there are", "[layering]") {
    auto commands = file("app/service.cpp");
    CHECK_THAT(file("packaging/tilth.service"), Catch::Contains("toml serve\n"));
    CHECK_THAT(file("packaging/tilth-worker@.service"), Catch::Contains("toml worker\n"));
    CHECK_THAT(
        commands,
        Catch::Contains("add_subcommand(\"serve\"") && Catch::Contains("add_subcommand(\"worker\"")
    );
}
