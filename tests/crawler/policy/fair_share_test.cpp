#include <vector>

#include <catch2/catch.hpp>

#include "crawler/policy/fair_share.hpp"

using crawler::OtherShare;
using crawler::share_of_hosts;
using crawler::share_of_pages;

TEST_CASE("a worker takes what hosts it has room for while there are enough", "[crawler][share]") {
    CHECK(share_of_hosts(0, 64, {}).take == 64);
    CHECK(share_of_hosts(60, 64, {}).take == 4);
    CHECK(share_of_hosts(64, 64, {}).take == 0);
    const std::vector<OtherShare> full{{.hosts = 10, .hungry = false}};
    const auto share = share_of_hosts(64, 64, full);
    CHECK(share.take == 0);
    CHECK(share.give_back == 0);
    CHECK_FALSE(share.only_own_servers);
    CHECK(share_of_hosts(4, 64, full).take == 60);
}

TEST_CASE("where hosts are few they are parted evenly", "[crawler][share]") {
    const std::vector<OtherShare> newcomer{{.hosts = 0, .hungry = true}};
    const auto rich = share_of_hosts(7, 64, newcomer);
    CHECK(rich.give_back == 3);
    CHECK(rich.only_own_servers);
    const std::vector<OtherShare> rich_one{{.hosts = 7, .hungry = true}};
    const auto poor = share_of_hosts(0, 64, rich_one);
    CHECK(poor.take == 4);
    CHECK(poor.give_back == 0);
    CHECK_FALSE(poor.only_own_servers);
    // Nobody is poorer than one host fewer, and who has as many as the other takes what is new.
    CHECK(share_of_hosts(4, 64, std::vector<OtherShare>{{.hosts = 3}}).give_back == 0);
    CHECK(share_of_hosts(3, 64, std::vector<OtherShare>{{.hosts = 3}}).take == 1);
    // One host cannot be parted.
    CHECK(share_of_hosts(1, 64, newcomer).give_back == 0);
    CHECK(share_of_hosts(9, 64, std::vector<OtherShare>{{}, {}}).give_back == 6);
}

TEST_CASE("what may be kept is granted once", "[crawler][share]") {
    CHECK(share_of_pages(400, 70, 0, true, {}) == 330);
    CHECK(share_of_pages(400, 70, 0, false, {}) == 330);  // nobody else wants it
    CHECK(share_of_pages(400, 500, 0, true, {}) == 0);
    // One that joins gets nothing until the other gave some back.
    const std::vector<OtherShare> all{{.granted = 330}};
    CHECK(share_of_pages(400, 70, 0, true, all) == 0);
    const std::vector<OtherShare> none{{.granted = 0}};
    CHECK(share_of_pages(400, 70, 20, true, none) == 165);
    CHECK(share_of_pages(400, 70, 200, true, none) == 200);  // what is in hand stays
    CHECK(share_of_pages(400, 70, 2, false, none) == 2);
    // Unless others were granted it: who had it was forgotten.
    CHECK(share_of_pages(400, 70, 20, true, std::vector<OtherShare>{{.granted = 325}}) == 5);
    CHECK(share_of_pages(10, 9, 0, true, none) == 1);
    CHECK(share_of_pages(10, 9, 0, true, std::vector<OtherShare>{{.granted = 1}}) == 0);
}

TEST_CASE("grants never exceed what is left, whoever asks when", "[crawler][share]") {
    // Workers that ask in turn, begin pages and store them, as a little program of numbers.
    struct Worker {
        std::uint64_t granted = 0, used = 0;
    };
    std::uint64_t kept = 0, state = 1;
    constexpr std::uint64_t limit = 500;
    std::vector<Worker> workers(4);
    const auto draw = [&](std::uint64_t below) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        return (state >> 33) % below;
    };
    for (int step = 0; step < 5000; ++step) {
        const auto at = draw(workers.size());
        auto& own = workers[at];
        const auto what = draw(3);
        if (what == 0) {
            std::vector<OtherShare> others;
            for (std::size_t i = 0; i < workers.size(); ++i)
                if (i != at) others.push_back({.granted = workers[i].granted});
            own.granted = share_of_pages(limit, kept, own.used, draw(4) > 0, others);
        } else if (what == 1) {
            while (own.used < own.granted && draw(4) > 0) ++own.used;
        } else {
            const auto stored = own.used;
            kept += stored;
            own.granted -= stored;
            own.used = 0;
        }
        std::uint64_t sum = kept;
        for (const auto& worker : workers) sum += worker.granted;
        REQUIRE(sum <= limit);
    }
    CHECK(kept == limit);  // and all is used
}
