#include "labeling/agreement/agreement.hpp"

#include <catch2/catch.hpp>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "labeling/agreement/agreement_by.hpp"
#include "tests/labeling/shared_data.hpp"

using labeling::Judgements;
using labeling::JudgementsBuilder;
using labeling::Metric;

namespace json = boost::json;

namespace {

std::string unit_name(std::size_t i) {
    return "u" + std::to_string(1000 + i);
}

// A table of ratings: one row a rater, one character a unit, '.' for missing.
Judgements table(const std::vector<std::string>& raters) {
    JudgementsBuilder builder;
    for (std::size_t r = 0; r < raters.size(); ++r)
        for (std::size_t u = 0; u < raters[r].size(); ++u)
            if (raters[r][u] != '.')
                builder.add(unit_name(u), "r" + std::to_string(r), {raters[r][u]});
    return std::move(builder).build();
}

double value(const Judgements& ratings, Metric metric) {
    return labeling::agreement(ratings, metric, 0).value.value();
}

// The published example with four raters (Krippendorff 2011, Gwet 2014); the last unit but one has
// two ratings, the last one.
const std::vector<std::string> four_raters{
    "123321412...",
    "1233224125.3",
    ".3332342251.",
    "12332441251."};

Judgements from_case(const json::object& item, const json::object& data) {
    JudgementsBuilder builder;
    auto text = [](const json::value& v) {
        return v.is_string() ? std::string(v.as_string()) : std::to_string(v.as_int64());
    };
    if (data.contains("table")) {
        std::size_t unit = 0;
        const auto& rows = data.at("table").as_array();
        for (std::size_t a = 0; a < rows.size(); ++a)
            for (std::size_t b = 0; b < rows[a].as_array().size(); ++b)
                for (std::int64_t n = rows[a].as_array()[b].as_int64(); n > 0; --n, ++unit) {
                    builder.add(unit_name(unit), "a", std::to_string(a));
                    builder.add(unit_name(unit), "b", std::to_string(b));
                }
    } else if (data.contains("counts") || data.contains("ratings_by_unit")) {
        bool counts = data.contains("counts");
        std::size_t unit = 0;
        for (const auto& row : data.at(counts ? "counts" : "ratings_by_unit").as_array()) {
            std::size_t rater = 0, category = 0;
            for (const auto& cell : row.as_array()) {
                auto times = counts ? cell.as_int64() : 1;
                auto rating = counts ? std::to_string(category++) : text(cell);
                for (; times > 0; --times)
                    builder.add(unit_name(unit), "r" + std::to_string(rater++), rating);
            }
            ++unit;
        }
    } else if (data.contains("triples")) {
        for (const auto& triple : data.at("triples").as_array())
            builder.add(
                text(triple.as_array()[1]), text(triple.as_array()[0]), text(triple.as_array()[2])
            );
    } else {
        const auto& raters = data.at("ratings_by_rater").as_array();
        for (std::size_t r = 0; r < raters.size(); ++r) {
            bool wanted = !item.contains("raters");
            if (!wanted)
                for (const auto& chosen : item.at("raters").as_array())
                    wanted = wanted || chosen.as_int64() == static_cast<std::int64_t>(r);
            if (!wanted) continue;
            const auto& row = raters[r].as_array();
            for (std::size_t u = 0; u < row.size(); ++u)
                if (!row[u].is_null())
                    builder.add(unit_name(u), "r" + std::to_string(r), text(row[u]));
        }
    }
    return std::move(builder).build();
}

std::string metric_of(const json::object& item) {
    auto metric = std::string(item.at("metric").as_string());
    if (metric == "fleiss_kappa") return "fleiss";
    if (metric == "krippendorff_alpha")
        return "krippendorff-" + std::string(item.at("level").as_string());
    REQUIRE(metric == "cohen_kappa");
    return item.contains("weights") ? "cohen-" + std::string(item.at("weights").as_string())
                                    : "cohen";
}

}  // namespace

TEST_CASE("every published agreement value is met", "[labeling][agreement]") {
    auto text = shared_data("agreement/cases.json");
    if (!text) return;
    auto cases = json::parse(*text).as_object();
    for (const auto& element : cases.at("cases").as_array()) {
        const auto& item = element.as_object();
        INFO(item.at("id"));
        auto metric = base::parse<Metric>(metric_of(item));
        REQUIRE(metric);
        const auto& data = cases.at("datasets").at(item.at("data").as_string()).as_object();
        CHECK(
            value(from_case(item, data), *metric) == Approx(item.at("expected").to_number<double>())
                                                         .margin(item.at("tol").to_number<double>())
        );
    }
}

TEST_CASE(
    "the example with four raters and missing ratings gives the textbook's values",
    "[labeling][agreement]"
) {
    auto ratings = table(four_raters);
    CHECK(value(ratings, Metric::krippendorff_nominal) == Approx(0.743421052632));
    CHECK(value(ratings, Metric::krippendorff_ordinal) == Approx(0.815).margin(0.0005));
    CHECK(value(ratings, Metric::krippendorff_interval) == Approx(0.849).margin(0.0005));
    CHECK(value(ratings, Metric::krippendorff_ratio) == Approx(0.797).margin(0.0005));
    CHECK(value(ratings, Metric::gwet_ac1) == Approx(0.775).margin(0.0005));
    CHECK(value(ratings, Metric::fleiss) == Approx(0.761).margin(0.0005));
    CHECK(value(ratings, Metric::percent) == Approx(0.8182).margin(0.0001));
}

TEST_CASE(
    "Gwet's AC2 counts a near miss as half agreement by its quadratic weight",
    "[labeling][agreement]"
) {
    // Two raters, categories 1 2 3: weight of (1,2) is 3/4, of (1,3) is 0. By hand: pa = (1 + 1 +
    // 3/4 + 0) / 4; shares 3/8, 3/8, 2/8; pe = (3 + 4 * 3/4) * (15/64 + 15/64 + 12/64) / 6.
    auto ratings = table({"1213", "1221"});
    double pa = 2.75 / 4;
    double pe = 6.0 * (42.0 / 64) / 6;
    CHECK(
        value(table({"1211", "1223"}), Metric::gwet_ac2) ==
        Approx(value(table({"1213", "1221"}), Metric::gwet_ac2))
    );
    double shares = 3.0 / 8 * 5 / 8 + 4.0 / 8 * 4 / 8 + 1.0 / 8 * 7 / 8;
    pe = 6.0 * shares / 6;
    CHECK(value(ratings, Metric::gwet_ac2) == Approx((pa - pe) / (1 - pe)));
}

TEST_CASE("with three raters Cohen's kappa is the mean over the pairs", "[labeling][agreement]") {
    std::vector<std::string> rows{"aabbab", "aabbba", "abbbab"};
    double sum = 0;
    for (auto [i, j] : {std::pair{0, 1}, {0, 2}, {1, 2}})
        sum += value(
            table({rows[static_cast<std::size_t>(i)], rows[static_cast<std::size_t>(j)]}),
            Metric::cohen
        );
    CHECK(value(table(rows), Metric::cohen) == Approx(sum / 3));
}

TEST_CASE(
    "only the last rating of a rater counts, and a category left that way is none",
    "[labeling][agreement]"
) {
    JudgementsBuilder builder;
    builder.add("1", "a", "z");
    for (auto [unit, a, b] : {std::tuple{"1", "x", "x"}, {"2", "y", "x"}, {"3", "y", "y"}}) {
        builder.add(unit, "a", a);
        builder.add(unit, "b", b);
    }
    auto ratings = std::move(builder).build();
    CHECK(ratings.answers == std::vector<std::string>{"x", "y"});
    CHECK(value(ratings, Metric::percent) == Approx(2.0 / 3));
}

TEST_CASE(
    "the bootstrap interval holds the value and is the same in every run",
    "[labeling][agreement]"
) {
    auto ratings = table({"aabbaabbabab", "aabbaabbabba"});
    auto first = labeling::agreement(ratings, Metric::cohen);
    auto second = labeling::agreement(ratings, Metric::cohen);
    CHECK(first.value == second.value);
    CHECK(first.low == second.low);
    CHECK(first.high == second.high);
    CHECK(*first.low < *first.value);
    CHECK(*first.value < *first.high);
    CHECK(*first.high <= 1);
    CHECK(first.units == 12);
    CHECK(first.raters == 2);
}

TEST_CASE("agreement on one category alone is undefined", "[labeling][agreement]") {
    auto ratings = table({"aaa", "aaa"});
    CHECK_FALSE(labeling::agreement(ratings, Metric::cohen).value);
    CHECK_FALSE(labeling::agreement(ratings, Metric::krippendorff_nominal).value);
    CHECK(value(ratings, Metric::percent) == 1);
}

TEST_CASE("a metric refuses ratings it cannot judge", "[labeling][agreement]") {
    CHECK_THROWS_AS(
        labeling::agreement(table({"ab", "ab"}), Metric::krippendorff_interval), base::Error
    );
    CHECK_THROWS_AS(labeling::agreement(table({"ab"}), Metric::cohen), base::Error);
    CHECK_THROWS_AS(labeling::agreement(table({"ab..", "..ab"}), Metric::fleiss), base::Error);
}

TEST_CASE(
    "the example with four raters gives the published values by every weight",
    "[labeling][agreement]"
) {
    // As printed by irrCAC, the program of Gwet's Handbook, where another rater gave the last one.
    auto ratings = table({"123321412...", "1233224125..", ".33323422513", "12332441251."});
    const std::pair<Metric, double> published[] = {
        {Metric::conger, 0.763},
        {Metric::brennan_prediger, 0.773},
        {Metric::brennan_prediger_linear, 0.848},
        {Metric::brennan_prediger_quadratic, 0.902},
        {Metric::brennan_prediger_ordinal, 0.886},
        {Metric::gwet_ac2, 0.914},
        {Metric::gwet_ac2_linear, 0.859},
        {Metric::gwet_ac2_ordinal, 0.899},
        {Metric::gwet_ac2_radical, 0.820},
        {Metric::gwet_ac2_ratio, 0.857},
    };
    for (const auto& [metric, expected] : published) {
        INFO(base::name_of(metric));
        CHECK(value(ratings, metric) == Approx(expected).margin(0.0005));
    }
}

TEST_CASE(
    "of two raters Scott's pi, Fleiss' and Conger's kappa are known",
    "[labeling][agreement]"
) {
    // 13 0 0 / 0 20 7 / 0 4 56 (Gwet's two abstractors).
    std::string first = std::string(13, 'a') + std::string(27, 'b') + std::string(60, 'c');
    std::string second = std::string(13, 'a') + std::string(20, 'b') + std::string(7, 'c') +
                         std::string(4, 'b') + std::string(56, 'c');
    auto ratings = table({first, second});
    CHECK(value(ratings, Metric::scott) == Approx(0.796).margin(0.0005));
    CHECK(value(ratings, Metric::scott) == Approx(value(ratings, Metric::fleiss)));
    CHECK(value(ratings, Metric::conger) == Approx(value(ratings, Metric::cohen)));
}

TEST_CASE("ranks of numbers are correlated, ties and all", "[labeling][agreement]") {
    auto ratings = table({"1223547688", "2133465887"});
    CHECK(value(ratings, Metric::kendall) == Approx(0.720930).margin(1e-6));
    CHECK(value(ratings, Metric::spearman) == Approx(0.865031).margin(1e-6));
    auto three = table({"12345", "12354", "54321"});
    CHECK(value(three, Metric::kendall) == Approx((0.8 - 1 - 0.8) / 3));
    CHECK_FALSE(labeling::agreement(table({"111", "123"}), Metric::kendall, 0).value);
}

TEST_CASE("words have the order that is given, or none", "[labeling][agreement]") {
    JudgementsBuilder builder;
    const char* words[] = {"low", "medium", "high"};
    auto numbers = std::string("001122210011220");
    auto others = std::string("001112221011120");
    for (std::size_t u = 0; u < numbers.size(); ++u) {
        builder.add(unit_name(u), "a", words[numbers[u] - '0']);
        builder.add(unit_name(u), "b", words[others[u] - '0']);
    }
    auto ratings = std::move(builder).build();
    auto as_numbers = table({numbers, others});
    auto scale = labeling::in_order(ratings, {"low", "medium", "high"});
    for (auto metric :
         {Metric::krippendorff_ordinal,
          Metric::cohen_linear,
          Metric::cohen_quadratic,
          Metric::gwet_ac2,
          Metric::gwet_ac2_ordinal,
          Metric::brennan_prediger_linear,
          Metric::kendall,
          Metric::spearman}) {
        INFO(base::name_of(metric));
        CHECK(value(scale, metric) == Approx(value(as_numbers, metric)));
        CHECK_THROWS_WITH(value(ratings, metric), Catch::Contains("--order"));
    }
    CHECK(
        value(ratings, Metric::krippendorff_nominal) == value(scale, Metric::krippendorff_nominal)
    );
    CHECK_THROWS_AS(value(scale, Metric::krippendorff_interval), base::Error);
    CHECK_THROWS_WITH(labeling::in_order(ratings, {"low", "high"}), Catch::Contains("'medium'"));
    // What lies between two is part of the scale though nobody chose it.
    auto wide = labeling::in_order(table({"13", "31"}), {"1", "2", "3", "4"});
    CHECK(wide.answers.size() == 4);
    CHECK(
        value(wide, Metric::gwet_ac2_linear) > value(table({"13", "31"}), Metric::gwet_ac2_linear)
    );
}

TEST_CASE("agreement is told by class, by pair and by part", "[labeling][agreement]") {
    auto ratings = table({"aabbccaabbcc", "aabbcaaabbca", "aabbccbbbbcc"});
    auto classes = labeling::agreement_by_class(ratings, Metric::fleiss, 0);
    REQUIRE(classes.size() == 3);
    CHECK(classes[1].name == "b");
    CHECK(*classes[1].agreement.value > *classes[0].agreement.value);
    auto same = table({"001100001100", "001100001100", "001100111100"});
    CHECK(*classes[1].agreement.value == Approx(value(same, Metric::fleiss)));

    auto pairs = labeling::agreement_by_pair(ratings, Metric::percent, 0);
    REQUIRE(pairs.size() == 3);
    CHECK(pairs[0].name == "r0, r1");
    CHECK(*pairs[0].agreement.value == Approx(10.0 / 12));
    CHECK(pairs[0].agreement.raters == 2);
    double sum = 0;
    for (const auto& pair : labeling::agreement_by_pair(ratings, Metric::cohen, 0))
        sum += *pair.agreement.value;
    CHECK(sum / 3 == Approx(value(ratings, Metric::cohen)));

    auto parts = labeling::agreement_by_units(ratings, Metric::percent, 5, 100);
    REQUIRE(parts.size() == 3);
    CHECK(parts[0].name == "1-5");
    CHECK(parts[2].name == "11-12");
    CHECK(parts[2].agreement.units == 2);
    CHECK(*parts[0].agreement.value == 1);
    CHECK(*parts[1].agreement.low <= *parts[1].agreement.value);

    auto months = labeling::agreement_by(
        ratings, Metric::percent, std::vector<std::uint32_t>(12, 1), {"2026-01", "2026-02"}, 0
    );
    CHECK_FALSE(months[0].agreement.value);
    CHECK(*months[1].agreement.value == Approx(value(ratings, Metric::percent)));
}

TEST_CASE("numbers of many values are compared as fast as few", "[labeling][agreement]") {
    JudgementsBuilder builder;
    for (std::size_t u = 0; u < 30000; ++u) {
        builder.add(unit_name(u), "a", std::to_string(u * 7919 % 100003));
        builder.add(unit_name(u), "b", std::to_string(u * 7919 % 100003 + u % 3));
    }
    auto ratings = std::move(builder).build();
    REQUIRE(ratings.answers.size() > 30000);
    for (auto metric :
         {Metric::krippendorff_ordinal,
          Metric::krippendorff_interval,
          Metric::cohen_linear,
          Metric::kendall,
          Metric::spearman}) {
        INFO(base::name_of(metric));
        CHECK(value(ratings, metric) > 0.99);
    }
    CHECK_THROWS_WITH(
        value(ratings, Metric::gwet_ac2_radical), Catch::Contains("too many different ratings")
    );
}
