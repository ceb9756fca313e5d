// Suspected labels: planted ones, orders by hand, and the odd files that people give.
#include "training/analysis/labels/label_errors.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "tests/support/program.hpp"
#include "tests/training/made_data.hpp"
#include "training/analysis/labels/label_error_files.hpp"
#include "training/analysis/labels/out_of_fold.hpp"

using namespace training;

TEST_CASE("flipped labels are suspected and their share estimated", "[training][errors]") {
    const base::CounterRandom random(2, 1);
    constexpr std::size_t n = 2000;
    std::vector<double> p;
    std::vector<int> given;
    std::set<std::uint32_t> flipped;
    for (std::uint32_t i = 0; i < n; ++i) {
        const auto truth = static_cast<int>(random.below(3 * i, 2));
        const bool flip = random.unit(3 * i + 1) < 0.08;
        if (flip) flipped.insert(i);
        given.push_back(flip ? 1 - truth : truth);
        const double sure = 0.7 + 0.3 * random.unit(3 * i + 2);
        p.push_back(truth == 0 ? sure : 1 - sure);
        p.push_back(truth == 0 ? 1 - sure : sure);
    }
    for (auto rank :
         {SuspectRank::log_odds, SuspectRank::self_confidence, SuspectRank::normalized_margin}) {
        const auto found = label_errors(p, given, 2, rank);
        CHECK(found.suspects.size() == flipped.size());  // the model is right about each
        for (const auto& suspect : found.suspects) {
            CHECK(flipped.contains(suspect.row));
            CHECK(suspect.suggested != suspect.given);
        }
        CHECK(static_cast<double>(found.confident) > 0.6 * static_cast<double>(flipped.size()));
        CHECK(found.estimated_share == Approx(0.08).margin(0.03));
        CHECK(std::is_sorted(found.suspects.begin(), found.suspects.end(), [](auto& a, auto& b) {
            return a.self_confidence < b.self_confidence;  // of two classes all orders are one
        }));
    }
}

TEST_CASE("confident learning counts what reaches the thresholds", "[training][errors]") {
    // Thresholds: .7 for a class of .8 and .6, .75 for one of .9, .9 and .45.
    const std::vector<double> p{.8, .2, .6, .4, .1, .9, .1, .9, .55, .45};
    const std::vector<int> given{0, 0, 1, 1, 1};
    const auto found = label_errors(p, given, 2);
    CHECK(found.thresholds[0] == Approx(0.7));
    CHECK(found.thresholds[1] == Approx(0.75));
    REQUIRE(found.suspects.size() == 1);
    CHECK(found.suspects[0].row == 4);
    CHECK_FALSE(found.suspects[0].confident);  // .55 does not reach .7
    CHECK(found.suspects[0].quality == Approx(0.45));
    CHECK(found.confident == 0);
    CHECK(found.estimated_share == 0);
    CHECK_THROWS_AS(label_errors(p, std::vector<int>{0}, 2), base::Error);
    CHECK_THROWS_AS(label_errors(p, std::vector<int>{0, 0, 2, 1, 1}, 2), base::Error);
    CHECK_THROWS_AS(label_errors(p, std::vector<int>{0, 0, -1, 1, 1}, 2), base::Error);
    CHECK(label_errors({}, {}, 3).suspects.empty());
}

TEST_CASE(
    "orders differ where one other class is certain and where none is",
    "[training][errors]"
) {
    // Row 0: nothing for the label, but no other is likely either. Row 1: a little for the label,
    // and all the rest for one other. Row 2: between.
    const std::vector<double> p{.01, .34, .33, .32, .012, .988, 0, 0, .3, .5, .1, .1};
    const std::vector<int> given{0, 0, 0};
    const auto first = [&](SuspectRank rank) {
        return label_errors(p, given, 4, rank).suspects.front().row;
    };
    CHECK(first(SuspectRank::self_confidence) == 0);
    CHECK(first(SuspectRank::log_odds) == 1);
    CHECK(first(SuspectRank::normalized_margin) == 1);
}

TEST_CASE("who gave a label shifts its odds", "[training][errors]") {
    const auto nobody = std::nan("");
    std::vector<double> p;
    std::vector<int> given;
    for (int i = 0; i < 40; ++i) {
        p.insert(p.end(), {0.9, 0.1});
        given.push_back(0);
    }
    for (int i = 0; i < 3; ++i) {
        p.insert(p.end(), {0.3, 0.7});
        given.push_back(0);
    }
    for (int i = 0; i < 36; ++i) {  // the last six are wrong beyond doubt
        p.insert(p.end(), {i < 30 ? 0.1 : 0.05, i < 30 ? 0.9 : 0.95});
        given.push_back(i < 30 ? 1 : 0);
    }
    std::vector<double> sure(79, nobody);
    auto found = label_errors(p, given, 2, SuspectRank::log_odds, sure);
    REQUIRE(found.suspects.size() == 9);
    CHECK(found.suspects[0].row == 73);
    sure[40] = 0.999;  // three agree
    sure[42] = 0.55;   // two against two
    found = label_errors(p, given, 2, SuspectRank::log_odds, sure);
    REQUIRE(found.suspects.size() == 9);
    CHECK(found.suspects[0].row == 42);
    CHECK(found.suspects[7].row == 41);
    CHECK(found.suspects[8].row == 40);
    CHECK(found.suspects[0].quality < 0.1);
    CHECK_THROWS_AS(
        label_errors(p, given, 2, SuspectRank::log_odds, std::vector<double>{1}), base::Error
    );
}

TEST_CASE("no row is judged by a model that has seen it or its twin", "[training][errors]") {
    auto examples = made::topics(300, 5);
    for (std::size_t i = 0; i < 20; ++i) examples.text.set(299 - i, examples.text[i]);  // twins
    const auto fold = fold_of_rows(examples, 5, 1);
    for (std::size_t i = 0; i < 20; ++i) CHECK(fold[299 - i] == fold[i]);
    std::vector<std::size_t> sizes(5);
    for (auto f : fold) ++sizes.at(f);
    for (auto size : sizes) CHECK(size == Approx(60).margin(12));
    CHECK(fold == fold_of_rows(examples, 5, 1));
    CHECK(fold != fold_of_rows(examples, 5, 2));

    // Labels at random can not be foretold by who has not seen them; learnt by heart they can.
    const base::CounterRandom random(9, 1);
    auto classes = static_cast<int>(examples.class_names.size());
    for (std::size_t i = 0; i < 280; ++i)
        examples.classes[i] = static_cast<int>(random.below(i, static_cast<std::size_t>(classes)));
    TrainSpec spec;
    spec.model = "knn";
    spec.params["k"] = 1;
    const auto p = out_of_fold(examples, spec, 5);
    REQUIRE(p.size() == 300 * static_cast<std::size_t>(classes));
    double right = 0;
    for (std::size_t i = 20; i < 280; ++i) {
        const auto* line = &p[i * static_cast<std::size_t>(classes)];
        right += std::max_element(line, line + classes) - line == examples.classes[i] ? 1 : 0;
    }
    CHECK(right / 260 == Approx(1.0 / classes).margin(0.12));
    std::stop_source stopped;
    stopped.request_stop();
    CHECK_THROWS_AS(out_of_fold(examples, spec, 5, stopped.get_token()), base::Interrupted);
}

namespace {

struct JudgedFiles {
    test::Folder folder;

    JudgedLabels read(const std::string& probabilities, const std::string& labels) {
        return read_judged_labels(
            folder.write("p.csv", probabilities).string(), folder.write("l.csv", labels).string()
        );
    }
};

}  // namespace

TEST_CASE("probabilities and labels are matched by id", "[training][errors][files]") {
    JudgedFiles files;
    const auto rows = files.read(
        "id,cat,dog\na,.9,.1\nb,.2,.8\nc,.5,.5\n", "\xEF\xBB\xBFid; label\r\nc;dog\r\na; cat\r\n"
    );
    CHECK(rows.classes == std::vector<std::string>{"cat", "dog"});
    CHECK(rows.ids == std::vector<std::string>{"c", "a"});
    CHECK(rows.labels == std::vector<int>{1, 0});
    CHECK(rows.probabilities == std::vector<double>{.5, .5, .9, .1});
    CHECK(rows.notes == std::vector<std::string>{"1 rows of probabilities have no label"});

    const auto lines = files.read(
        "{\"key\":\"a\",\"class\":\"cat\",\"probabilities\":{\"cat\":0.9,\"dog\":0.1}}\n"
        "{\"key\":\"b\",\"class\":\"dog\",\"probabilities\":{\"dog\":0.8,\"cat\":0.2}}\n",
        "[{\"key\":\"b\",\"label\":\"cat\"},{\"key\":\"a\",\"label\":\"cat\"}]"
    );
    CHECK(lines.probabilities == std::vector<double>{.2, .8, .9, .1});
    CHECK(lines.notes.empty());
    const auto flat =
        files.read("{\"id\":1,\"x\":0.9,\"y\":0.1}\n", "{\"id\":1.0,\"label\":\"y\"}");
    CHECK(flat.labels == std::vector<int>{1});
}

TEST_CASE("a matrix and a column of numbers will do", "[training][errors][files]") {
    JudgedFiles files;
    auto rows = files.read("0.9,0.1\n0.2,0.8\n", "0\n0\n");
    CHECK(rows.classes == std::vector<std::string>{"0", "1"});
    CHECK(rows.ids == std::vector<std::string>{"1", "2"});
    CHECK(rows.labels == std::vector<int>{0, 0});
    rows = files.read("cat,dog\n0.9,0.1\n0.2,0.8\n", "label\n1\n0\n");
    CHECK(rows.labels == std::vector<int>{1, 0});
    CHECK_THAT(rows.notes.at(0), Catch::Contains("numbers of the classes' columns"));
    CHECK_THROWS_WITH(
        files.read("cat,dog\n.9,.1\n", "label\ncat\ndog\n"),
        Catch::Contains("2 labels for 1 rows of probabilities")
    );
    CHECK_THROWS_WITH(
        files.read("id,cat,dog\na,.9,.1\n", "label\ncat\n"), Catch::Contains("no column 'id'")
    );
}

TEST_CASE("rows that cannot be used are left out and counted", "[training][errors][files]") {
    JudgedFiles files;
    const auto rows = files.read(
        "id,cat,dog\n"
        "ok,.9,.1\n"
        "wide,1.8,.2\n"
        "nan,NaN,.1\n"
        "inf,inf,.1\n"
        "below,-.1,1.1\n"
        "word,maybe,.1\n"
        "none,0,0\n"
        "na,.5,.5\n"
        "bird,.5,.5\n",
        "id,label\nok,cat\nwide,cat\nnan,cat\ninf,cat\nbelow,cat\nword,cat\nnone,cat\nna,NA\n"
        "bird,bird\nlost,cat\n"
    );
    CHECK(rows.ids == std::vector<std::string>{"ok", "wide"});
    CHECK(rows.probabilities[2] == Approx(0.9));
    std::string notes;
    for (const auto& note : rows.notes) notes += note + "\n";
    CHECK_THAT(notes, Catch::Contains("4 rows left out: a probability is missing, negative"));
    CHECK_THAT(notes, Catch::Contains("1 row left out: the probabilities sum to 0"));
    CHECK_THAT(notes, Catch::Contains("1 row scaled: the probabilities do not sum to 1"));
    CHECK_THAT(notes, Catch::Contains("1 row left out: the label is missing; the first: na"));
    CHECK_THAT(notes, Catch::Contains("1 row left out: the label is no class"));
    CHECK_THAT(notes, Catch::Contains("no probabilities for them; the first: lost"));
}

TEST_CASE("files that are wrong are told of in one line", "[training][errors][files]") {
    JudgedFiles files;
    const std::string good = "id,cat,dog\na,.9,.1\n", labels = "id,label\na,cat\n";
    const auto says = [&](const std::string& p, const std::string& l, const std::string& words) {
        CHECK_THROWS_WITH(files.read(p, l), Catch::Contains(words));
    };
    says("id,cat,dog\na,.9,.1\na,.9,.1\n", labels, "line 3: id 'a' stands twice");
    says(good, "id,label\na,cat\na,dog\n", "id 'a' stands twice");
    says("id,cat,cat\na,.9,.1\n", labels, "two columns are called 'cat'");
    says("id,cat\na,.9\n", labels, "fewer than two classes");
    says("id,cat,dog\n", labels, "has no rows");
    says("", labels, "empty file");
    says(good, "id,label\n", "has no rows");
    says(good, "id,animal\na,cat\n", "no column 'label'");
    says(good, "id,label\na,bird\n", "no row can be used: 1 row left out: the label is no class");
    says("id,cat,dog\na,.9\n", labels, "2 fields where the header has 3");
    says("{\"id\":\"a\",\"cat\":.9", labels, "is not JSON");
    says(
        "{\"id\":1,\"x\":1,\"y\":0}\n{\"id\":2,\"z\":1}\n", labels, "'z' is no class of the first"
    );
    CHECK_THROWS_WITH(
        read_judged_labels("/nowhere/p.csv", "/nowhere/l.csv"), Catch::Contains("cannot be opened")
    );
}
