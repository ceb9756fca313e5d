#include "base/run/progress.hpp"

#include <unistd.h>
#include <cstdio>
#include <exception>
#include <utility>

#include <fmt/format.h>

namespace base {

namespace {

using namespace std::chrono_literals;

bool quiet = false;
constexpr int bar_width = 24;

double seconds(std::chrono::steady_clock::duration span) {
    return std::chrono::duration<double>(span).count();
}

std::string bar(double share) {
    auto full = static_cast<int>(share * bar_width);
    std::string text = "[";
    for (int i = 0; i < bar_width; ++i) text += i < full ? '#' : '.';
    return text + "]";
}

}  // namespace

void Progress::set_quiet(bool on) {
    quiet = on;
}

Progress::Progress(std::string what, std::string unit, std::uint64_t total)
    : what_(std::move(what)),
      unit_(std::move(unit)),
      total_(total),
      terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
    if (std::uncaught_exceptions() == 0) {
        finish();
    } else if (terminal_ && !quiet && drawn_ != Clock::time_point{}) {
        fmt::print(stderr, "\r\x1b[K");  // the error's line takes its place
    }
}

void Progress::update(std::uint64_t done, const std::string& more) {
    done_ = done;
    more_ = more;
    auto now = Clock::now();
    if (now - drawn_ < (terminal_ ? 100ms : 5000ms) || now - start_ < (terminal_ ? 0ms : 5000ms))
        return;
    drawn_ = now;
    draw(false);
}

void Progress::finish() {
    if (std::exchange(finished_, true)) return;
    draw(true);
}

void Progress::draw(bool last) {
    if (quiet) return;
    auto spent = seconds(Clock::now() - start_);
    auto rate = spent > 0 ? static_cast<double>(done_) / spent : 0.0;
    auto line = fmt::format("{}: {} {} in {:.1f} s, {:.0f}/s", what_, done_, unit_, spent, rate);
    if (!last && total_ > 0) {
        auto share = std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_));
        auto left = rate > 0 ? static_cast<double>(total_ - std::min(total_, done_)) / rate : 0.0;
        line = fmt::format(
            "{} {} {:3.0f} % {}/{} {}, {:.0f}/s, {:.0f} s left",
            what_,
            bar(share),
            share * 100,
            done_,
            total_,
            unit_,
            rate,
            left
        );
    }
    if (!more_.empty()) line += ", " + more_;
    if (terminal_) {
        fmt::print(stderr, "\r\x1b[K{}{}", line, last ? "\n" : "");
    } else {
        fmt::print(stderr, "{}\n", line);
    }
    std::fflush(stderr);
}

}  // namespace base
