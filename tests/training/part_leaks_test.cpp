// The gate before sets of classes and spans: what tells a class, and what is honest.
#include "training/leakage/part_label_leaks.hpp"

#include <algorithm>
#include <array>

#include <catch2/catch.hpp>

#include "base/numbers/random.hpp"
#include "tests/training/change_texts.hpp"
#include "tests/training/made_data.hpp"
#include "training/leakage/text_leaks.hpp"

using namespace training;

namespace {

// Columns that say a little of two of three classes.
Examples sets_of_clouds(std::size_t rows, std::uint64_t seed) {
    auto out = made::clouds(rows, seed);
    out.classes.clear();
    out.class_names = {"left", "upper", "rare"};
    const base::CounterRandom random(seed, 21);
    for (std::size_t row = 0; row < rows; ++row) {
        out.marks.push_back(out.numeric[row * 4] + random.normal(row) < 0);
        out.marks.push_back(out.numeric[row * 4 + 1] + random.normal(1'000'000 + row) > 1);
        out.marks.push_back(random.unit(2'000'000 + row) < 0.2);
    }
    return out;
}

// Puts one more column behind the others.
template <typename Make>
void add_column(Examples& rows, const std::string& name, schema::Column::Type type, Make make) {
    std::vector<double> numeric;
    const auto width = rows.columns.size();
    for (std::size_t row = 0; row < rows.rows; ++row) {
        for (std::size_t c = 0; c < width; ++c) numeric.push_back(rows.numeric[row * width + c]);
        numeric.push_back(make(row));
    }
    rows.numeric = std::move(numeric);
    rows.columns.push_back({name, type, ""});
}

std::vector<LeakFinding>
about(const std::vector<LeakFinding>& all, LeakKind kind, const std::string& column) {
    std::vector<LeakFinding> out;
    for (const auto& one : all)
        if (one.kind == kind && one.columns == std::vector<std::string>{column}) out.push_back(one);
    return out;
}

// Sentences of made words with a name in them, and where it stands.
struct MadeSpans {
    Examples texts;
    base::CounterRandom random;

    // `before`: put before each name, and nowhere else.
    MadeSpans(std::size_t rows, const std::string& before) : random(31, 1) {
        texts.rows = rows;
        texts.class_names = {"person"};
        for (std::size_t row = 0; row < rows; ++row) {
            std::string body;
            for (std::uint64_t w = 0; w < 12; ++w) {
                if (w == 3 + row % 5) {
                    if (!before.empty()) body += before + " ";
                    const auto name = word(row * 100 + w, 'A');
                    texts.spans.push_back({{body.size(), body.size() + name.size(), "person"}});
                    body += name + " ";
                    continue;
                }
                body += word(row * 100 + w, 'a') + " ";
            }
            texts.text.push_back({"", body});
        }
    }

    std::string word(std::uint64_t at, char first) const {
        std::string out(1, static_cast<char>(first + random.below(at * 7, 26)));
        for (std::uint64_t i = 1; i < 5; ++i)
            out += static_cast<char>('a' + random.below(at * 7 + i, 26));
        return out;
    }
};

}  // namespace

TEST_CASE("sets that columns say a little of are let pass", "[training][leak][parts]") {
    for (std::uint64_t seed = 1; seed <= 3; ++seed)
        CHECK(set_leaks(sets_of_clouds(600, seed), {}).empty());
}

TEST_CASE("a column that says one class of the sets is found", "[training][leak][parts]") {
    auto rows = sets_of_clouds(600, 4);
    add_column(rows, "flag", schema::Column::Type::category, [&](std::size_t row) {
        return row % 200 == 0 ? 2.0 : static_cast<double>(rows.marks[row * 3 + 2]);
    });
    const auto found = set_leaks(rows, {});
    const auto flag = about(found, LeakKind::tell_tale, "flag");
    REQUIRE(flag.size() == 1);
    CHECK(flag[0].gravity == Gravity::stop);
    CHECK_THAT(flag[0].text, Catch::EndsWith("of class 'rare'"));
    CHECK(found.size() == 1);
}

TEST_CASE("a column that stands for whole sets is found once", "[training][leak][parts]") {
    auto rows = sets_of_clouds(600, 5);
    add_column(rows, "code", schema::Column::Type::category, [&](std::size_t row) {
        return rows.marks[row * 3] + 2.0 * rows.marks[row * 3 + 1] + 4.0 * rows.marks[row * 3 + 2];
    });
    const auto found = set_leaks(rows, {});
    CHECK(about(found, LeakKind::copy, "code").size() == 1);
    CHECK(found.size() == 1);
    CHECK(found[0].gravity == Gravity::stop);
}

TEST_CASE("words that name the classes of sets stop, others are told", "[training][leak][parts]") {
    auto texts = made::topics(400, 6);
    texts.class_names = {"field", "sea"};
    texts.marks.resize(800);
    const base::CounterRandom random(7, 1);
    for (std::size_t row = 0; row < 400; ++row)
        for (std::size_t c = 0; c < 2; ++c)
            texts.marks[row * 2 + c] = random.unit(row * 2 + c) < 0.4;
    texts.classes.clear();
    CHECK(text_leaks(texts, 1).empty());
    auto named = texts;
    made::change_texts(named.text, [&](auto& text, auto row) {
        for (std::size_t c = 0; c < 2; ++c)
            if (named.marks[row * 2 + c]) text.body += named.class_names[c] + " ";
    });
    const auto found = text_leaks(named, 1);
    REQUIRE(found.size() == 2);
    for (const auto& one : found) {
        CHECK(one.kind == LeakKind::word);
        CHECK(one.gravity == Gravity::stop);
    }
    made::change_texts(named.text, [](auto& text, auto) {
        for (std::size_t at; (at = text.body.find("sea ")) != std::string::npos;)
            text.body.replace(at, 4, "xyzzy ");
    });
    for (const auto& one : text_leaks(named, 1)) CHECK(one.gravity == Gravity::warning);
}

TEST_CASE("heads of mails help sets, too, and that is measured", "[training][leak][parts]") {
    Examples mails;
    mails.rows = 400;
    mails.class_names = {"budget", "travel"};
    const base::CounterRandom random(8, 1);
    for (std::size_t row = 0; row < 400; ++row) {
        TextItem item;
        std::string lists;
        for (std::size_t c = 0; c < 2; ++c) {
            mails.marks.push_back(random.unit(row * 2 + c) < 0.5);
            if (mails.marks.back()) lists += c == 0 ? " finance" : " trips";
        }
        item.body =
            "From: a" + std::to_string(random.below(9000 + row, 400)) + "\nTo:" + lists + "\n\n";
        for (std::uint64_t w = 0; w < 30; ++w)
            item.body += "w" + std::to_string(random.below(row * 40 + w, 300)) + " ";
        mails.text.push_back(std::move(item));
    }
    const auto found = text_leaks(mails, 1);
    const auto head = std::find_if(found.begin(), found.end(), [](const auto& one) {
        return one.kind == LeakKind::header;
    });
    REQUIRE(head != found.end());
    CHECK(head->measure == "micro F1 lost without");
    CHECK(head->value > 0.2);
}

TEST_CASE("marks beside spans are found, words of the trade are not", "[training][leak][parts]") {
    CHECK(span_leaks(MadeSpans(80, "").texts).empty());
    const auto named = span_leaks(MadeSpans(80, "person").texts);
    REQUIRE(named.size() == 1);
    CHECK(named[0].gravity == Gravity::stop);
    CHECK(named[0].kind == LeakKind::word);
    CHECK_THAT(named[0].text, Catch::Contains("'person' stands before 100.0 % of the spans"));
    const auto told = span_leaks(MadeSpans(80, "Mister").texts);
    REQUIRE(told.size() == 1);
    CHECK(told[0].gravity == Gravity::warning);
    auto elsewhere = MadeSpans(80, "Mister").texts;
    made::change_texts(elsewhere.text, [](auto& text, auto) {
        text.body += "and mister who knows";
    });
    CHECK(span_leaks(elsewhere).empty());
    CHECK(span_leaks(MadeSpans(15, "person").texts).empty());
}

TEST_CASE("classes of sets and spans are seen as two each", "[training][leak][parts]") {
    const auto rows = sets_of_clouds(100, 3);
    CHECK(frequent_classes(rows, 1).size() == 1);
    const auto has = has_class(rows, 0);
    for (std::size_t row = 0; row < 100; ++row) CHECK(has[row] == rows.marks[row * 3]);
    const auto spans = MadeSpans(60, "").texts;
    CHECK(frequent_classes(spans, 5).empty());  // all rows have it
    CHECK(has_class(spans, 0) == std::vector<int>(60, 1));
}
