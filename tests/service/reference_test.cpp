#include "service/reference.hpp"

#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

TEST_CASE("the page of settings says what the program declares", "[service][reference]") {
    std::ifstream in(TILTH_SOURCE_DIR "/docs/reference/settings.md");
    std::string page(std::istreambuf_iterator<char>(in), {});
    INFO("make it anew with 'tilth reference settings > docs/reference/settings.md'");
    CHECK(page == service::settings_reference());
}
