// A part of a training step may be done sooner than a sleeping thread wakes. So workers spin for a
// few thousand rounds before they sleep on the round's number (a futex), and the caller spins for
// them in the same way. From batch to batch they then mostly find the next job while they spin.
//
// Parts are taken by a counter, first come first served: which thread runs a part is left to
// chance, what it computes is not. `round` is increased with release after the job is written, and
// read with acquire before it is read; nothing else orders the two.
#include "training/numeric/team.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace training {

namespace {

void breathe() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

}  // namespace

struct Team::State {
    const std::function<void(std::size_t)>* part = nullptr;
    std::size_t parts = 0;
    std::atomic<std::size_t> next{0};
    std::atomic<std::size_t> idle{0};  // workers that are through with the current round
    std::atomic<std::uint32_t> round{0};
    std::atomic<bool> over{false};
    std::mutex mutex;
    std::exception_ptr failure;
    std::vector<std::jthread> workers;

    void work() {
        for (;;) {
            const auto mine = next.fetch_add(1, std::memory_order_relaxed);
            if (mine >= parts) return;
            try {
                (*part)(mine);
            } catch (...) {
                std::scoped_lock lock(mutex);
                if (!failure) failure = std::current_exception();
            }
        }
    }

    void serve() {
        std::uint32_t known = 0;
        for (;;) {
            for (int spin = 0; spin < 4000 && round.load(std::memory_order_acquire) == known;
                 ++spin)
                breathe();
            round.wait(known, std::memory_order_acquire);
            known = round.load(std::memory_order_acquire);
            if (over.load()) return;
            work();
            idle.fetch_add(1, std::memory_order_acq_rel);
            idle.notify_one();
        }
    }
};

Team::Team(std::size_t threads) : state_(std::make_unique<State>()) {
    if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
    for (std::size_t i = 1; i < threads; ++i) {
        state_->workers.emplace_back([state = state_.get()] { state->serve(); });
    }
}

Team::~Team() {
    state_->over = true;
    state_->round.fetch_add(1, std::memory_order_acq_rel);
    state_->round.notify_all();
    state_->workers.clear();
}

std::size_t Team::threads() const {
    return state_->workers.size() + 1;
}

void Team::run(std::size_t parts, const std::function<void(std::size_t)>& part) {
    auto& state = *state_;
    if (parts == 0) return;
    if (state.workers.empty() || parts == 1) {
        for (std::size_t i = 0; i < parts; ++i) part(i);
        return;
    }
    state.part = &part;
    state.parts = parts;
    state.next.store(0, std::memory_order_relaxed);
    state.idle.store(0, std::memory_order_relaxed);
    state.round.fetch_add(1, std::memory_order_acq_rel);
    state.round.notify_all();
    state.work();
    const auto all = state.workers.size();
    for (int spin = 0; spin < 4000 && state.idle.load(std::memory_order_acquire) != all; ++spin)
        breathe();
    for (auto seen = state.idle.load(std::memory_order_acquire); seen != all;
         seen = state.idle.load(std::memory_order_acquire)) {
        state.idle.wait(seen, std::memory_order_acquire);
    }
    if (state.failure) std::rethrow_exception(std::exchange(state.failure, nullptr));
}

}  // namespace training
