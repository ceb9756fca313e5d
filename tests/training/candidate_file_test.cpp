// Candidates of a snapshot while they lie on disk.
#include "training/candidates/candidate_file.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "base/bytes/hash.hpp"
#include "training/candidates/sorted_lines.hpp"
#include "training/snapshots/split.hpp"

using namespace training;

TEST_CASE("candidates on disk come back as they were, without those left out", "[training]") {
    CandidateFile file;
    const std::string long_label(300'000, 'x');  // more than is read at once
    for (int i = 0; i < 1000; ++i) {
        Candidate one;
        one.rk = i - 500;
        one.key = "key\n" + std::to_string(i);
        one.content.fill(static_cast<char>(i));
        if (i % 2 == 0) one.value = i * 0.1;
        if (i % 3 == 0) one.probability = 0.5;
        if (i % 5 == 0) one.class_id = i;
        if (i % 7 == 0) one.label = i == 7 ? long_label : "";
        one.version = i + 1;
        one.method = static_cast<std::uint32_t>(i % 4);
        file.add(one);
    }
    std::vector<bool> left(1000);
    for (std::size_t i : {0U, 7U, 8U, 999U}) left[i] = true;
    const bool all = GENERATE(true, false);
    file.finish(all ? std::vector<bool>{} : left);
    CHECK(file.size() == (all ? 1000 : 996));
    CandidateReader reader(file);
    for (int i = 0; i < 1000; ++i) {
        if (!all && left[static_cast<std::size_t>(i)]) continue;
        const auto one = reader.next();
        REQUIRE(one);
        CHECK(one->rk == i - 500);
        CHECK(one->key == "key\n" + std::to_string(i));
        CHECK(one->content[31] == static_cast<char>(i));
        CHECK(one->value == (i % 2 == 0 ? std::optional(i * 0.1) : std::nullopt));
        CHECK(one->probability == (i % 3 == 0 ? std::optional(0.5) : std::nullopt));
        CHECK(one->class_id == (i % 5 == 0 ? std::optional(i) : std::nullopt));
        CHECK(one->label.has_value() == (i % 7 == 0));
        if (i == 7) CHECK(one->label == long_label);
        CHECK(one->version == i + 1);
        CHECK(one->method == static_cast<std::uint32_t>(i % 4));
    }
    CHECK_FALSE(reader.next());
}

TEST_CASE("lines that lie in several files come in their order", "[training]") {
    const std::size_t count = GENERATE(0U, 1U, 35'000U);
    SortedLines lines(count);
    std::vector<std::string> expected;
    for (std::size_t i = 0; i < count; ++i) {
        expected.push_back(base::sha256_hex(std::to_string(i)) + "\nline " + std::to_string(i));
        lines.add(expected.back());
    }
    std::sort(expected.begin(), expected.end());
    std::vector<std::string> came;
    lines.each([&](const std::string& line) { came.push_back(line); });
    CHECK(came == expected);
}

TEST_CASE("members without some of them are the others, in order", "[training][split]") {
    std::vector<Member> all(4);
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i].id = i + 1;
        all[i].duplicates[2] = 10 + i;
        all[i].labels.assign(i, 7);
    }
    all[3].kept = Part::test;
    all[3].kept_fold = 2;
    const auto some = Members(all).without({false, true, false, false});
    REQUIRE(some.size() == 3);
    CHECK(some.id[1] == 3);
    CHECK(some.duplicates[2][1] == 12);
    CHECK(some.duplicates[0].empty());
    CHECK(some.labels[2].size() == 3);
    CHECK(some.kept[2] == Part::test);
    CHECK_FALSE(some.kept[1]);
    CHECK(some.kept_fold[1] == -1);
    CHECK(some.kept_fold[2] == 2);
    CHECK(some.group.empty());
}
