#include "training/numeric/aside.hpp"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "base/error.hpp"

namespace training {

namespace {

std::atomic<int> calls_under_way{0};

}  // namespace

struct Aside::Shared {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::function<void()> work;
    std::exception_ptr failure;
    bool busy = false;
    bool over = false;

    // Of the thread.
    void serve() {
        std::unique_lock lock(mutex);
        for (;;) {
            changed.wait(lock, [&] { return busy || over; });
            if (!busy) return;
            auto mine = std::move(work);
            lock.unlock();
            std::exception_ptr thrown;
            try {
                mine();
            } catch (...) {
                thrown = std::current_exception();
            }
            mine = nullptr;  // what it owns ends before anybody hears that it ended
            lock.lock();
            failure = std::move(thrown);
            busy = false;
            if (over) --calls_under_way;
            changed.notify_all();
        }
    }
};

Aside::Aside() : shared_(std::make_shared<Shared>()) {
    std::thread([shared = shared_] { shared->serve(); }).detach();
}

Aside::~Aside() {
    const std::scoped_lock lock(shared_->mutex);
    shared_->over = true;
    shared_->changed.notify_all();
}

void Aside::call(std::stop_token stop, std::function<void()> work) {
    std::unique_lock lock(shared_->mutex);
    if (stop.stop_requested() || shared_->over) throw base::Interrupted();
    shared_->work = std::move(work);
    shared_->busy = true;
    shared_->changed.notify_all();
    if (!shared_->changed.wait(lock, stop, [&] { return !shared_->busy; })) {
        shared_->over = true;
        ++calls_under_way;
        throw base::Interrupted();
    }
    if (shared_->failure) std::rethrow_exception(std::exchange(shared_->failure, nullptr));
}

int calls_left() {
    return calls_under_way;
}

}  // namespace training
