#include "base/run/stop.hpp"

#include <semaphore>
#include <stdexcept>
#include <thread>

#include <catch2/catch.hpp>

#include "base/run/log.hpp"

using base::OnStop;

TEST_CASE("what is to be done at a stop is done on a thread of its own", "[base][stop]") {
    std::stop_source stop;
    std::binary_semaphore begun{0}, go_on{0};
    bool done = false;
    {
        OnStop work(stop.get_token(), [&] {
            begun.release();
            go_on.acquire();
            done = true;
        });
        stop.request_stop();  // returns while the work waits
        begun.acquire();
        go_on.release();
    }
    CHECK(done);
}

TEST_CASE("what is to be done at a stop that came before is done", "[base][stop]") {
    std::stop_source stop;
    stop.request_stop();
    bool done = false;
    {
        OnStop work(stop.get_token(), [&] { done = true; });
    }
    CHECK(done);
}

TEST_CASE("without a stop nothing is done", "[base][stop]") {
    std::stop_source stop;
    bool done = false;
    {
        OnStop work(stop.get_token(), [&] { done = true; });
    }
    stop.request_stop();
    CHECK_FALSE(done);
}

TEST_CASE("what fails at a stop spoils nothing else", "[base][stop]") {
    base::log::set_level(base::log::Level::off);
    std::stop_source stop;
    {
        OnStop failing(stop.get_token(), [] { throw std::runtime_error("the database is away"); });
        stop.request_stop();
    }
    base::log::set_level(base::log::Level::info);
    SUCCEED();
}
