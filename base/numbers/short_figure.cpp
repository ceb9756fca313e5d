#include "base/numbers/short_figure.hpp"

#include <cmath>
#include <cstdint>

#include <fmt/format.h>

#include "base/text/figures.hpp"

namespace base {

std::string short_figure(double value, int digits) {
    const double size = std::abs(value);
    if (size >= std::pow(10, digits - 1) && size < 1e15) {
        const double unit = std::pow(10, std::floor(std::log10(size)) - (digits - 1));
        const auto whole = static_cast<std::uint64_t>(std::round(std::round(size / unit) * unit));
        return (value < 0 ? "-" : "") + (whole < 10'000 ? std::to_string(whole) : grouped(whole));
    }
    auto text = fmt::format("{:.{}g}", value, digits);
    if (size >= 1e-6 && size < 1 && text.find('e') != text.npos) {
        const int places = digits - 1 - static_cast<int>(std::floor(std::log10(size)));
        text = fmt::format("{:.{}f}", value, places);
        text.erase(text.find_last_not_of('0') + 1);
    }
    return text;
}

std::string chance(double p) {
    return p < 0.0001 ? "< 0.0001" : short_figure(p, 2);
}

}  // namespace base
