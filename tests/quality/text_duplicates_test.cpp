#include "quality/duplicates/text_duplicates.hpp"
#include "base/numbers/disjoint_sets.hpp"

#include <random>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/run/stopping.hpp"
#include "quality/duplicates/linkage.hpp"

using namespace quality;

namespace {

std::vector<std::string> words(int count, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<std::string> list;
    for (int i = 0; i < count; ++i) list.push_back("w" + std::to_string(random() % 50'000));
    return list;
}

std::string joined(const std::vector<std::string>& list) {
    std::string text;
    for (const auto& word : list) text += word + " ";
    return text;
}

double true_likeness(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    auto shingles = [](const std::vector<std::string>& list) {
        std::set<std::string> all;
        for (std::size_t i = 0; i + 5 <= list.size(); ++i)
            all.insert(joined(
                {list.begin() + static_cast<std::ptrdiff_t>(i),
                 list.begin() + static_cast<std::ptrdiff_t>(i) + 5}
            ));
        return all;
    };
    auto x = shingles(a), y = shingles(b);
    double both = 0;
    for (const auto& one : x) both += y.contains(one);
    return both / (static_cast<double>(x.size() + y.size()) - both);
}

}  // namespace

TEST_CASE("the estimated likeness is near the true one", "[quality][minhash]") {
    auto base = words(400, 1);
    for (int changed : {0, 2, 8, 20, 60}) {
        auto other = base;
        for (int i = 0; i < changed; ++i)
            other[static_cast<std::size_t>(i * 400 / changed)] = "x" + std::to_string(i);
        CAPTURE(changed);
        CHECK(
            likeness(sketch(joined(base)), sketch(joined(other))) ==
            Approx(true_likeness(base, other)).margin(0.15)
        );
    }
    CHECK(
        likeness(sketch("Some words, in this order."), sketch("some WORDS in -- this order")) == 1
    );
}

TEST_CASE("near-duplicate texts meet, others do not", "[quality][minhash]") {
    std::vector<TextSketch> texts;
    for (std::uint64_t i = 0; i < 200; ++i) texts.push_back(sketch(joined(words(300, 100 + i))));
    for (std::uint64_t i = 0; i < 50; ++i) {  // texts 200.. are copies with two words changed
        auto copy = words(300, 100 + i);
        copy[10] = "changed";
        copy[200] = "too";
        texts.push_back(sketch(joined(copy)));
    }
    texts.push_back(sketch(""));
    texts.push_back(sketch(" ... "));
    base::DisjointSets clusters(texts.size());
    for (const auto& pair : near_texts(texts)) {
        CHECK(pair.a % 200 == pair.b % 200);
        clusters.join(pair.a, pair.b);
    }
    for (std::uint32_t i = 0; i < 50; ++i) CHECK(clusters.root(i) == clusters.root(200 + i));
    CHECK(clusters.size(250) == 1);
}

TEST_CASE("images meet when few bits of their hashes differ", "[quality][minhash]") {
    std::mt19937_64 random(3);
    std::vector<std::uint64_t> hashes;
    for (int i = 0; i < 300; ++i) hashes.push_back(random());
    hashes.push_back(hashes[5] ^ 0x8000000000000001);
    hashes.push_back(hashes[6] ^ 0x0101010101010101);  // eight bits: too far
    hashes.push_back(hashes[7]);
    std::set<std::pair<std::uint32_t, std::uint32_t>> pairs;
    for (const auto& pair : near_images(hashes))
        pairs.emplace(std::min(pair.a, pair.b), std::max(pair.a, pair.b));
    CHECK(pairs == std::set<std::pair<std::uint32_t, std::uint32_t>>{{5, 300}, {7, 302}});
}

TEST_CASE("a comparison ends when a stop is asked for", "[quality][duplicates]") {
    const std::vector<TextSketch> texts(2, sketch(joined(words(300, 1))));
    Table people{{"name", "town"}, {{}, {}}, {}};
    for (int i = 0; i < 20; ++i) {
        people.cells[0].push_back("person " + std::to_string(i / 2));
        people.cells[1].push_back("town " + std::to_string(i % 7));
        people.rows.push_back({});
    }
    std::stop_source stop;
    const base::Stopping stopping(stop.get_token());
    CHECK(near_texts(texts).size() > 0);
    stop.request_stop();
    CHECK_THROWS_AS(near_texts(texts), base::Interrupted);
    CHECK_THROWS_AS(near_images({1, 2, 3}), base::Interrupted);
    CHECK_THROWS_AS(link_rows(people), base::Interrupted);
}

TEST_CASE("sketches and hashes are those that earlier versions stored", "[quality][duplicates]") {
    auto words = "The quick brown Fox jumps over the lazy dog; \xC3\xA9t\xC3\xA9 2026.";
    auto made = sketch(words);
    CHECK(made.bands.front() == 0x3e4742bc21d7cb89);
    CHECK(made.bands.back() == 0xa39a8ec0f7a86626);
    CHECK(made.low.front() == 20);
    CHECK(made.low.back() == 111);
    CHECK(formats::TextWords(words).simhash() == 0x5da5b314541a2170);
    CHECK(words_hash(words).substr(0, 4) == "\xA8\xA3\xDF\xBE");
    auto unpacked = formats::unpacked_sketch(formats::packed_sketch(formats::TextWords(words)));
    CHECK(unpacked.sketch == made);
    CHECK(unpacked.hash == words_hash(words));
    CHECK(formats::packed_sketch(formats::TextWords(" ... ")).empty());
    CHECK(formats::unpacked_sketch("").sketch.empty);
}
