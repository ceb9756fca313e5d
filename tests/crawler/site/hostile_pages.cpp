#include "tests/crawler/site/hostile_pages.hpp"

#include <cstdio>

#include <fmt/format.h>

namespace test {

std::string repeated(std::string_view text, int times) {
    std::string out;
    out.reserve(text.size() * static_cast<std::size_t>(times));
    for (int i = 0; i < times; ++i) out += text;
    return out;
}

std::string html(const std::string& title, const std::string& body) {
    return "<!doctype html><html lang=en><title>" + title + "</title><h1>" + title + "</h1><p>" +
           title + " has a text of its own, with commas, and an end.</p>" + body + "</html>";
}

// An entity that holds ten of the one before, and so on: 10^9 words in less than a kilobyte.
namespace {

std::string billion_laughs(const std::string& root, const std::string& before) {
    std::string text =
        "<?xml version=\"1.0\"?><!DOCTYPE " + root + " [<!ENTITY e0 \"http://laugh.test/\">";
    for (int i = 1; i < 10; ++i)
        text += fmt::format("<!ENTITY e{} \"{}\">", i, repeated(fmt::format("&e{};", i - 1), 10));
    return text + "]>" + before;
}

}  // namespace

std::string laughing(const std::string& target) {
    if (target == "/laughs/sitemap.xml")
        return billion_laughs(
            "urlset",
            "<urlset "
            "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"><url><loc>&e9;</loc></url>"
            "<url><loc>/secret/x</loc></url></urlset>"
        );
    if (target == "/laughs/page") return billion_laughs("html", "<html><body>&e9;</body></html>");
    return billion_laughs(
        "rss",
        "<rss "
        "version=\"2.0\"><channel><title>&e9;</title><item><link>&e9;</link></item></channel></rss>"
    );
}

std::string calendar(const std::string& target) {
    int year = 0, month = 0, day = 0;
    std::sscanf(target.c_str(), "/calendar/%d/%d/%d", &year, &month, &day);
    auto link = [](int y, int m, int d) {
        if (d > 28) d = 1, ++m;
        if (m > 12) m = 1, ++y;
        return fmt::format("<a href=/calendar/{}/{}/{}>on</a> ", y, m, d);
    };
    auto body = fmt::format("<p>No events on {}.{}.{}, none at all.</p>", day, month, year) +
                link(year, month, day + 1) + link(year, month + 1, day) +
                link(year + 1, month, day);
    return html("Calendar", body);
}

std::string page_without_sense(const std::string& target) {
    constexpr int deep = 150'000;
    std::string body;
    if (target == "/deep/div")
        body = repeated("<div>", deep) + "<p>Bottom.</p>" + repeated("</div>", deep);
    if (target == "/deep/inline") body = repeated("<b><i><a href=#x><font>", deep / 4) + "Bottom.";
    if (target == "/deep/table") body = repeated("<table><tr><td>", deep / 3) + "Bottom.";
    if (target == "/deep/open")
        body = repeated("<", deep) + repeated("<!--", deep) + repeated("<svg><math>", 1000);
    if (target == "/page/nul") body = std::string("<p>a\0b\0c &#0; &#x110000; &#xd800;</p>", 37);
    if (target == "/page/bytes")
        for (int i = 0; i < 65536; ++i) body += static_cast<char>(i * 7919 % 251);
    if (target == "/page/attributes") {
        body = "<p";
        for (int i = 0; i < 50'000; ++i) body += fmt::format(" a{}=\"{}\"", i, i);
        body += ">text</p><td colspan=9000000000000000 rowspan=9000000000>x</td>";
    }
    if (target == "/page/links")
        for (int i = 0; i < 20'000; ++i)
            body += fmt::format("<a href=http://elsewhere{}.test/>x</a>", i);
    return html(target, body);
}

}  // namespace test
