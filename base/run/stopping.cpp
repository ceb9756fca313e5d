#include "base/run/stopping.hpp"

#include "base/error.hpp"

namespace base {

namespace {

thread_local const std::stop_token* current = nullptr;

}  // namespace

Stopping::Stopping(std::stop_token stop) : stop_(std::move(stop)), outer_(current) {
    current = &stop_;
}

Stopping::~Stopping() {
    current = outer_;
}

void go_on() {
    if (current && current->stop_requested()) throw Interrupted();
}

}  // namespace base
