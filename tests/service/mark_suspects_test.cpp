// Marks in pictures that people set wrongly, from the database to the queue: suspected by models
// that have not seen the pictures, and asked again with `send`.
#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "service/context.hpp"
#include "service/learn/errors.hpp"
#include "tests/training/answers/answered_world.hpp"

namespace {

namespace json = boost::json;
using test::AnsweredRecord;
using test::AnsweredWorld;

// What `errors` finds of a run, and the records that it has put into the queue.
struct Sent {
    service::FoundErrors found;
    std::set<std::string> asked;
};

Sent errors_sent(AnsweredWorld& world, std::int64_t run, std::size_t top) {
    base::StopOnSignal stop;
    service::Context context{stop};
    context.config.database.url = world.db.url();
    context.config.home = world.folder.path;
    service::AnalyseErrors request;
    request.run = run;
    request.label_errors = true;
    request.folds = 3;
    request.top = top;
    request.send = true;
    Sent out;
    service::run_locally(context.environment(), [&](service::Work& work) {
        out.found = service::find_errors_of(work, request);
        for (const auto& row : work.tx.exec(
                 "SELECT key FROM label_task WHERE project_id = $1 AND state <> 'cancelled'",
                 world.project
             ))
            out.asked.insert(row[0].as<std::string>());
    });
    return out;
}

std::string key_of(std::size_t i) {
    return fmt::format("k{}", 10'000 + i);
}

// A ring each in noise, whose corners are points: the first, the one beside it, the one below that;
// a fourth hardly any has. Every tenth label is wrong in one of four ways.
std::vector<AnsweredRecord>
cornered_pictures(std::uint64_t count, std::vector<std::set<std::string>>& wrong) {
    constexpr int side = 32, size = 16;
    const base::CounterRandom random(9, 1);
    std::vector<AnsweredRecord> records;
    wrong.resize(4);
    for (std::uint64_t i = 0; i < count; ++i) {
        AnsweredRecord one{"", {{"n", i}}, "", std::string(side * side, '\0'), side};
        auto at = i * 10'000;
        for (auto& pixel : one.pixels) pixel = static_cast<char>(60 + random.below(at++, 40));
        const auto x = static_cast<int>(random.below(at++, side - size));
        const auto y = static_cast<int>(random.below(at++, side - size));
        for (int dy = 0; dy < size; ++dy)
            for (int dx = 0; dx < size; ++dx)
                if (dx < 4 || dx > 11 || dy < 4 || dy > 11)
                    one.pixels[static_cast<std::size_t>((y + dy) * side + x + dx)] = '\x7f';
        json::array points{
            json::array{x, y, 2},
            json::array{x + size, y, 2},
            json::array{x + size, y + size, 2},
            json::array{0, 0, 0}};
        if (i % 10 == 0) {
            const auto fault = i / 10 % 4;
            if (fault == 0) points[0] = json::array{x + size, y + size, 2};
            if (fault == 1) std::swap(points[0], points[2]);
            if (fault == 2) points[1] = json::array{0, 0, 0};
            if (fault == 3) points[3] = json::array{x, y + size, 2};
            wrong[fault].insert(key_of(i));
        }
        one.label = json::serialize(json::array{
            json::object{{"points", std::move(points)}, {"label", "ring"}}});
        records.push_back(std::move(one));
    }
    return records;
}

}  // namespace

TEST_CASE("suspected boxes are asked again", "[service][errors][boxes]") {
    auto records = test::ringed_pictures(200);
    std::set<std::string> wrong;
    for (std::size_t i = 0; i < records.size(); i += 10) {
        const bool none = records[i].label == "[]";
        records[i].label =
            none ? R"([{"x":11,"y":12,"width":10,"height":10,"label":"ring"}])" : "[]";
        wrong.insert(key_of(i));
    }
    AnsweredWorld world("boxes", "{}", {"ring"}, records);
    const auto [found, asked] = errors_sent(world, world.train("logistic").run.id, 15);
    REQUIRE(found.label_errors.size() == 15);
    REQUIRE(found.sent);
    CHECK(found.sent->added == 15);
    std::set<std::string> suspected;
    std::size_t right = 0;
    for (const auto& one : found.label_errors) {
        suspected.insert(one.key);
        right += wrong.contains(one.key) ? 1 : 0;
    }
    CHECK(asked == suspected);
    CHECK(right >= 11);
    // Who has been asked is not asked twice.
    CHECK(errors_sent(world, found.run, 15).found.sent->added == 0);
}

TEST_CASE("single points that were set wrongly are asked again", "[service][errors][keypoints]") {
    std::vector<std::set<std::string>> wrong;
    AnsweredWorld world("keypoints", "{}", {"ring"}, cornered_pictures(280, wrong));
    const auto [found, asked] = errors_sent(world, world.train("ridge").run.id, 40);
    REQUIRE(found.sent);
    std::set<std::string> suspected;
    std::vector<std::size_t> right(4);
    const std::vector<std::string> given{
        "point 1 of ring at ",
        "points 1 and 3 of ring",
        "no point 2 of ring",
        "point 4 of ring at "};
    const std::vector<std::string> suggested{
        "point 1 of ring at ",
        "points 3 and 1 of ring",
        "point 2 of ring at ",
        "no point 4 of ring"};
    for (const auto& one : found.label_errors) {
        suspected.insert(one.key);
        CHECK(one.score < 0.5);
        for (std::size_t fault = 0; fault < 4; ++fault) {
            if (!wrong[fault].contains(one.key)) continue;
            ++right[fault];
            CHECK_THAT(one.given, Catch::StartsWith(given[fault]));
            CHECK_THAT(one.suggested, Catch::StartsWith(suggested[fault]));
        }
    }
    for (std::size_t fault = 0; fault < 4; ++fault) {
        INFO("fault " << fault << ": " << right[fault] << " of 7 are found");
        CHECK(right[fault] >= 5);
    }
    CHECK(asked == suspected);
    CHECK(found.sent->added == static_cast<std::int64_t>(suspected.size()));
    CHECK(found.classes.at(0).label_errors >= 20);
}
