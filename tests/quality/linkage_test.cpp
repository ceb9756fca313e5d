#include "quality/duplicates/linkage.hpp"
#include "quality/duplicates/clusters.hpp"

#include <algorithm>
#include <random>
#include <set>

#include <fmt/format.h>
#include <catch2/catch.hpp>

using namespace quality;

namespace {

struct People {
    Table table;
    std::vector<int> person;  // per row
};

// People with up to three records each, in which fields are misspelled, left out or swapped.
People make_people(int count, double wrong) {
    std::mt19937_64 random(7);
    auto pick = [&](int n) { return static_cast<int>(random() % static_cast<std::uint64_t>(n)); };
    auto chance = [&](double p) { return std::uniform_real_distribution(0.0, 1.0)(random) < p; };
    auto word = [&](int letters) {
        std::string text;
        for (int i = 0; i < letters; ++i) text.push_back("aeioulnrstkmdbp"[pick(15)]);
        return text;
    };
    std::vector<std::string> given, family, towns;
    for (int i = 0; i < 120; ++i) given.push_back(word(4 + pick(4)));
    for (int i = 0; i < 300; ++i) family.push_back(word(5 + pick(5)));
    for (int i = 0; i < 40; ++i) towns.push_back(word(6 + pick(4)));
    People people;
    people.table.names = {"given", "family", "street", "town", "born", "phone"};
    people.table.cells.resize(6);
    auto spoil = [&](std::string text) {
        if (text.empty()) return text;
        auto at = static_cast<std::size_t>(pick(static_cast<int>(text.size())));
        switch (pick(4)) {
            case 0:
                text[at] = static_cast<char>(
                    text[at] >= '0' && text[at] <= '9' ? '0' + pick(10) : 'a' + pick(26)
                );
                break;
            case 1:
                text.erase(at, 1);
                break;
            case 2:
                if (at > 0) std::swap(text[at], text[at - 1]);
                break;
            default:
                text.clear();
        }
        return text;
    };
    for (int i = 0; i < count; ++i) {
        std::vector<std::string> fields{
            given[static_cast<std::size_t>(pick(120))],
            family[static_cast<std::size_t>(pick(300))],
            fmt::format("{} {} street", 1 + pick(200), word(7)),
            towns[static_cast<std::size_t>(pick(40))],
            fmt::format("19{:02}{:02}{:02}", pick(90), 1 + pick(12), 1 + pick(28)),
            fmt::format("{:08}", pick(100'000'000))};
        int copies = 1 + (chance(0.4) ? 1 + pick(2) : 0);
        for (int copy = 0; copy < copies; ++copy) {
            auto row = fields;
            if (copy > 0) {
                for (auto& field : row)
                    if (chance(wrong)) field = spoil(field);
                if (chance(0.1)) std::swap(row[0], row[1]);
            }
            for (std::size_t c = 0; c < 6; ++c) people.table.cells[c].push_back(row[c]);
            people.table.rows.push_back({0, std::to_string(people.person.size()), 1, -1});
            people.person.push_back(i);
        }
    }
    return people;
}

double pair_f1(const People& people, const std::vector<Link>& links) {
    double truth = 0, right = 0;
    for (std::size_t a = 0; a < people.person.size(); ++a)
        for (auto b = a + 1; b < people.person.size(); ++b)
            truth += people.person[a] == people.person[b];
    for (const auto& link : links) right += people.person[link.a] == people.person[link.b];
    return 2 * right / (truth + static_cast<double>(links.size()));
}

}  // namespace

TEST_CASE("records of one person are found without labels", "[quality][linkage]") {
    auto people = make_people(800, 0.3);
    std::vector<std::string> why;
    auto links = link_rows(people.table, 0.5, {}, &why);
    CHECK(pair_f1(people, links) > 0.95);
    CHECK(why.size() == 7);  // a summary and a line per field
}

TEST_CASE("strangers who share a town are not linked", "[quality][linkage]") {
    auto people = make_people(800, 0);
    std::set<std::pair<std::uint32_t, std::uint32_t>> seen;
    for (const auto& link : link_rows(people.table)) {
        CHECK(link.a < link.b);
        CHECK(seen.emplace(link.a, link.b).second);
        CHECK(people.person[link.a] == people.person[link.b]);
    }
}

TEST_CASE("rows that have a maker and a place in common are not one thing", "[quality][linkage]") {
    // 250 makers decide name, town and state; what is sold differs.
    Table table{
        {"maker", "name", "town", "state", "title", "number"}, {{}, {}, {}, {}, {}, {}}, {}};
    std::mt19937_64 random(3);
    for (int i = 0; i < 2500; ++i) {
        auto maker = random() % 250;
        std::vector<std::string> fields{
            fmt::format("{}", 1000 + maker * 37 % 9000),
            fmt::format(
                "{}ton brewing",
                std::string(3, static_cast<char>('a' + maker % 26)) + std::to_string(maker)
            ),
            fmt::format("town {}", maker % 30),
            fmt::format("state {}", maker % 15),
            fmt::format("{:x} ale", random() % 1'000'000'000),
            fmt::format("{}", random() % 1'000'000)};
        for (std::size_t c = 0; c < fields.size(); ++c) table.cells[c].push_back(fields[c]);
        table.rows.push_back({0, std::to_string(i), 1, -1});
    }
    CHECK(link_rows(table).size() < 10);
}

TEST_CASE("people of one house are not one person", "[quality][linkage]") {
    auto people = make_people(800, 0.3);
    // Each third person lives with the one before: one name, street, town and telephone.
    for (std::size_t row = 1; row < people.person.size(); ++row) {
        auto with = people.person[row] - 1;
        if (people.person[row] % 3 != 0) continue;
        auto other = static_cast<std::size_t>(
            std::find(people.person.begin(), people.person.end(), with) - people.person.begin()
        );
        for (std::size_t c : {1U, 2U, 3U, 5U})
            people.table.cells[c][row] = people.table.cells[c][other];
    }
    CHECK(pair_f1(people, link_rows(people.table)) > 0.85);
}

TEST_CASE(
    "two catalogues that share makers alone are not linked, and it is said",
    "[quality][linkage]"
) {
    Table table{{"name", "text", "maker", "price"}, {{}, {}, {}, {}}, {}};
    std::mt19937_64 random(5);
    auto pick = [&](std::uint64_t n) { return random() % n; };
    const std::vector<std::string> kinds{
        "camera", "speaker", "router", "printer", "washer", "keyboard"};
    for (int i = 0; i < 1500; ++i) {
        auto maker = fmt::format("maker {}", static_cast<char>('a' + pick(18)));
        const auto& kind = kinds[pick(6)];
        std::vector<std::string> fields{
            fmt::format("{} {} {:x}", pick(2) ? maker : "", kind, pick(100'000)),
            fmt::format(
                "{} with {} functions and {} years {:x}", kind, pick(90), pick(9), pick(1000)
            ),
            pick(4) ? maker : "",
            fmt::format("{}.{:02}", 20 + pick(2000), pick(100))};
        for (std::size_t c = 0; c < fields.size(); ++c) table.cells[c].push_back(fields[c]);
        table.rows.push_back({0, std::to_string(i), 1, -1});
    }
    std::vector<std::string> why;
    CHECK(link_rows(table, 0.5, {}, &why).size() < 10);
}

TEST_CASE("the measures of one house are not one thing, and it is said", "[quality][linkage]") {
    // Each house has each measure once: they share all but what they measure.
    Table table{{"house", "street", "phone", "measure", "score"}, {{}, {}, {}, {}, {}}, {}};
    std::mt19937_64 random(17);
    for (std::uint64_t house = 0; house < 60; ++house)
        for (std::uint64_t measure = 0; measure < 20; ++measure) {
            std::vector<std::string> fields{
                fmt::format("house {:x}", house * 7919),
                fmt::format("{} {:x} road", house * 13 % 90, house * 104729),
                fmt::format("0{:09}", house * 15485863),
                fmt::format("{:x} of {}", measure * 2654435761 % 9973, measure),
                std::to_string(random() % 100)};
            for (std::size_t c = 0; c < fields.size(); ++c) table.cells[c].push_back(fields[c]);
            table.rows.push_back({0, std::to_string(table.rows.size()), 1, -1});
        }
    CHECK(link_rows(table).size() < 10);
}

TEST_CASE("clusters are cut where they hang by one link", "[quality][linkage]") {
    // Two groups of three, a bridge, and a chain of three.
    const std::vector<Link> links{
        {0, 1, 0.9},
        {0, 2, 0.9},
        {1, 2, 0.9},
        {3, 4, 0.9},
        {3, 5, 0.9},
        {4, 5, 0.9},
        {2, 3, 0.6},
        {6, 7, 0.99},
        {7, 8, 0.98}};
    CHECK(clusters_of(10, links) == std::vector<std::uint32_t>{0, 0, 0, 3, 3, 3, 6, 6, 6, 9});
}

TEST_CASE("tables without rows or useful fields have no links", "[quality][linkage]") {
    CHECK(link_rows({}).empty());
    Table constant{{"a"}, {std::vector<std::string>(50, "x")}, std::vector<Table::Row>(50)};
    CHECK(link_rows(constant).empty());
}

TEST_CASE("candidate pairs stay within their budget", "[quality][linkage]") {
    Table table{{"a", "b"}, {{}, {}}, {}};
    for (int i = 0; i < 2000; ++i) {
        table.cells[0].push_back(std::to_string(i % 40));
        table.cells[1].push_back(std::to_string(i % 1000));
        table.rows.push_back({0, std::to_string(i), 1, -1});
    }
    auto pairs = candidate_pairs(table, {100, 5});
    CHECK(pairs.size() >= 1000);  // those of the rarest values
    CHECK(pairs.size() < 2 * (2000 * 5 + 1000));
    CHECK(std::is_sorted(pairs.begin(), pairs.end()));
}
