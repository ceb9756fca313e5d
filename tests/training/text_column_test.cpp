#include "training/snapshots/text_column.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <thread>
#include <vector>

#include "training/snapshots/examples.hpp"

using training::TextColumn;

TEST_CASE("texts of a column are set, taken and appended without others' change", "[training]") {
    TextColumn texts{{"a", "one"}, {"", "two"}, {"c", ""}};
    REQUIRE(texts.size() == 3);
    CHECK(texts[1].title.empty());
    CHECK(texts[2].body.empty());
    CHECK(texts[0].joined() == "a\none");
    CHECK(texts.size_of(0) == 4);

    auto copy = texts;
    copy.set(0, {"b", "other"});
    CHECK(texts[0].body == "one");
    CHECK(copy[0].title == "b");
    copy.set(1, copy[0]);  // of itself
    CHECK(copy[1].body == "other");

    const auto some = texts.take({2, 0, 0});
    REQUIRE(some.size() == 3);
    CHECK(some[0].title == "c");
    CHECK(some[2].body == "one");
    CHECK(TextColumn().take({}).empty());

    TextColumn more;
    more.append(some);
    more.append(copy);
    texts.clear();
    texts.resize(2);
    REQUIRE(more.size() == 6);
    CHECK(more[1].body == "one");
    CHECK(more[3].title == "b");
    CHECK(texts[1].body.empty());
    std::string all;
    for (const auto& text : more) all += text.title;
    CHECK(all == "caabbc");
}

TEST_CASE("rows of many texts are set by several threads and lie on disk", "[training]") {
    constexpr std::size_t rows = 40'000;
    TextColumn texts;
    texts.resize(rows);
    const auto body = [](std::size_t row) {
        return std::string(2000, static_cast<char>('a' + row % 26)) + std::to_string(row);
    };
    {
        std::vector<std::jthread> threads;
        for (std::size_t t = 0; t < 4; ++t)
            threads.emplace_back([&, t] {
                for (auto row = t; row < rows; row += 4) texts.set(row, {"t", body(row)});
            });
    }
    CHECK(texts.on_disk() > 40'000'000);
    std::size_t wrong = 0;
    for (std::size_t row = 0; row < rows; ++row)
        wrong += texts[row].title != "t" || texts[row].body != body(row);
    CHECK(wrong == 0);
}
