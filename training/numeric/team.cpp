// A part of a training step may be done sooner than a sleeping thread wakes. So workers spin for a
// few thousand rounds before they sleep on the round's number (a futex), and the caller spins for
// them in the same way. From batch to batch they then mostly find the next job while they spin.
//
// The caller waits for parts, never for workers: on a machine with more to do than processors a
// worker may wake long after the caller has done all by itself, and must find nothing then. So a
// part is taken from a ticket, the round in its upper half and the next part below, by compare and
// exchange: it fails if the round went on meanwhile. Between two rounds the ticket is closed, and
// only then the job is written.
//
// Parts are taken first come first served: which thread runs a part is left to chance, what it
// computes is not.
#include "training/numeric/team.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include <sched.h>
#include <cstdlib>

namespace training {

namespace {

void breathe() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

std::size_t own_processors() {
    const std::size_t there = std::max(1U, std::thread::hardware_concurrency());
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    const bool known = sched_getaffinity(0, sizeof allowed, &allowed) == 0;
    const char* said = std::getenv("OMPI_COMM_WORLD_LOCAL_SIZE");
    return processors_of(
        there,
        known ? static_cast<std::size_t>(CPU_COUNT(&allowed)) : there,
        static_cast<std::size_t>(said ? std::max(1, std::atoi(said)) : 1)
    );
}

}  // namespace

std::size_t processors_of(std::size_t there, std::size_t allowed, std::size_t processes) {
    return std::max<std::size_t>(1, std::min(allowed, there / std::max<std::size_t>(1, processes)));
}

struct Team::State {
    static constexpr std::uint64_t closed = 0xffffffffU;  // no round has so many parts

    std::atomic<const std::function<void(std::size_t)>*> part{nullptr};
    std::atomic<std::uint32_t> parts{0};
    std::atomic<std::uint64_t> ticket{closed};
    std::atomic<std::uint32_t> done{0};   // parts of this round
    std::atomic<std::uint32_t> round{0};  // what workers sleep on
    std::atomic<bool> over{false};
    std::mutex mutex;
    std::exception_ptr failure;
    std::vector<std::jthread> workers;

    void work() {
        auto seen = ticket.load(std::memory_order_acquire);
        for (;;) {
            const auto mine = seen & 0xffffffffU;
            const auto* job = part.load(std::memory_order_relaxed);
            const auto all = parts.load(std::memory_order_relaxed);
            if (mine >= all) return;
            if (!ticket.compare_exchange_weak(
                    seen, seen + 1, std::memory_order_acq_rel, std::memory_order_acquire
                ))
                continue;
            try {
                (*job)(mine);
            } catch (...) {
                std::scoped_lock lock(mutex);
                if (!failure) failure = std::current_exception();
            }
            if (done.fetch_add(1, std::memory_order_acq_rel) + 1 == all) done.notify_one();
            seen = ticket.load(std::memory_order_acquire);
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
        }
    }
};

Team::Team(std::size_t threads) : state_(std::make_unique<State>()) {
    if (threads == 0) threads = own_processors();
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
    if (parts >= State::closed) throw std::length_error("too many parts for a team");
    const auto all = static_cast<std::uint32_t>(parts);
    const auto next = ((state.ticket.load(std::memory_order_relaxed) >> 32) + 1) << 32;
    state.ticket.exchange(next | State::closed, std::memory_order_acq_rel);
    state.part.store(&part, std::memory_order_relaxed);
    state.parts.store(all, std::memory_order_relaxed);
    state.done.store(0, std::memory_order_relaxed);
    state.ticket.store(next, std::memory_order_release);
    state.round.fetch_add(1, std::memory_order_acq_rel);
    state.round.notify_all();
    state.work();
    for (int spin = 0; spin < 4000 && state.done.load(std::memory_order_acquire) != all; ++spin)
        breathe();
    for (auto seen = state.done.load(std::memory_order_acquire); seen != all;
         seen = state.done.load(std::memory_order_acquire)) {
        state.done.wait(seen, std::memory_order_acquire);
    }
    if (state.failure) std::rethrow_exception(std::exchange(state.failure, nullptr));
}

}  // namespace training
