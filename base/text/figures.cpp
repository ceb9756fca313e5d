#include "base/text/figures.hpp"

#include <fmt/format.h>

namespace base {

std::string grouped(std::uint64_t number) {
    auto text = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
        text.insert(static_cast<std::size_t>(at), ",");
    return text;
}

std::string with_interval(double value, double low, double high) {
    return fmt::format("{:.4f} ({:.4f} to {:.4f})", value, low, high);
}

}  // namespace base
