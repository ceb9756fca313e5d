#include "base/numbers/short_figure.hpp"

#include <cmath>
#include <cstdint>

#include <fmt/format.h>

#include "base/text/figures.hpp"

namespace base {

std::string short_figure(double value) {
    const double size = std::abs(value);
    if (size >= 1000 && size < 1e15) {
        const double unit = std::pow(10, std::floor(std::log10(size)) - 3);
        const auto whole = static_cast<std::uint64_t>(std::round(std::round(size / unit) * unit));
        return (value < 0 ? "-" : "") + (whole < 10'000 ? std::to_string(whole) : grouped(whole));
    }
    auto text = fmt::format("{:.4g}", value);
    if (size >= 1e-6 && size < 1 && text.find('e') != text.npos) {
        text = fmt::format("{:.{}f}", value, 3 - static_cast<int>(std::floor(std::log10(size))));
        text.erase(text.find_last_not_of('0') + 1);
    }
    return text;
}

}  // namespace base
