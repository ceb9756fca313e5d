#include "training/numeric/aside.hpp"

#include <chrono>
#include <future>
#include <thread>

#include <catch2/catch.hpp>

#include "base/error.hpp"

using training::Aside;

TEST_CASE("calls aside are done in order, and throw what they throw", "[training][stop]") {
    Aside aside;
    std::vector<int> done;
    for (int i = 0; i < 100; ++i) aside.call({}, [&done, i] { done.push_back(i); });
    REQUIRE(done.size() == 100);
    CHECK(done.back() == 99);
    CHECK_THROWS_WITH(
        aside.call({}, [] { throw base::Error("library", "no"); }), Catch::Contains("library: no")
    );
    aside.call({}, [&done] { done.clear(); });
    CHECK(done.empty());
}

TEST_CASE("a stop leaves a call that does not end, and what it uses lives on", "[training][stop]") {
    std::promise<void> end;
    auto ended = end.get_future().share();
    auto used = std::make_shared<int>(7);
    const std::weak_ptr<int> watched = used;
    std::stop_source stop;
    std::promise<void> under_way;
    std::chrono::steady_clock::time_point asked;
    {
        Aside aside;
        const std::jthread user([&] {
            under_way.get_future().wait();
            asked = std::chrono::steady_clock::now();
            stop.request_stop();
        });
        const auto work = [used = std::move(used), ended, &under_way] {
            under_way.set_value();
            ended.wait();
        };
        CHECK_THROWS_AS(aside.call(stop.get_token(), work), base::Interrupted);
        CHECK_THROWS_AS(aside.call({}, [] {}), base::Interrupted);
    }
    CHECK(std::chrono::steady_clock::now() - asked < std::chrono::seconds(1));
    CHECK(training::calls_left() == 1);
    CHECK_FALSE(watched.expired());
    end.set_value();
    while (training::calls_left() > 0) std::this_thread::yield();
    CHECK(watched.expired());
}
