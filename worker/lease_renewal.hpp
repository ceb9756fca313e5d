#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <thread>

namespace worker {

struct LeaseTimes {
    std::chrono::milliseconds lease = std::chrono::seconds(60);
    std::chrono::milliseconds renewal = std::chrono::seconds(15);  // from one to the next
};

// Holds the lease of a job while the job is done: renews it from a thread of its own.
//
//     LeaseRenewal renewal([&](auto until) { return renew(job, until); }, {}, stop);
//     do_job(job, renewal.token());
//
// `renew` says false when the lease is another worker's, and may throw when the database cannot be
// reached: it is then asked again, until it answers or the lease is over. token() asks the job to
// stop when the lease is lost or over, and when `outer` asks for it.
class LeaseRenewal {
public:
    using Renew = std::function<bool(std::chrono::system_clock::time_point until)>;

    LeaseRenewal(Renew renew, LeaseTimes times, std::stop_token outer);

    std::stop_token token() const { return work_.get_token(); }

private:
    void keep(std::stop_token done);

    Renew renew_;
    LeaseTimes times_;
    std::stop_source work_;
    std::stop_callback<std::function<void()>> forward_;
    std::jthread thread_;
};

}  // namespace worker
