#include "base/run/spool.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <csignal>

#include "base/error.hpp"

TEST_CASE("what is written into a spool is read from any place, in parts", "[base][spool]") {
    base::Spool spool;
    std::string all;
    for (int i = 0; i < 50'000; ++i) all += std::to_string(i) + "\n";
    spool.out() << all.substr(0, 100'001);
    for (char c : all.substr(100'001)) spool.out().put(c);
    spool.finish();
    REQUIRE(spool.size() == all.size());

    std::string read;
    std::vector<char> part(7'777);
    while (auto got = spool.read(read.size(), part)) read.append(part.data(), got);
    CHECK(read == all);
    REQUIRE(spool.read(100'000, part) == part.size());
    CHECK(std::string(part.data(), part.size()) == all.substr(100'000, part.size()));
    CHECK(spool.read(all.size(), part) == 0);
}

TEST_CASE("a spool leaves no name behind while it stands", "[base][spool]") {
    auto names = [] {
        int n = 0;
        for (const auto& entry :
             std::filesystem::directory_iterator(std::filesystem::temp_directory_path()))
            if (entry.path().filename().string().starts_with("tilth-") && entry.is_regular_file())
                ++n;
        return n;
    };
    auto before = names();
    base::Spool spool;
    spool.out() << "x";
    spool.finish();
    CHECK(names() <= before);
}

TEST_CASE("a spool that finds no room says so when it is finished", "[base][spool]") {
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    auto handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit small{.rlim_cur = 100'000, .rlim_max = before.rlim_max};
    base::Spool spool;
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    spool.out() << std::string(1'000'000, 'x');
    std::string told;
    try {
        spool.finish();
    } catch (const base::Error& error) {
        told = error.what();
    }
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    CHECK_THAT(told, Catch::Contains("could not be written to its end"));
}
