// Errors of sets of classes and of spans, counted by hand, and labels of them that were planted
// wrong.
#include <cmath>
#include <set>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/analysis/labels/out_of_fold.hpp"
#include "training/analysis/parts/set_errors.hpp"
#include "training/analysis/parts/span_errors.hpp"

using namespace training;
using schema::TextSpan;

TEST_CASE("errors of sets are counted by class", "[training][parts]") {
    // Three rows of classes a, b, c.
    const std::vector<std::uint8_t> truth{1, 0, 0, 1, 1, 0, 0, 0, 1},
        said{0, 1, 0, 1, 1, 0, 0, 0, 0};
    const auto found = mark_errors(truth, said, 3);
    CHECK(found[0].support == 2);
    CHECK(found[0].said == 1);
    CHECK(found[0].missed == std::vector<std::uint32_t>{0});
    CHECK(found[1].spurious == std::vector<std::uint32_t>{0});
    CHECK(found[2].missed == std::vector<std::uint32_t>{2});
    const auto pairs = set_confusions(truth, said, 3);
    REQUIRE(pairs.size() == 1);  // row 2 lacks c, and has nothing too much
    CHECK(pairs[0].truth == 0);
    CHECK(pairs[0].predicted == 1);
    CHECK(pairs[0].share == Approx(0.5));
    CHECK_THROWS_AS(mark_errors(truth, std::vector<std::uint8_t>{1}, 3), base::Error);
    CHECK(doubt_of_set(std::vector<double>{0.99, 0.6, 0.01}) == Approx(0.8));
}

TEST_CASE("marks of sets that were turned are found by class", "[training][parts]") {
    constexpr std::size_t rows = 500, classes = 3;
    const base::CounterRandom random(4, 1);
    std::vector<double> said;
    std::vector<std::uint8_t> marks;
    std::set<std::uint32_t> wrong;
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t c = 0; c < classes; ++c) {
            const auto at = row * classes + c;
            const bool is = random.unit(at) < 0.3;
            said.push_back(
                is ? 0.75 + 0.2 * random.unit(10'000 + at) : 0.3 * random.unit(20'000 + at)
            );
            marks.push_back(is ? 1 : 0);
            if (c == 1 && row % 25 == 0) {
                marks.back() = is ? 0 : 1;
                wrong.insert(static_cast<std::uint32_t>(row));
            }
        }
    const auto found = set_label_errors(said, marks, classes);
    REQUIRE(found.suspects.size() == wrong.size());
    for (const auto& suspect : found.suspects) {
        CHECK(wrong.contains(suspect.row));
        CHECK(suspect.classes == std::vector<std::size_t>{1});
        CHECK(suspect.quality < 0.5);
    }
    CHECK(found.of_class == std::vector<std::size_t>{0, wrong.size(), 0});
    CHECK(found.confident >= wrong.size() / 2);
    for (std::size_t i = 1; i < found.suspects.size(); ++i)
        CHECK(found.suspects[i - 1].quality <= found.suspects[i].quality);
    CHECK_THROWS_AS(set_label_errors(said, std::vector<std::uint8_t>{1}, 3), base::Error);
}

TEST_CASE("each fault of a span has its name", "[training][parts]") {
    const std::vector<TextSpan> truth{
        {0, 5, "person"},
        {10, 15, "place"},
        {20, 30, "person"},
        {40, 45, "place"},
        {50, 55, "place"}};
    const std::vector<TextSpan> said{
        {0, 5, "person"},
        {10, 15, "person"},
        {20, 26, "person"},
        {60, 65, "place"},
        {51, 55, "person"}};
    const auto found = mismatches(truth, said);
    REQUIRE(found.size() == 5);
    CHECK(found[0].fault == SpanFault::label);
    CHECK(*found[0].truth == 1);
    CHECK(*found[0].said == 1);
    CHECK(found[1].fault == SpanFault::boundary);
    CHECK(*found[1].said == 2);
    CHECK(found[2].fault == SpanFault::missed);
    CHECK(*found[2].truth == 3);
    CHECK_FALSE(found[2].said);
    CHECK(found[3].fault == SpanFault::label);  // cut and named otherwise
    CHECK(*found[3].truth == 4);
    CHECK(found[4].fault == SpanFault::spurious);
    CHECK(*found[4].said == 3);
    CHECK(span_error(said, truth) == Approx(0.8));
    CHECK(span_error({}, {}) == 0);
    CHECK(span_error({}, truth) == 1);
    CHECK(mismatches(truth, truth).empty());
    // Of two that overlap the one with more in common, and each is used once.
    const auto split = mismatches(
        std::vector<TextSpan>{{0, 10, "x"}}, std::vector<TextSpan>{{0, 3, "x"}, {4, 10, "x"}}
    );
    REQUIRE(split.size() == 2);
    CHECK(split[0].fault == SpanFault::boundary);
    CHECK(*split[0].said == 1);
    CHECK(split[1].fault == SpanFault::spurious);
    CHECK(marked_text("caf\u00e9 noir", {3, 6, "x"}) == "\u00e9 n");
    CHECK(marked_text("short", {2, 90, "x"}) == "ort");
}

TEST_CASE(
    "spans that were given wrongly are found among those that are learnt",
    "[training][parts]"
) {
    // "word word Mr NAME word ..": names are persons; of some texts the span was forgotten, of some
    // it has the other label. No two texts are alike.
    const base::CounterRandom random(12, 1);
    Examples texts;
    texts.class_names = {"person", "place"};
    std::set<std::size_t> wrong;
    const std::vector<std::string> names{"Ada", "Bob", "Cleo", "Dan", "Eve", "Fay", "Gus", "Hal"};
    const std::vector<std::string> towns{"Rome", "Oslo", "Kiev", "Bonn", "Lima", "Bern", "Riga"};
    for (std::size_t row = 0; row < 240; ++row) {
        std::string body;
        std::vector<TextSpan> spans;
        const auto add = [&](const std::string& word, const std::string& label) {
            if (!body.empty()) body += ' ';
            if (!label.empty()) spans.push_back({body.size(), body.size() + word.size(), label});
            body += word;
        };
        for (std::uint64_t w = 0; w < 14; ++w) {
            const auto at = row * 1000 + w * 10;
            if (w == 4) {
                add(row % 2 == 0 ? "Mister" : "Madam", "");
                add(names[random.below(at, names.size())], "person");
            } else if (w == 9) {
                add("in", "");
                add(towns[random.below(at, towns.size())], "place");
            } else {
                std::string word;
                for (std::uint64_t i = 0; i < 5; ++i)
                    word += static_cast<char>('a' + random.below(at + i + 1, 26));
                add(word, "");
            }
        }
        if (row % 20 == 3) spans.erase(spans.begin());
        if (row % 20 == 13) spans.back().label = "person";
        if (row % 20 == 3 || row % 20 == 13) wrong.insert(row);
        TextItem item;
        item.body = body;
        texts.text.push_back(item);
        texts.spans.push_back(spans);
    }
    texts.rows = texts.text.size();
    TrainSpec spec;
    spec.model = "crf";
    spec.threads = 2;
    const auto judged = spans_out_of_fold(texts, spec, 4);
    REQUIRE(judged.size() == texts.rows);
    std::size_t found = 0, others = 0;
    const auto suspects = span_suspects(judged);
    for (std::size_t row = 0; row < texts.rows; ++row) {
        if (suspects[row].empty()) continue;
        (wrong.contains(row) ? found : others) += 1;
        CHECK(suspects[row].front().quality <= 0.5);
        if (row % 20 == 3 && wrong.contains(row)) {
            CHECK(suspects[row].front().at.fault == SpanFault::spurious);
            CHECK(judged[row].said.spans.size() == 2);
        }
    }
    CHECK(found >= 22);  // of 24
    CHECK(others <= 8);
    std::stop_source stopped;
    stopped.request_stop();
    CHECK_THROWS_AS(spans_out_of_fold(texts, spec, 4, stopped.get_token()), base::Interrupted);
}
