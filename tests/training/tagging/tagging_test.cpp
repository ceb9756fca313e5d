// Spans of texts: tokens, tags, and the model that finds them.
#include "training/tagging/span_model.hpp"

#include <chrono>
#include <cmath>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "base/text/utf8.hpp"
#include "tests/training/change_texts.hpp"
#include "training/tagging/tag_features.hpp"
#include "training/tagging/tokens.hpp"
#include "training/trainer.hpp"

using namespace training;
using schema::TextSpan;

namespace {

const std::vector<std::string> labels{"person", "place"};

// Sentences as of news, with names that training has not: what tells them is the words around them,
// capitals and endings. The umlauts make bytes and code points differ.
Examples news(std::size_t texts, std::uint64_t seed) {
    const base::CounterRandom random(seed, 1);
    const std::vector<std::string> verbs{"met", "saw", "heard", "wrote", "left"};
    const std::vector<std::string> plain{"the", "rain", "Über", "report", "grün", "said", "Monday"};
    const std::vector<std::string> starts{"An", "Bel", "Cor", "Dör", "Em", "Fin", "Gus", "Hil"};
    Examples out;
    out.class_names = labels;
    std::uint64_t draw = 0;
    const auto any = [&](std::size_t n) {
        return static_cast<std::size_t>(random.below(draw++, n));
    };
    for (std::size_t text = 0; text < texts; ++text) {
        std::string body;
        std::vector<TextSpan> spans;
        const auto say = [&](const std::string& words, const std::string& label = {}) {
            const auto from = base::count_code_points(body);
            body += words;
            if (!label.empty()) spans.push_back({from, base::count_code_points(body), label});
            body += ' ';
        };
        for (int sentence = 0; sentence < 3; ++sentence) {
            for (auto n = any(4); n > 0; --n) say(plain[any(plain.size())]);
            const auto first = starts[any(8)] + std::to_string(any(90));
            std::string person = starts[any(8)] + std::string(1 + any(3), 'o') + "na";
            if (any(2)) person += " " + starts[any(8)] + "sen";
            if (any(2)) say("Dr.");
            say(person, "person");
            say(verbs[any(verbs.size())]);
            if (any(2)) {
                say("in");
                say(starts[any(8)] + std::string(1 + any(3), 'e') + "burg", "place");
            }
            say("near " + first + ".");
            if (any(3) == 0) body += "\n";
        }
        TextItem item;
        item.body = body;
        out.text.push_back(item);
        out.spans.push_back(spans);
        ++out.rows;
    }
    return out;
}

TrainSpec by_crf() {
    TrainSpec spec;
    spec.model = "crf";
    spec.threads = 1;
    spec.features.text.bits = 14;
    return spec;
}

std::vector<int> all_tags(const std::vector<TextSpan>& spans, const std::string& text) {
    SpanNotes notes;
    return tags_of(spans, tokens_of(text), labels, notes);
}

}  // namespace

TEST_CASE("tokens are runs of letters or digits, and what stands alone", "[training][tagging]") {
    const std::string text = "Zoë's 12km \xe6\x9d\xb1\xe4\xba\xac!\nx\xff";
    std::vector<std::string> found;
    for (const auto& token : tokens_of(text)) {
        found.push_back(text.substr(token.from, token.to - token.from));
        CHECK(token.start == base::count_code_points(std::string_view(text).substr(0, token.from)));
    }
    CHECK(
        found ==
        std::vector<std::string>{
            "Zoë", "'", "s", "12", "km", "\xe6\x9d\xb1", "\xe4\xba\xac", "!", "x", "\xff"}
    );
    CHECK(tokens_of(text)[8].new_line);
    CHECK_FALSE(tokens_of(text)[1].new_line);
    CHECK(tokens_of("").empty());
    CHECK(tokens_of(" \n\t").empty());
}

TEST_CASE("spans become tags and tags spans", "[training][tagging]") {
    const std::string text = "Ann Lee went to New York today";
    const std::vector<TextSpan> spans{{0, 7, "person"}, {16, 24, "place"}, {25, 30, "person"}};
    const auto tags = all_tags(spans, text);
    CHECK(tags == std::vector<int>{1, 3, 0, 0, 5, 7, 4});
    CHECK(spans_of(tags, tokens_of(text), labels) == spans);
    CHECK(spans_of(std::vector<int>{4, 4, 1, 2, 3, 0, 8}, tokens_of(text), labels).size() == 4);
    CHECK(may_follow(-1, 0));
    CHECK_FALSE(may_follow(-1, 2));
    CHECK_FALSE(may_follow(1, -1));
    CHECK(may_follow(1, 3));
    CHECK_FALSE(may_follow(1, 7));  // of another label
    CHECK_FALSE(may_follow(3, 3));
    CHECK(may_follow(3, 5));
}

TEST_CASE("spans that tags cannot say are told of", "[training][tagging]") {
    const std::string text = "Ann Lee went home";
    SpanNotes notes;
    const auto tags = tags_of(
        {{0, 3, "person"}, {0, 7, "place"}, {9, 11, "person"}, {3, 4, "place"}, {90, 95, "place"}},
        tokens_of(text),
        labels,
        notes
    );
    CHECK(tags == std::vector<int>{5, 7, 4, 0});  // the longest of the first two; a whole word
    CHECK(notes.spans == 5);
    CHECK(notes.overlapping == 1);
    CHECK(notes.widened == 1);
    CHECK(notes.empty == 2);
    CHECK_THROWS_WITH(all_tags({{0, 3, "thing"}}, text), Catch::Contains("is no class"));
}

TEST_CASE("the chain sums over all ways and finds the best", "[training][tagging]") {
    // Every way of tagging four tokens with five tags by hand, against forward, backward, Viterbi.
    Design rows = token_rows(10);
    add_token_rows("Ann Lee went home", tokens_of("Ann Lee went home"), 10, rows);
    const std::vector<int> truth{1, 3, 0, 4};
    Team team(1);
    auto model = make_model("crf", {{"epochs", 3}});
    model->fit({&rows, truth}, {}, 5, {1, {}, {}, &team});
    const auto& crf = static_cast<const Crf&>(*model);
    const auto shares = model->predict(rows, team);
    std::vector<double> sums(20);
    double all = 0, best = -1;
    std::vector<int> most;
    for (int code = 0; code < 625; ++code) {
        const std::vector<int> way{code / 125, code / 25 % 5, code / 5 % 5, code % 5};
        bool allowed = may_follow(-1, way[0]) && may_follow(way[3], -1);
        for (std::size_t t = 1; t < 4; ++t) allowed = allowed && may_follow(way[t - 1], way[t]);
        if (!allowed) continue;
        const double factor = std::exp(crf.score_of(rows, 0, way));
        all += factor;
        for (std::size_t t = 0; t < 4; ++t)
            sums[t * 5 + static_cast<std::size_t>(way[t])] += factor;
        if (factor > best) most = way;
        best = std::max(best, factor);
    }
    for (std::size_t i = 0; i < sums.size(); ++i)
        CHECK(shares[i] == Approx(sums[i] / all).margin(1e-9));
    CHECK(crf.decode(rows, team) == most);
    CHECK(most == truth);
}

TEST_CASE("a tagger finds spans of names that it has not met", "[training][tagging]") {
    const auto train = news(150, 1);
    const auto test = news(60, 2);
    const auto fitted = fit(train, news(30, 3), by_crf());
    const auto model = Predictor::load(fitted.artefact);
    REQUIRE(model.predicts_spans());
    CHECK_FALSE(model.predicts_classes());
    CHECK(model.class_names() == labels);
    const auto said = model.find_spans(test, 1);
    CHECK(exact_f1(said, test) > 0.95);
    for (const auto& text : said) {
        CHECK(text.probability <= 1 + 1e-9);
        for (const auto& one : text.spans) CHECK(one.probability > 0.2);
    }
    auto two = by_crf();
    two.threads = 2;
    CHECK(fit(train, news(30, 3), two).artefact == fitted.artefact);
    CHECK_THROWS_WITH(model.predict(test), Catch::Contains("it finds spans of texts"));
    auto cut = fitted.artefact;
    CHECK_THROWS_AS(Predictor::load(std::string_view(cut).substr(0, cut.size() / 2)), base::Error);
}

TEST_CASE("parameters of a tagger are searched for on validation", "[training][tagging]") {
    auto spec = by_crf();
    spec.tune = "halving:4";
    const auto fitted = fit(news(60, 4), news(30, 5), spec);
    CHECK(fitted.trials.size() >= 4);
    CHECK_THROWS_WITH(fit(news(60, 4), {}, spec), Catch::Contains("there is none"));
    spec.tune = "";
    spec.model = "softmax";
    CHECK_THROWS_WITH(fit(news(60, 4), {}, spec), Catch::Contains("not spans; use crf"));
    auto empty = news(20, 4);
    made::change_texts(empty.text, [](auto& text, auto) { text.body = " "; });
    CHECK_THROWS_WITH(fit(empty, {}, by_crf()), Catch::Contains("no text has a word"));
}

TEST_CASE("a stop ends the learning of a tagger at once", "[training][tagging]") {
    const auto data = news(3000, 6);
    std::stop_source stop;
    std::chrono::steady_clock::time_point asked;
    const auto ask = [&](const Progress& now) {
        if (now.stage != "fit" || stop.stop_requested()) return;
        asked = std::chrono::steady_clock::now();
        stop.request_stop();
    };
    auto spec = by_crf();
    spec.params = {{"epochs", 1000}};
    CHECK_THROWS_AS(fit(data, {}, spec, ask, stop.get_token()), base::Interrupted);
    CHECK(std::chrono::steady_clock::now() - asked < std::chrono::seconds(1));
}
