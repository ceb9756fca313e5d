#include "service/reference.hpp"

#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

namespace {

std::string page_of(const std::string& name) {
    std::ifstream in(TILTH_SOURCE_DIR "/docs/reference/" + name + ".md");
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("the page of settings says what the program declares", "[service][reference]") {
    INFO("make it anew with 'tilth reference settings > docs/reference/settings.md'");
    CHECK(page_of("settings") == service::settings_reference());
}

TEST_CASE("the page of skip reasons says what the crawler declares", "[service][reference]") {
    INFO("make it anew with 'tilth reference skip-reasons > docs/reference/skip-reasons.md'");
    CHECK(page_of("skip-reasons") == service::skip_reasons_reference());
}
