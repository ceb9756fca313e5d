#pragma once

#include <stop_token>

namespace quality {

// While it lives, what this thread reads of a source ends between two pages when a stop is asked
// for: reading throws base::Interrupted then.
class Stopping {
public:
    explicit Stopping(std::stop_token stop);
    ~Stopping();
    Stopping(const Stopping&) = delete;

private:
    std::stop_token stop_;
    const std::stop_token* outer_;
};

// Throws base::Interrupted if a stop was asked for.
void go_on();

}  // namespace quality
