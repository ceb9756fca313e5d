#pragma once

#include <algorithm>
#include <barrier>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "training/company/company.hpp"

namespace test {

// What the members of a company of threads meet at.
struct MeetingPlace {
    explicit MeetingPlace(std::size_t members)
        : size(members), all(static_cast<std::ptrdiff_t>(members)), shown(members) {}

    std::size_t size;
    std::barrier<> all;
    std::vector<const void*> shown;
    std::mutex mutex;
    std::condition_variable came;
    std::map<std::pair<std::size_t, std::size_t>, std::vector<std::vector<std::byte>>> post;
};

// A member that is a thread of the test and not a process.
class ThreadsCompany final : public training::Company {
public:
    ThreadsCompany(MeetingPlace& place, std::size_t rank) : place_(place), rank_(rank) {}

    std::size_t size() const override { return place_.size; }
    std::size_t rank() const override { return rank_; }
    void sum(std::span<double> values) override { add(values); }
    void sum(std::span<float> values) override { add(values); }
    void tell(std::span<std::byte> bytes, std::size_t from) override {
        place_.shown[rank_] = bytes.data();
        place_.all.arrive_and_wait();
        if (rank_ != from)
            std::copy_n(
                static_cast<const std::byte*>(place_.shown[from]), bytes.size(), bytes.begin()
            );
        place_.all.arrive_and_wait();
    }
    void send(std::span<const std::byte> bytes, std::size_t to) override {
        std::scoped_lock lock(place_.mutex);
        place_.post[{rank_, to}].emplace_back(bytes.begin(), bytes.end());
        place_.came.notify_all();
    }
    void receive(std::span<std::byte> bytes, std::size_t from) override {
        std::unique_lock lock(place_.mutex);
        auto& box = place_.post[{from, rank_}];
        place_.came.wait(lock, [&] { return !box.empty(); });
        std::copy_n(box.front().begin(), std::min(bytes.size(), box.front().size()), bytes.begin());
        box.erase(box.begin());
    }

private:
    template <typename T>
    void add(std::span<T> values) {
        place_.shown[rank_] = values.data();
        place_.all.arrive_and_wait();
        std::vector<T> sum(values.size());
        for (const void* one : place_.shown)
            for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += static_cast<const T*>(one)[i];
        place_.all.arrive_and_wait();
        std::copy(sum.begin(), sum.end(), values.begin());
    }

    MeetingPlace& place_;
    std::size_t rank_;
};

}  // namespace test
