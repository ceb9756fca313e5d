#pragma once

#include <stop_token>

namespace base {

// While it lives, what this thread does ends when a stop is asked for: go_on() throws
// base::Interrupted then, and so do the statements of its transactions, so that nothing of them
// that is under way is committed. An inner one, also of no token, counts before an outer one.
class Stopping {
public:
    explicit Stopping(std::stop_token stop);
    ~Stopping();
    Stopping(const Stopping&) = delete;

private:
    std::stop_token stop_;
    const std::stop_token* outer_;
};

// Throws base::Interrupted if a stop was asked for. For long loops, once a round of theirs.
void go_on();

}  // namespace base
