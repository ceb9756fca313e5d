#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "training/company/company.hpp"

namespace test {

// What a member is thrown that waits for one which has left. No std::exception, for which serve()
// waits a while to be ended with its process.
struct Deserted {};

// What the members of a company of threads meet at. Waiting ends by Deserted once close() is
// called.
class MeetingPlace {
public:
    explicit MeetingPlace(std::size_t members) : size(members), shown(members) {}

    const std::size_t size;
    std::vector<const void*> shown;

    // Until all are here.
    void meet() {
        std::unique_lock lock(mutex_);
        const auto mine = round_;
        if (++here_ == size) {
            here_ = 0;
            ++round_;
            came_.notify_all();
        }
        wait(lock, [&] { return round_ != mine; });
    }
    void put(std::size_t from, std::size_t to, std::span<const std::byte> bytes) {
        std::scoped_lock lock(mutex_);
        post_[{from, to}].emplace_back(bytes.begin(), bytes.end());
        came_.notify_all();
    }
    std::vector<std::byte> take(std::size_t from, std::size_t to) {
        std::unique_lock lock(mutex_);
        auto& box = post_[{from, to}];
        wait(lock, [&] { return !box.empty(); });
        auto first = std::move(box.front());
        box.erase(box.begin());
        return first;
    }
    void close() {
        std::scoped_lock lock(mutex_);
        closed_ = true;
        came_.notify_all();
    }

private:
    template <typename Done>
    void wait(std::unique_lock<std::mutex>& lock, const Done& done) {
        came_.wait(lock, [&] { return closed_ || done(); });
        if (!done()) throw Deserted{};
    }

    std::mutex mutex_;
    std::condition_variable came_;
    std::size_t here_ = 0, round_ = 0;
    bool closed_ = false;
    std::map<std::pair<std::size_t, std::size_t>, std::vector<std::vector<std::byte>>> post_;
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
        place_.meet();
        if (rank_ != from)
            std::copy_n(
                static_cast<const std::byte*>(place_.shown[from]), bytes.size(), bytes.begin()
            );
        place_.meet();
    }
    void send(std::span<const std::byte> bytes, std::size_t to) override {
        place_.put(rank_, to, bytes);
    }
    void receive(std::span<std::byte> bytes, std::size_t from) override {
        const auto came = place_.take(from, rank_);
        std::copy_n(came.begin(), std::min(bytes.size(), came.size()), bytes.begin());
    }

private:
    template <typename T>
    void add(std::span<T> values) {
        place_.shown[rank_] = values.data();
        place_.meet();
        std::vector<T> sum(values.size());
        for (const void* one : place_.shown)
            for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += static_cast<const T*>(one)[i];
        place_.meet();
        std::copy(sum.begin(), sum.end(), values.begin());
    }

    MeetingPlace& place_;
    std::size_t rank_;
};

}  // namespace test
