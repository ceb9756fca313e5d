#include "quality/profile/profile.hpp"
#include "base/bytes/hash.hpp"
#include "quality/profile/drift.hpp"

#include <cmath>
#include <random>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

using namespace quality;
using formats::Field;

namespace {

std::uint64_t hash_of(std::uint64_t value) {
    return base::hash_64({reinterpret_cast<const char*>(&value), sizeof value});
}

Profile profile_of(
    const std::vector<std::pair<std::string, std::string>>& rows,
    const std::string& number = "n"
) {
    Profile profile;
    for (const auto& [colour, n] : rows) {
        std::vector<Field> fields{
            {"colour", colour, Field::Kind::text}, {number, n, Field::Kind::text}};
        profile.add(fields);
    }
    return profile;
}

std::vector<std::pair<std::string, std::string>>
rows(int count, double mean, double red, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal(mean, 10);
    std::bernoulli_distribution is_red(red);
    std::vector<std::pair<std::string, std::string>> all;
    for (int i = 0; i < count; ++i)
        all.emplace_back(is_red(random) ? "red" : "blue", std::to_string(normal(random)));
    return all;
}

}  // namespace

TEST_CASE("distinct values are counted within a few percent, and merge", "[quality][sketch]") {
    for (std::uint64_t count : {10ULL, 1000ULL, 50'000ULL, 500'000ULL}) {
        Distinct all, even, odd;
        for (std::uint64_t i = 0; i < count; ++i) {
            all.add(hash_of(i));
            all.add(hash_of(i));
            (i % 2 ? odd : even).add(hash_of(i));
        }
        CAPTURE(count);
        CHECK(all.estimate() == Approx(static_cast<double>(count)).epsilon(0.05));
        even.merge(odd);
        CHECK(even.estimate() == all.estimate());
        CHECK(Distinct::from_json(all.to_json()).estimate() == all.estimate());
    }
}

TEST_CASE("quantiles are within one percent of their value, and merge", "[quality][sketch]") {
    std::mt19937_64 random(2);
    std::lognormal_distribution<double> skewed(3, 2);
    std::vector<double> values;
    Quantiles all, part[3];
    for (int i = 0; i < 30'000; ++i) {
        double value = skewed(random) * (i % 5 == 0 ? -1 : 1);
        values.push_back(value);
        all.add(value);
        part[i % 3].add(value);
    }
    std::sort(values.begin(), values.end());
    for (double q : {0.001, 0.1, 0.25, 0.5, 0.9, 0.999}) {
        auto exact = values[static_cast<std::size_t>(q * 29'999)];
        CAPTURE(q);
        CHECK(all.at(q) == Approx(exact).epsilon(0.0101));
        CHECK(all.share_up_to(exact) == Approx(q).margin(0.02));
    }
    part[0].merge(part[1]);
    part[0].merge(part[2]);
    CHECK(part[0].at(0.3) == all.at(0.3));
    CHECK(Quantiles::from_json(all.to_json()).at(0.7) == all.at(0.7));
    CHECK(std::isnan(Quantiles().at(0.5)));
}

TEST_CASE("frequent values keep their counts within the bound", "[quality][sketch]") {
    Frequent few;
    for (int i = 0; i < 1000; ++i) few.add(i % 3 ? "a" : "b");
    CHECK(few.exact());
    CHECK(few.top(1)[0] == std::pair<std::string, std::uint64_t>("a", 666));

    Frequent many, other;
    for (int i = 0; i < 100'000; ++i) {
        auto value = i % 10 == 0 ? std::string("often") : "rare" + std::to_string(i);
        (i < 50'000 ? many : other).add(value);
    }
    many.merge(other);
    CHECK_FALSE(many.exact());
    REQUIRE(many.top(1)[0].first == "often");
    CHECK(many.top(1)[0].second <= 10'000);
    CHECK(many.top(1)[0].second >= 10'000 - 100'000 / 256);
    CHECK(Frequent::from_json(many.to_json()).top(3) == many.top(3));
}

TEST_CASE("moments are those of the whole, however it was divided", "[quality][sketch]") {
    Moments all, left, right;
    std::vector<double> values{2, 4, 4, 4, 5, 5, 7, 9, 1e3, -50};
    for (std::size_t i = 0; i < values.size(); ++i) {
        all.add(values[i]);
        (i < 3 ? left : right).add(values[i]);
    }
    left.merge(right);
    double n = 10, mean = 0, m2 = 0, m3 = 0, m4 = 0;
    for (double v : values) mean += v / n;
    for (double v : values) {
        m2 += std::pow(v - mean, 2);
        m3 += std::pow(v - mean, 3);
        m4 += std::pow(v - mean, 4);
    }
    for (const auto& one : {all, left, Moments::from_json(all.to_json())}) {
        CHECK(one.mean() == Approx(mean));
        CHECK(one.variance() == Approx(m2 / (n - 1)));
        CHECK(one.skewness() == Approx(std::sqrt(n) * m3 / std::pow(m2, 1.5)));
        CHECK(one.kurtosis() == Approx(n * m4 / (m2 * m2) - 3));
        CHECK(one.minimum() == -50);
        CHECK(one.maximum() == 1000);
    }
}

TEST_CASE("a profile of huge numbers is kept as JSON", "[quality][profile]") {
    Profile huge;
    for (const char* value : {"1e77", "-1e77", "1.7e308", "3", "1e160"})
        huge.add(std::vector<Field>{{"x", value, Field::Kind::number}});
    const auto text = huge.to_json();
    CHECK(text.find("e99999") == std::string::npos);
    auto again = Profile::from_json(text);
    again.merge(huge);
    CHECK(again.columns.at("x").moments.count() == 10);
    CHECK(again.columns.at("x").moments.maximum() == 1.7e308);
    const auto summary = boost::json::parse(again.summary());
    const auto& numbers = summary.at("columns").at("x").at("numbers");
    CHECK(numbers.at("max").to_number<double>() == 1.7e308);
    CHECK(numbers.at("kurtosis").is_null());
    CHECK(again.summary().find("e99999") == std::string::npos);
    CHECK(Profile::from_json(again.to_json()).columns.at("x").moments.minimum() == -1e77);
}

TEST_CASE("a profile of all is the merge of the profiles of its parts", "[quality][profile]") {
    auto all_rows = rows(4000, 50, 0.3, 1);
    auto all = profile_of(all_rows);
    auto merged = profile_of({all_rows.begin(), all_rows.begin() + 1000});
    merged.merge(profile_of({all_rows.begin() + 1000, all_rows.end()}));
    CHECK(merged.records == 4000);
    CHECK(merged.columns.at("n").quantiles.at(0.5) == all.columns.at("n").quantiles.at(0.5));
    CHECK(merged.columns.at("colour").frequent.top(2) == all.columns.at("colour").frequent.top(2));
    CHECK(Profile::from_json(all.to_json()).summary() == all.summary());
    auto summary = boost::json::parse(all.summary());
    CHECK(summary.at("columns").at("n").at("type") == "number");
    CHECK(summary.at("columns").at("colour").at("distinct").to_number<int>() == 2);

    Profile gaps;
    for (const char* value : {" 1", " ", "n/a ", "2"}) {
        std::vector<Field> fields{{"x", value, Field::Kind::text}};
        gaps.add(fields);
    }
    CHECK(gaps.columns.at("x").present == 3);
    CHECK(gaps.columns.at("x").spelled_missing == 1);
    CHECK(gaps.columns.at("x").numeric());
}

TEST_CASE("drift is found where there is some, from the sketches alone", "[quality][drift]") {
    auto before = profile_of(rows(5000, 50, 0.3, 1));
    std::map<std::string, Drift> same, moved;
    for (auto& one : find_drift(before, profile_of(rows(5000, 50, 0.3, 2)))) same[one.column] = one;
    CHECK(same.at("n").verdict == "stable");
    CHECK(same.at("n").ks < 0.05);
    CHECK(same.at("colour").verdict == "stable");
    for (auto& one : find_drift(before, profile_of(rows(5000, 60, 0.7, 3))))
        moved[one.column] = one;
    CHECK(moved.at("n").verdict == "drifted");
    // Of two normals one deviation apart.
    CHECK(moved.at("n").ks == Approx(0.38).margin(0.05));
    CHECK(moved.at("n").ks_p < 1e-6);
    CHECK(same.at("n").ks_p > 0.001);
    CHECK(same.at("colour").chi_square_p > 0.001);
    CHECK(moved.at("colour").chi_square_p < 1e-6);
    CHECK(moved.at("colour").l_infinity == Approx(0.4).margin(0.04));
    CHECK(moved.at("colour").psi == Approx(0.4 * 2 * std::log(7.0 / 3)).margin(0.15));
    auto renamed = find_drift(before, profile_of(rows(100, 50, 0.3, 4), "m"));
    REQUIRE(renamed.size() == 3);
    CHECK((renamed[0].verdict == "gone" && renamed[1].verdict == "new"));
}

TEST_CASE("chi-square is that of the table of counts", "[quality][drift]") {
    // 30 and 70 of 100 against 45 and 55 of 100: 4.8 with one degree of freedom, p 0.0285.
    auto colours = [](int red) {
        std::vector<std::pair<std::string, std::string>> all;
        for (int i = 0; i < 100; ++i) all.emplace_back(i < red ? "red" : "blue", "1");
        return all;
    };
    for (const auto& one : find_drift(profile_of(colours(30)), profile_of(colours(45))))
        if (one.column == "colour") {
            CHECK(one.chi_square == Approx(4.8));
            CHECK(one.chi_square_p == Approx(0.02846).epsilon(0.01));
        }
}

TEST_CASE("what a few records differ by chance is no drift", "[quality][drift]") {
    for (const auto& one :
         find_drift(profile_of(rows(20, 50, 0.3, 1)), profile_of(rows(20, 50, 0.3, 2))))
        if (one.column == "n") CHECK(one.verdict == "stable");
}

TEST_CASE("profiles know how values are written, and merge what they know", "[quality][profile]") {
    CHECK(charset_of("plain 1") == Charset::ascii);
    CHECK(charset_of("na\u00efve") == Charset::latin);
    CHECK(charset_of("\u03b1\u03b2 na\u00efve") == Charset::other);
    CHECK(charset_of("a\x01") == Charset::control);
    CHECK(charset_of("\xef\xbf\xbd") == Charset::broken);
    Profile one, other;
    auto add = [](Profile& to, std::string value) {
        std::vector<Field> fields{{"code", value, Field::Kind::text}};
        to.add(fields);
    };
    for (int i = 0; i < 30; ++i) add(one, "ab-" + std::to_string(i));
    add(other, "x\u00e9");
    other.images.add(640, 480, 3, "jpeg");
    other.images.add(20, 30, 1, "png");
    one.merge(other);
    auto back = Profile::from_json(one.to_json());
    const auto& code = back.columns.at("code");
    CHECK(code.patterns.top(1) == std::vector<std::pair<std::string, std::uint64_t>>{{"a-9", 30}});
    CHECK(code.written[0] == 30);
    CHECK(code.written[1] == 1);
    CHECK(back.images.images == 2);
    CHECK(back.images.width.maximum() == 640);
    CHECK(back.images.formats.top(5).size() == 2);
    auto told = boost::json::parse(back.summary());
    CHECK(told.at("images").at("height").at("min").to_number<double>() == 30);
    CHECK(told.at("columns").at("code").at("characters").at("latin") == 1);
    CHECK(back.to_json() == one.to_json());
}
