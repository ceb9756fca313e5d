#pragma once

#include <functional>
#include <memory>
#include <stop_token>

namespace training {

// Calls of a library that nothing can stop, on a thread of their own, one after the other. When a
// stop is asked for, whoever waits goes on at once; the call under way is left to end by itself,
// and what it uses lives as long: calls must own all that they touch.
class Aside {
public:
    Aside();
    // Waits for no call that was left.
    ~Aside();
    Aside(const Aside&) = delete;

    // Throws what the call throws, base::Interrupted when a stop is requested before its end; after
    // that nothing more can be called.
    void call(std::stop_token stop, std::function<void()> work);

private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

// Calls of the process that were left and have not ended: while there are any, it must not end by
// destroying what they may use.
int calls_left();

}  // namespace training
