#include "base/run/spilling_arena.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>
#include <csignal>

#include "base/error.hpp"

namespace {

std::size_t resident_bytes() {
    std::size_t all = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> all >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

TEST_CASE("what an arena was given stays where it was put", "[base][spool]") {
    base::SpillingArena arena(std::size_t{1} << 16);
    std::vector<std::string_view> kept;
    for (std::size_t i = 0; i < 20'000; ++i) {
        const auto number = std::to_string(i);
        kept.emplace_back(arena.add(number, "-text"), number.size() + 5);
    }
    const std::string long_one(3'000'000, 'x');
    kept.emplace_back(arena.add(long_one), long_one.size());
    CHECK(arena.on_disk() > 3'000'000);
    CHECK(arena.add("") == nullptr);
    arena.looked_at(std::size_t{1} << 30);  // pages go back to the system, and come again
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < 20'000; ++i) wrong += kept[i] != std::to_string(i) + "-text";
    CHECK(wrong == 0);
    CHECK(kept.back() == long_one);
}

TEST_CASE("few bytes take no disk", "[base][spool]") {
    base::SpillingArena arena;
    for (int i = 0; i < 1000; ++i) arena.add(std::string(1000, 'a'));
    CHECK(arena.on_disk() == 0);
}

TEST_CASE("memory does not hold what lies in an arena", "[base][spool]") {
    base::SpillingArena arena(std::size_t{4} << 20);
    const auto before = resident_bytes();
    const std::string block(1 << 20, 'b');
    std::vector<const char*> places;
    for (int i = 0; i < 400; ++i) places.push_back(arena.add(block));
    CHECK(resident_bytes() < before + (std::size_t{100} << 20));
    std::size_t seen = 0;
    for (const auto* place : places) {
        arena.looked_at(block.size());
        seen += std::string_view(place, block.size()) == block;
    }
    CHECK(seen == 400);
    CHECK(resident_bytes() < before + (std::size_t{150} << 20));
}

TEST_CASE("threads write into an arena and read from it at once", "[base][spool]") {
    base::SpillingArena arena(std::size_t{1} << 16);
    std::vector<std::size_t> wrong(4);
    {
        std::vector<std::jthread> threads;
        for (std::size_t t = 0; t < wrong.size(); ++t)
            threads.emplace_back([&arena, &wrong, t] {
                std::vector<std::string_view> own;
                const std::string text(1000 + t, static_cast<char>('a' + t));
                for (int i = 0; i < 5000; ++i) {
                    own.emplace_back(arena.add(text), text.size());
                    arena.looked_at(own[own.size() / 2].size() * 100);
                }
                for (auto one : own) wrong[t] += one != text;
            });
    }
    CHECK(wrong == std::vector<std::size_t>(4));
}

TEST_CASE("an arena that finds no room says so, and keeps what it has", "[base][spool]") {
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    auto handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit small{.rlim_cur = 1'000'000, .rlim_max = before.rlim_max};
    base::SpillingArena arena(1);
    const auto* first = arena.add("the first");
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    std::string told;
    try {
        arena.add(std::string(10'000'000, 'x'));
    } catch (const base::Error& error) {
        told = error.what();
    }
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    CHECK_THAT(told, Catch::Contains("takes no more") && Catch::Contains("TMPDIR"));
    CHECK(std::string_view(first, 9) == "the first");
}
