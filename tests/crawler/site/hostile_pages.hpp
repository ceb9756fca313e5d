#pragma once

#include <array>
#include <string>
#include <string_view>

// What HostileSite sends as pages.
namespace test {

std::string repeated(std::string_view text, int times);
std::string html(const std::string& title, const std::string& body);
// A page, a feed or a sitemap of /laughs/, with an entity that is ten to the ninth addresses long.
std::string laughing(const std::string& target);
// Every day has a next one and a next month, and says the same.
std::string calendar(const std::string& target);
// A page of /deep/ or /page/: nested without end, or of what no page should hold.
std::string page_without_sense(const std::string& target);

// All that "/" leads to.
inline constexpr std::array hostile_paths{
    "/loop/self",
    "/loop/a",
    "/chain/0",
    "/calendar/2024/1/1",
    "/drip/body",
    "/drip/head",
    "/drip/start",
    "/gzip/garbage",
    "/gzip/cut",
    "/gzip/plain",
    "/gzip/checksum",
    "/gzip/twice",
    "/gzip/unknown",
    "/br/garbage",
    "/bomb/gzip",
    "/bomb/br",
    "/bomb/page",
    "/endless/body",
    "/endless/chunks",
    "/length/short",
    "/length/long",
    "/length/negative",
    "/length/huge",
    "/length/two",
    "/length/words",
    "/chunks/garbage",
    "/chunks/cut",
    "/headers/large",
    "/headers/many",
    "/headers/interim",
    "/headers/nul",
    "/headers/none",
    "/deep/div",
    "/deep/inline",
    "/deep/table",
    "/deep/open",
    "/page/nul",
    "/page/bytes",
    "/page/utf16",
    "/page/attributes",
    "/page/links",
    "/page/empty",
    "/laughs/rss",
    "/laughs/page",
    "/reset/accept",
    "/reset/status",
    "/reset/head",
    "/reset/body",
    "/reset/once",
    "/close/accept",
    "/storm/always",
    "/storm/asked",
    "/storm/twice",
    "/limit/always",
    "/limit/once",
    "/limit/nonsense",
    "/status/999",
    "/status/304",
    "/status/100",
    "/status/204",
    "/status/none",
    "/location/bad",
    "/location/file",
    "/location/metadata",
    "/location/none",
    "/location/long",
    "/location/bytes",
    "/cookies",
    "/type/none",
    "/type/wrong",
    "/old",
};

}  // namespace test
