#include "training/report/report.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

#include <catch2/catch.hpp>

#include "base/html/html.hpp"

using namespace training;

namespace {

Report full() {
    Report r;
    r.title = "Section <of> \"packages\" & more";
    r.subtitle = "softmax on snapshot s-1";
    r.facts = {{"Snapshot", "s-1"}};
    r.warnings = {"one <warning>"};
    r.metrics = {{"Accuracy", true, false}, {"Log-loss", false, true}};
    r.models = {
        {"majority", {Estimate{0.4, {0.3, 0.5}}, std::nullopt}, 0.1, false},
        {"softmax", {Estimate{0.75, {0.7, 0.8}}, Estimate{0.61, {0.55, 0.66}}}, 2.5, true},
    };
    r.class_names = {"games", "<script>alert(1)</script>"};
    r.balance = {{80, 10, 10}, {40, 5, 5}};
    r.classes = judge_classes(
        std::vector<double>{0.9, 0.1, 0.4, 0.6, 0.7, 0.3, 0.2, 0.8}, std::vector<int>{0, 0, 1, 1}, 2
    );
    r.curve = {{100, 0.4}, {200, 0.3}, {400, 0.25}};
    r.law = fit_power_law(r.curve);
    r.epochs = {{"fit", 1, 2, 0.9, 0.8}, {"fit", 2, 2, 0.5, 0.6}};
    r.scatter = {{1, 1.5}, {2, 1.8}, {3, 3.3}};
    r.misses = {{"key <3>", 20'000, 64'540.4}};
    r.curves = {{"<games>", {{0, 0}, {0, 0.5}, {1, 1}}, {{0.5, 1}, {1, 0.5}}}};
    r.coverage = {{0.25, 1}, {0.5, 0.5}, {1, 0.75}};
    r.answered = 0.5;
    r.importance = {{"size <kB>", 0.4, 0.02}, {"noise", -0.001, 0.002}};
    r.importance_of = "log-loss on 100 validation rows";
    r.gains = {{"size <kB>", 30}, {"noise", 10}};
    r.composition = {{"Licence", {{"CC0 <1>", 30}, {"", 10}}}};
    r.error_rate = 0.25;
    Slice slice;
    slice.description = "language = <de>";
    slice.rows = {1, 2, 3};
    slice.errors = 2;
    slice.rate = 0.66;
    slice.interval = {0.3, 0.9};
    slice.lift = 2.6;
    slice.q_value = 0.03;
    r.slices = {slice};
    r.worst = {
        {"key'1",
         "games",
         "other",
         0.97,
         "<img src=x onerror=alert(1)>\x01\xff",
         "javascript:alert(1)",
         Thumbnail{2, 2, 1, {0, 255, 255, 0}}}};
    r.suspects = {{"key2", "a", "b", 0.9, "", "https://example.org/?a=1&b=2", {}}};
    r.trials = {
        {0, "mlp", {{"rate", 1}}, 1, 0.5, 0, ""},
        {1, "mlp", {{"rate", 2}}, 1, HUGE_VAL, 0, "too <fast>"}};
    return r;
}

std::size_t count(const std::string& text, std::string_view word) {
    std::size_t found = 0;
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) ++found;
    return found;
}

// Every element that is opened is closed, in order.
bool balanced(const std::string& html) {
    std::vector<std::string> open;
    for (std::size_t at = html.find('<'); at != html.npos; at = html.find('<', at + 1)) {
        const auto end = html.find('>', at);
        if (end == html.npos) return false;
        const auto tag = html.substr(at + 1, end - at - 1);
        if (tag[0] == '!' || tag.ends_with("/")) continue;
        const bool closes = tag[0] == '/';
        std::string name;
        for (std::size_t i = closes ? 1 : 0;
             i < tag.size() && std::isalnum(static_cast<unsigned char>(tag[i])) != 0;
             ++i)
            name.push_back(tag[i]);
        if (name == "meta" || name == "br" || name == "img") continue;
        if (!closes) {
            open.push_back(name);
        } else if (open.empty() || open.back() != name) {
            return false;
        } else {
            open.pop_back();
        }
    }
    return open.empty();
}

}  // namespace

TEST_CASE(
    "the page holds every section, is well formed and asks the network for nothing",
    "[training][report]"
) {
    const auto html = render_html(full());
    CHECK(balanced(html));
    for (const auto* id :
         {"models",
          "confusion",
          "classes",
          "calibration",
          "predictions",
          "thresholds",
          "importance",
          "data",
          "balance",
          "learning",
          "slices",
          "errors",
          "labels",
          "search"}) {
        INFO(id);
        CHECK(count(html, std::string("<div class=\"part\" id=\"") + id + "\">") == 1);
        CHECK(count(html, std::string("href=\"#") + id + "\"") == 1);
    }
    CHECK(count(html, "<script") == 0);
    CHECK(count(html, "<link") == 0);
    CHECK(count(html, "@import") == 0);
    CHECK(count(html, "url(") == 0);
    CHECK(count(html, "src=\"data:image/png;base64,") == 1);
    CHECK(count(html, "src=\"http") == 0);
    CHECK(count(html, "color-scheme: light dark") == 1);
    CHECK(count(html, "nan") == 0);
    CHECK(count(html, "inf\"") == 0);
}

TEST_CASE("parts stand closed below their briefs, but for the first", "[training][report]") {
    const auto html = render_html(full());
    CHECK(count(html, "<details class=\"sheet\" open>") == 1);
    CHECK(count(html, "<details class=\"sheet\">") == 13);
    CHECK(count(html, "<summary><h2>Models</h2><span class=\"brief soft\">2 runs on") == 1);
    CHECK(html.find("most often games is read as &lt;script&gt;") != html.npos);
    CHECK(html.find("2 settings tried") != html.npos);
    CHECK(html.find("2 classes, the rarest with 33.3&#8239;% of the rows") != html.npos);
}

TEST_CASE(
    "the page has the look of the web page, and its tables scroll by keys",
    "[training][report]"
) {
    const auto html = render_html(full());
    CHECK(count(html, "--accent: light-dark(") == 1);
    CHECK(count(html, "--sans: system-ui") == 1);
    CHECK(count(html, "<table") == count(html, "role=\"group\" aria-label=\""));
    CHECK(count(html, "tabindex=\"0\"><table") == count(html, "<table"));
}

TEST_CASE("figures are written as the web page writes them", "[training][report]") {
    CHECK(base::number(64'540.4) == "64,540");
    CHECK(base::number(-12'345'678.9) == "&minus;12,350,000");
    CHECK(base::number(0.25) == "0.250");
    CHECK(base::number(1'234) == "1,234");
    CHECK(base::number(3) == "3");
    CHECK(base::number(0.00012343) == "1.234e-04");
    CHECK(base::number(std::nan("")) == "–");
    const auto html = render_html(full());
    CHECK(count(html, "e+0") == 0);
    CHECK(
        html.find(
            "<th scope=\"row\">key &lt;3&gt;</th><td>20,000</td><td>64,540</td><td>+44,540</td>"
        ) != html.npos
    );
}

TEST_CASE(
    "of values the page shows how far they are missed, and which records",
    "[training][report]"
) {
    const auto html = render_html(full());
    CHECK(html.find("half are off by 0.300 at most") != html.npos);
    for (const auto* title : {"Predictions", "Residuals", "How far off"}) {
        INFO(title);
        CHECK(count(html, std::string("<title>") + title + "</title>") == 1);
    }
    auto one = full();
    one.scatter = {{1, 1}};
    CHECK(balanced(render_html(one)));
}

TEST_CASE("the page shows curves, importance and where the data is from", "[training][report]") {
    const auto html = render_html(full());
    for (const auto* title :
         {"ROC curves", "Precision and recall", "Coverage and accuracy", "Residuals"}) {
        INFO(title);
        CHECK(count(html, std::string("<title>") + title + "</title>") == 1);
    }
    CHECK(count(html, "size &lt;kB&gt;") == 3);  // and in the brief
    CHECK(count(html, "&lt;games&gt;") >= 2);
    CHECK(count(html, "CC0 &lt;1&gt;") == 1);
    CHECK(count(html, "not known") == 1);
    CHECK(count(html, "75.0") >= 1);  // share of the gain
    CHECK(count(html, "answered 0.500, accuracy 0.500") == 1);
}

TEST_CASE("texts are escaped and only web addresses are linked", "[training][report]") {
    const auto html = render_html(full());
    CHECK(
        html.find("<title>Section &lt;of&gt; &quot;packages&quot; &amp; more</title>") != html.npos
    );
    CHECK(html.find("onerror=alert(1)>") == html.npos);
    CHECK(html.find("&lt;img src=x onerror=alert(1)&gt;\xef\xbf\xbd\xef\xbf\xbd") != html.npos);
    CHECK(html.find("javascript:") == html.npos);
    CHECK(html.find("href=\"https://example.org/?a=1&amp;b=2\"") != html.npos);
    CHECK(html.find("too &lt;fast&gt;") != html.npos);
    CHECK(html.find("35.0 points above majority") != html.npos);
}

TEST_CASE("an empty report is still a page", "[training][report]") {
    const auto html = render_html({});
    CHECK(balanced(html));
    CHECK(html.find("<details") == html.npos);
    CHECK(html.find("<nav") == html.npos);
}

TEST_CASE("a thumbnail is a PNG of the right size, and nonsense is none", "[training][report]") {
    const auto shown = [](Thumbnail picture) {
        auto report = full();
        for (auto& finding : report.worst) finding.picture.reset();
        for (auto& finding : report.suspects) finding.picture.reset();
        report.worst.at(0).picture = std::move(picture);
        return render_html(report);
    };
    const auto html = shown({2, 1, 3, {255, 0, 0, 0, 0, 255}});
    // signature, IHDR 2x1 RGB and its CRC
    CHECK(count(html, "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjd") == 1);
    CHECK(count(html, "AAAABJRU5ErkJggg==") == 1);  // IEND
    CHECK(count(shown({2, 2, 1, {0}}), "data:image") == 0);
    CHECK(count(shown({1, 1, 5, {0, 0, 0, 0, 0}}), "data:image") == 0);
}
