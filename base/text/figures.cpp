#include "base/text/figures.hpp"

#include <fmt/format.h>

namespace base {

std::string grouped(std::uint64_t number) {
    const auto digits = std::to_string(number);
    std::string text;
    for (std::size_t at = 0; at < digits.size(); ++at) {
        if (at > 0 && (digits.size() - at) % 3 == 0) text.push_back(',');
        text.push_back(digits[at]);
    }
    return text;
}

std::string with_interval(double value, double low, double high) {
    return fmt::format("{:.4f} ({:.4f} to {:.4f})", value, low, high);
}

}  // namespace base
