#include "quality/errors/cell_errors.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <fmt/format.h>
#include <catch2/catch.hpp>

using namespace quality;

namespace {

// Shops: a code decides the name and the town, the town its state; amounts are free.
Table shops(int rows) {
    Table table{
        {"code", "name", "town", "state", "amount"}, std::vector<std::vector<std::string>>(5), {}};
    for (int i = 0; i < rows; ++i) {
        int shop = (i * 7) % 25, town = shop % 6;
        table.cells[0].push_back(fmt::format("s-{:03}", 100 + shop * 31 % 97));
        table.cells[1].push_back(
            fmt::format("{} market", std::string(5, static_cast<char>('a' + shop)))
        );
        table.cells[2].push_back(
            std::string("uvwxyz").substr(static_cast<std::size_t>(town), 1) + "ville"
        );
        table.cells[3].push_back(town < 3 ? "north" : "south");
        table.cells[4].push_back(fmt::format("{}", 10 + i * 37 % 91));
        table.rows.push_back({i, std::to_string(i), 1, i + 2});
    }
    return table;
}

std::map<std::pair<std::uint32_t, std::string>, CellError> found_in(const Table& table) {
    std::map<std::pair<std::uint32_t, std::string>, CellError> found;
    for (auto& error : find_cell_errors(table))
        found.emplace(std::pair(error.row, table.names[error.column]), error);
    return found;
}

}  // namespace

TEST_CASE("a clean table has no errors", "[quality][errors]") {
    CHECK(find_cell_errors(shops(500)).empty());
    CHECK(find_cell_errors({}).empty());
}

TEST_CASE(
    "a value against what its row's other fields imply is found and put right",
    "[quality][errors]"
) {
    auto table = shops(500);
    auto right = table.cells[2][40];
    table.cells[2][40] = right == "uville" ? "zville" : "uville";
    auto found = found_in(table);
    REQUIRE(found.contains({40, "town"}));
    CHECK(found.at({40, "town"}).proposal == right);
    CHECK(found.at({40, "town"}).code == "dependency");
    CHECK(found.size() == 1);
}

TEST_CASE("misspellings are found by the frequent value nearby", "[quality][errors]") {
    auto table = shops(500);
    auto right = table.cells[3][7];
    table.cells[3][7] = "sxuth";
    table.cells[1][90] = "kkkkk markxt";
    auto found = found_in(table);
    CHECK(found.contains({7, "state"}));
    CHECK(found.contains({90, "name"}));
    CHECK(found.at({7, "state"}).proposal == right);
}

TEST_CASE("a form foreign to its column and a hidden no-value are found", "[quality][errors]") {
    auto table = shops(500);
    table.cells[4][11] = "4x";
    table.cells[4][12] = "unknown";
    auto found = found_in(table);
    REQUIRE(found.contains({11, "amount"}));
    CHECK(found.at({11, "amount"}).code == "pattern");
    REQUIRE(found.contains({12, "amount"}));
    CHECK(found.at({12, "amount"}).code == "missing");
    CHECK(found.size() == 2);
}

TEST_CASE("numbers near each other are no typos", "[quality][errors]") {
    auto table = shops(600);
    for (std::size_t i = 0; i < 300; ++i) table.cells[4][i] = "100";
    table.cells[4][350] = "101";
    CHECK(find_cell_errors(table).empty());
}

namespace {

struct Spoiled {
    Table table;
    std::set<std::pair<std::uint32_t, std::size_t>> wrong;  // row, column

    void set(std::uint32_t row, std::size_t column, std::string value) {
        if (table.cells[column][row] == value) return;
        table.cells[column][row] = std::move(value);
        wrong.emplace(row, column);
    }
};

double f1(const Spoiled& spoiled) {
    double right = 0, found = 0;
    for (const auto& error : find_cell_errors(spoiled.table)) {
        right += spoiled.wrong.contains({error.row, error.column});
        ++found;
    }
    return 2 * right / (found + static_cast<double>(spoiled.wrong.size()));
}

// Departures as 20 sources tell them: some are often wrong, leave times out or write them
// otherwise.
Spoiled departures() {
    Spoiled made{{{"source", "train", "leaves", "arrives"}, {{}, {}, {}, {}}, {}}, {}};
    std::mt19937 random(3);
    auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    auto time = [&] {
        return fmt::format("{}:{:02} {}", 1 + pick(12), pick(60), pick(2) ? "a.m." : "p.m.");
    };
    for (int train = 0; train < 60; ++train) {
        std::vector<std::string> truth{time(), time()};
        for (int source = 0; source < 20; ++source) {
            auto row = static_cast<std::uint32_t>(made.table.rows.size());
            made.table.rows.push_back({row, std::to_string(row), 1, -1});
            made.table.cells[0].push_back(fmt::format("s{}", source));
            made.table.cells[1].push_back(fmt::format("T-{}", 100 + train));
            for (std::size_t c = 0; c < 2; ++c) {
                made.table.cells[2 + c].push_back(truth[c]);
                if (pick(100) >= (source < 8 ? 5 : 50)) continue;
                auto kind = pick(3);
                made.set(row, 2 + c, kind == 0 ? "" : kind == 1 ? "12/2/2011 " + truth[c] : time());
            }
        }
    }
    return made;
}

}  // namespace

TEST_CASE(
    "where sources contradict each other the reliable ones are believed",
    "[quality][errors]"
) {
    auto made = departures();
    CHECK(made.wrong.size() > 600);
    CHECK(f1(made) > 0.97);
}

TEST_CASE("values that merely go together are no dependency", "[quality][errors]") {
    // A maker has one kind mostly, some have many: the others are no mistakes.
    Table table{{"maker", "kind"}, {{}, {}}, {}};
    std::mt19937 random(5);
    for (int i = 0; i < 3000; ++i) {
        auto maker = random() % 100;
        auto usual = maker % 2 == 0 || random() % 2 == 0;
        table.cells[0].push_back(fmt::format("maker {}", maker));
        table.cells[1].push_back(fmt::format("kind {}", usual ? maker % 30 : random() % 30));
        table.rows.push_back({i, std::to_string(i), 1, -1});
    }
    CHECK(find_cell_errors(table).empty());
}

TEST_CASE(
    "numbers and dates written unlike the others are found with a proposal",
    "[quality][errors]"
) {
    Spoiled made{
        {{"ounces", "strength", "size", "added", "votes"},
         std::vector<std::vector<std::string>>(5),
         {}},
        {}};
    std::mt19937 random(7);
    auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    for (std::uint32_t row = 0; row < 2000; ++row) {
        made.table.rows.push_back({row, std::to_string(row), 1, -1});
        auto ounces =
            std::to_string(std::vector{12, 12, 16, 24}[static_cast<std::size_t>(pick(4))]);
        std::vector<std::string> fields{
            ounces,
            fmt::format("0.{:03}", 40 + pick(60)),
            fmt::format("{} min", 60 + pick(140)),
            fmt::format("{}-{:02}-{:02}", 1990 + pick(30), 1 + pick(12), 1 + pick(28)),
            fmt::format("{},{:03}", 1 + pick(900), pick(1000))};
        for (std::size_t c = 0; c < 5; ++c) made.table.cells[c].push_back(fields[c]);
        if (pick(10) < 6)
            made.set(
                row,
                0,
                ounces + std::vector{".0 oz", ".0 ounce", " OZ."}[static_cast<std::size_t>(pick(3))]
            );
        if (pick(10) == 0) made.set(row, 1, fields[1] + "%");
        if (pick(10) == 0) made.set(row, 2, fields[2].substr(0, fields[2].find(' ')));
        if (pick(10) == 0)
            made.set(row, 3, fmt::format("{}/{}/{}", 1 + pick(12), 1 + pick(28), pick(100)));
        if (pick(20) == 0) made.set(row, 4, fields[4].substr(0, fields[4].find(',')) + "000");
    }
    CHECK(f1(made) > 0.99);
    for (const auto& error : find_cell_errors(made.table)) {
        if (error.column == 0)
            CHECK((error.proposal == "12" || error.proposal == "16" || error.proposal == "24"));
        if (error.column == 2) CHECK(error.proposal.ends_with(" min"));
    }
}

TEST_CASE("a wrong code is blamed, not what hangs on it", "[quality][errors]") {
    auto table = shops(500);
    auto other = table.cells[0][0];
    std::uint32_t row = 42;  // of another town
    REQUIRE(table.cells[0][row] != other);
    table.cells[0][row] = other;
    auto found = found_in(table);
    CHECK(found.contains({row, "code"}));
    for (const auto& [place, error] : found) {
        CAPTURE(error.reason);
        CHECK(place.second == "code");
    }
    CHECK(found.size() == 1);
}

TEST_CASE(
    "fields that were swapped and other spellings of frequent values are found",
    "[quality][errors]"
) {
    auto table = shops(500);
    std::swap(table.cells[1][60], table.cells[3][60]);
    table.cells[3][61] = table.cells[3][61] == "north" ? "NORTH" : "SOUTH";
    auto found = found_in(table);
    CHECK(found.contains({60, "name"}));
    CHECK(found.contains({60, "state"}));
    REQUIRE(found.contains({61, "state"}));
    CHECK(
        (found.at({61, "state"}).proposal == "north" || found.at({61, "state"}).proposal == "south")
    );
    CHECK(found.size() == 3);
}

TEST_CASE(
    "an empty field is found where fields hardly ever are, unless there is a reason",
    "[quality][errors]"
) {
    auto table = shops(500);
    table.cells[4][33] = "";
    table.names.insert(table.names.end(), {"kind", "licence"});
    table.cells.resize(7);
    for (int i = 0; i < 500; ++i) {
        table.cells[5].push_back(i % 50 == 0 ? "stall" : i % 2 ? "shop" : "hall");
        table.cells[6].push_back(i % 50 == 0 ? "" : fmt::format("licence {}", i));
    }
    auto found = found_in(table);
    REQUIRE(found.contains({33, "amount"}));
    CHECK(found.at({33, "amount"}).code == "missing");
    CHECK(found.size() == 1);
}

TEST_CASE("a value is held against the field that contains it in other rows", "[quality][errors]") {
    Table table{{"year", "date"}, {{}, {}}, {}};
    for (int i = 0; i < 800; ++i) {
        auto year = 1950 + i * 7 % 61;
        table.cells[0].push_back(std::to_string(year));
        table.cells[1].push_back(fmt::format("{} May {}", 1 + i % 28, year));
        table.rows.push_back({i, std::to_string(i), 1, -1});
    }
    table.cells[0][10] = "1951";
    auto found = found_in(table);
    REQUIRE(found.contains({10, "year"}));
    CHECK(found.at({10, "year"}).code == "dependency");
    CHECK(found.size() == 1);
}

TEST_CASE("dependencies between columns are found with their strength", "[quality][errors]") {
    auto table = shops(500);
    table.cells[2][3] = "elsewhere";
    std::vector<Coded> columns;
    for (const auto& column : table.cells) columns.push_back(code(column));
    std::map<std::pair<std::size_t, std::size_t>, double> strength;
    for (const auto& one : find_dependencies(columns))
        strength[{one.from, one.to}] = one.confidence;
    CHECK(strength.at({0, 1}) == 1);
    CHECK(strength.at({0, 2}) == Approx(499.0 / 500));
    CHECK_FALSE(strength.contains({3, 2}));
    CHECK_FALSE(strength.contains({4, 0}));
}

TEST_CASE("a value that two others decide together is held against them", "[quality][errors]") {
    Table table{{"state", "level", "rate", "note"}, {{}, {}, {}, {}}, {}};
    std::mt19937 random(9);
    for (int i = 0; i < 3000; ++i) {
        auto state = random() % 12, level = random() % 10;
        table.cells[0].push_back(fmt::format("state {}", static_cast<char>('a' + state)));
        table.cells[1].push_back(fmt::format("level {}", static_cast<char>('k' + level)));
        table.cells[2].push_back(fmt::format("{}", 100 + (state * 31 + level * 47) % 89));
        table.cells[3].push_back(fmt::format("{}", random() % 100));
        table.rows.push_back({i, std::to_string(i), 1, -1});
    }
    auto right = table.cells[2][70];
    table.cells[2][70] = right == "100" ? "101" : "100";
    std::vector<std::string> why;
    auto found = find_cell_errors(table, {}, &why);
    REQUIRE(found.size() == 1);
    CHECK(found[0].row == 70);
    CHECK(found[0].proposal == right);
    CHECK(std::any_of(why.begin(), why.end(), [](const std::string& line) {
        return line.find("rate follows from level and state") == 0;
    }));
}

namespace {

// Measurements: a number with and without its unit, a mark for no value, a code that everybody
// makes up, a sampling weight that by chance goes with the sex.
Spoiled survey() {
    Spoiled made{{{"hours", "job", "ticket", "weight", "sex"}, {{}, {}, {}, {}, {}}, {}}, {}};
    std::mt19937 random(11);
    auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    const std::vector<std::string> jobs{"clerk", "farmer", "nurse", "driver", "teacher"};
    const std::vector<std::string> offices{
        "PC ", "A/5 ", "C.A. ", "SC/PARIS ", "STON/O 2. ", "W./C. ", "S.O.P. "};
    for (std::uint32_t row = 0; row < 2000; ++row) {
        made.table.rows.push_back({row, std::to_string(row), 1, -1});
        auto weight = pick(900);
        auto office = pick(3) == 0 ? offices[static_cast<std::size_t>(pick(7))] : std::string();
        std::vector<std::string> fields{
            std::to_string(10 + pick(50)),
            jobs[static_cast<std::size_t>(pick(5))],
            office + std::to_string(1000 + pick(90000)),
            std::to_string(10'000 + weight * 1237),
            pick(100) == 0 ? (weight % 2 ? "m" : "f")
            : weight % 2   ? "f"
                           : "m"};
        for (std::size_t c = 0; c < fields.size(); ++c) made.table.cells[c].push_back(fields[c]);
        if (pick(10) < 3) made.set(row, 0, fields[0] + " hrs");
        if (pick(10) == 0) made.set(row, 1, "N/A");
        if (pick(50) == 0)
            made.set(row, 1, fields[1].substr(0, 2) + "\xef\xbf\xbd" + fields[1].substr(3));
    }
    return made;
}

}  // namespace

TEST_CASE(
    "defects that are common are found, and neither free codes nor coincidences are taken for them",
    "[quality][errors]"
) {
    auto made = survey();
    CHECK(made.wrong.size() > 700);
    CHECK(f1(made) > 0.99);
    for (const auto& error : find_cell_errors(made.table)) CHECK(error.column < 2);
}

TEST_CASE("no value that has its reason is the table's own way to say so", "[quality][errors]") {
    auto table = shops(600);
    table.names.insert(table.names.end(), {"owner", "since"});
    table.cells.resize(7);
    for (int i = 0; i < 600; ++i) {
        bool unknown = i % 13 == 0;
        table.cells[5].push_back(unknown ? "?" : fmt::format("owner {}", i % 40));
        table.cells[6].push_back(unknown ? "?" : std::to_string(1990 + i % 30));
    }
    CHECK(find_cell_errors(table).empty());
}

TEST_CASE("a few labelled rows condemn and clear what is alike", "[quality][errors]") {
    // Dates in two orders and empty fields that are right: nothing tells which, but a person.
    Spoiled made{{{"day", "note", "id"}, {{}, {}, {}}, {}}, {}};
    std::mt19937 random(13);
    auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    std::vector<std::string> right;
    for (std::uint32_t row = 0; row < 1500; ++row) {
        made.table.rows.push_back({row, std::to_string(row), 1, -1});
        auto day = fmt::format("{:02}.{:02}.{}", 1 + pick(28), 1 + pick(12), 1990 + pick(30));
        right.push_back(day);
        made.table.cells[0].push_back(day);
        made.table.cells[1].push_back(pick(20) == 0 ? "" : fmt::format("note {}", pick(30)));
        made.table.cells[2].push_back(std::to_string(row));
        if (pick(10) < 4)
            made.set(row, 0, day.substr(6) + "." + day.substr(3, 2) + "." + day.substr(0, 2));
    }
    CHECK(f1(made) < 0.2);
    CellErrorOptions options;
    for (std::uint32_t row = 100; row < 160; row += 3) {
        options.labelled.push_back({row, 0, right[row]});
        options.labelled.push_back({row, 1, made.table.cells[1][row]});
    }
    double found = 0, good = 0;
    for (const auto& error : find_cell_errors(made.table, options)) {
        good += made.wrong.contains({error.row, error.column});
        ++found;
        if (error.row == 100 && error.column == 0) CHECK(error.proposal == right[100]);
    }
    CHECK(2 * good / (found + static_cast<double>(made.wrong.size())) > 0.95);
}
