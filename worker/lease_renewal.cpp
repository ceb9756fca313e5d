#include "worker/lease_renewal.hpp"

#include "base/run/log.hpp"
#include "base/run/stop.hpp"

namespace worker {

LeaseRenewal::LeaseRenewal(Renew renew, LeaseTimes times, std::stop_token outer)
    : renew_(std::move(renew)),
      times_(times),
      forward_(outer, [this] { work_.request_stop(); }),
      thread_([this](std::stop_token done) { keep(done); }) {}

// Nothing may leave this function: an exception that ends a thread ends the program.
void LeaseRenewal::keep(std::stop_token done) {
    using Clock = std::chrono::steady_clock;
    auto over = Clock::now() + times_.lease;
    while (base::rest(done, times_.renewal)) {
        auto asked = Clock::now();
        try {
            if (!renew_(std::chrono::system_clock::now() + times_.lease)) break;
            over = asked + times_.lease;
        } catch (const std::exception& failure) {
            base::log::warning("worker: a lease is not renewed yet: {}", failure.what());
        } catch (...) {
            base::log::warning("worker: a lease is not renewed yet");
        }
        if (Clock::now() >= over) break;
    }
    if (!done.stop_requested()) work_.request_stop();
}

}  // namespace worker
