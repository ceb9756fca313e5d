// Clusters of contents: texts of topics that nobody named, pictures, and what is no cluster.
#include "training/analysis/content/content_clusters.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "base/numbers/random.hpp"
#include "training/analysis/kept/kept_fits.hpp"
#include "training/features/hashed_tfidf.hpp"

using namespace training;

namespace {

const std::vector<std::vector<std::string>> topic_words{
    {"goal", "match", "team", "league", "striker", "referee", "penalty", "coach"},
    {"bank", "loan", "credit", "market", "shares", "profit", "investor", "bond"},
    {"virus", "vaccine", "patient", "hospital", "doctor", "fever", "clinic", "dose"}};

// Texts of three topics, the third of which is rare, with words that all of them have.
Examples topic_texts(std::size_t rows, std::uint64_t seed, std::vector<std::size_t>& topic) {
    const base::CounterRandom random(seed, 2);
    Examples out;
    out.rows = rows;
    topic.clear();
    for (std::size_t row = 0; row < rows; ++row) {
        topic.push_back(row % 5 < 2 ? 0 : row % 5 < 4 ? 1 : 2);
        const auto& own = topic_words[topic.back()];
        TextItem item;
        for (std::uint64_t w = 0; w < 25; ++w) {
            const auto at = row * 100 + w * 2;
            item.body += random.unit(at) < 0.35 ? own[random.below(at + 1, own.size())]
                                                : "word" + std::to_string(random.below(at + 1, 60));
            item.body += ' ';
        }
        out.text.push_back(std::move(item));
    }
    return out;
}

std::vector<std::string> keys_of(std::size_t rows) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < rows; ++i) out.push_back("k" + std::to_string(i));
    return out;
}

}  // namespace

TEST_CASE("texts without metadata fall into named clusters", "[training][content]") {
    std::vector<std::size_t> topic, other_topic;
    const auto texts = topic_texts(600, 1, topic);
    const auto others = topic_texts(200, 9, other_topic);
    Team two(2), one(1);
    HashedTfidf features{TextSpec{}};
    const auto rows = features.fit(texts.text, two);
    const auto found = content_clusters(rows, texts, keys_of(600), {.seed = 4}, two);
    REQUIRE(found.names.size() == 3);
    // Every cluster is one topic, by its name and by its rows, also of texts not seen before.
    const auto right = [&](const Design& of, const std::vector<std::size_t>& truth) {
        std::map<std::uint32_t, std::map<std::size_t, std::size_t>> counts;
        const auto clusters = found.of(of, two);
        for (std::size_t row = 0; row < truth.size(); ++row) ++counts[clusters[row]][truth[row]];
        std::size_t sum = 0;
        for (const auto& [cluster, of_topic] : counts)
            sum += std::max_element(of_topic.begin(), of_topic.end(), [](auto& a, auto& b) {
                       return a.second < b.second;
                   })->second;
        return static_cast<double>(sum) / static_cast<double>(truth.size());
    };
    CHECK(right(rows, topic) > 0.97);
    CHECK(right(features.apply(others.text, two), other_topic) > 0.95);
    for (const auto& name : found.names) {
        INFO(name);
        CHECK_THAT(name, Catch::StartsWith("texts about "));
        CHECK(std::count(name.begin(), name.end(), ',') == 2);
        CHECK(name.find("word") == name.npos);
    }
    CHECK(std::set<std::string>(found.names.begin(), found.names.end()).size() == 3);
    const auto by_one = content_clusters(rows, texts, keys_of(600), {.seed = 4}, one);
    CHECK(by_one.centres == found.centres);
    CHECK(by_one.names == found.names);

    // As they are kept and read again they give the same.
    KeptFits first;
    RunContents contents{found, features};
    first.get("contents", [&] { return contents; });
    KeptFits second(first.added());
    const auto again = second.get("contents", [] { return RunContents{}; });
    CHECK(second.used() == 1);
    CHECK(second.added().empty());
    CHECK(
        again.clusters.of(again.words->apply(others.text, one), one) ==
        found.of(features.apply(others.text, one), one)
    );
    auto torn = first.added();
    torn["contents"].resize(torn["contents"].size() / 2);
    KeptFits third(torn);
    CHECK(third.get("contents", [] { return RunContents{}; }).clusters.empty());
    CHECK(third.used() == 0);
}

TEST_CASE("pictures are clustered by what they show", "[training][content]") {
    const base::CounterRandom random(3, 1);
    Examples pictures;
    pictures.rows = 300;
    pictures.pixel_count = pictures.pixel_width = 8 * 8;
    pictures.pixel_width = 8;
    pictures.pixel_channels = 1;
    Design rows;
    rows.rows = 300;
    rows.columns = 64;
    for (std::size_t row = 0; row < 300; ++row)
        for (std::size_t i = 0; i < 64; ++i) {
            const bool upper = i < 32;
            const double value = (row % 2 == 0) == upper ? 200 : 20;
            const auto noisy = value + 15 * random.normal(row * 64 + i);
            pictures.pixels.push_back(static_cast<std::uint8_t>(std::clamp(noisy, 0.0, 255.0)));
            rows.values.push_back(static_cast<float>(noisy / 255));
        }
    Team team(2);
    const auto found = content_clusters(rows, pictures, keys_of(300), {}, team);
    REQUIRE(found.names.size() == 2);
    CHECK_THAT(found.names[0], Catch::StartsWith("pictures like k"));
    const auto clusters = found.of(rows, team);
    for (std::size_t row = 2; row < 300; ++row) CHECK(clusters[row] == clusters[row % 2]);
}

TEST_CASE(
    "few rows, and rows of numbers alone, have no clusters of contents",
    "[training][content]"
) {
    std::vector<std::size_t> topic;
    const auto few = topic_texts(40, 1, topic);
    Team team(1);
    HashedTfidf features{TextSpec{}};
    CHECK(content_clusters(features.fit(few.text, team), few, keys_of(40), {}, team).empty());
    Examples numbers;
    numbers.rows = 200;
    Design rows;
    rows.rows = 200;
    rows.columns = 2;
    rows.values.resize(400, 1);
    CHECK(content_clusters(rows, numbers, keys_of(200), {}, team).empty());
    std::stop_source stopped;
    stopped.request_stop();
    const auto many = topic_texts(200, 1, topic);
    CHECK_THROWS_AS(
        content_clusters(
            features.fit(many.text, team), many, keys_of(200), {}, team, stopped.get_token()
        ),
        base::Interrupted
    );
}
