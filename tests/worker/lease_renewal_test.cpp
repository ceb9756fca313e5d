#include "worker/lease_renewal.hpp"

#include <atomic>
#include <semaphore>
#include <stdexcept>

#include <catch2/catch.hpp>

#include "base/run/stop.hpp"

using namespace std::chrono_literals;
using worker::LeaseRenewal;

TEST_CASE("a lease that cannot be renewed now is renewed later", "[worker]") {
    std::atomic<int> calls{0};
    std::binary_semaphore renewed{0};
    LeaseRenewal renewal(
        [&](auto) {
            if (++calls < 4) throw std::runtime_error("the database is away");
            if (calls == 4) renewed.release();
            return true;
        },
        {.lease = 1h, .renewal = 1ms},
        {}
    );
    renewed.acquire();
    CHECK_FALSE(renewal.token().stop_requested());
}

TEST_CASE("a job is asked to stop when its lease is over and nothing renewed it", "[worker]") {
    LeaseRenewal renewal(
        [](auto) -> bool { throw std::runtime_error("the database is away"); },
        {.lease = 20ms, .renewal = 1ms},
        {}
    );
    CHECK_FALSE(base::rest(renewal.token(), 30s));
}

TEST_CASE("a job is asked to stop when another worker has its lease", "[worker]") {
    LeaseRenewal renewal([](auto) { return false; }, {.lease = 1h, .renewal = 1ms}, {});
    CHECK_FALSE(base::rest(renewal.token(), 30s));
}

TEST_CASE("a job is asked to stop with its worker", "[worker]") {
    std::stop_source worker;
    LeaseRenewal renewal([](auto) { return true; }, {}, worker.get_token());
    worker.request_stop();
    CHECK(renewal.token().stop_requested());
}
