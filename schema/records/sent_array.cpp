#include "schema/records/sent_array.hpp"

#include <bit>
#include <cstdint>
#include <limits>
#include <stdexcept>

namespace schema {

// Five numbers of 32 bits (dimensions, whether NULLs are among them, the type of elements, how
// many, the first index), then the length and the bytes of each; without elements the first three
// alone.
void doubles_of_sent(std::string_view sent, std::vector<double>& values) {
    const auto take = [&]<typename Number>(Number number) {
        if (sent.size() < sizeof number) throw std::logic_error("an array is cut off");
        for (std::size_t i = 0; i < sizeof number; ++i)
            number = static_cast<Number>(number << 8U | static_cast<unsigned char>(sent[i]));
        sent.remove_prefix(sizeof number);
        return number;
    };
    constexpr std::uint32_t none = 0xffffffff;
    values.clear();
    const auto dimensions = take(std::uint32_t{0});
    take(std::uint64_t{0});
    if (dimensions == 0) return;
    if (dimensions != 1) throw std::logic_error("an array has several dimensions");
    const auto count = take(std::uint32_t{0});
    take(std::uint32_t{0});
    values.reserve(count);
    for (std::uint32_t i = 0; i < count; ++i)
        values.push_back(
            take(std::uint32_t{0}) == none ? std::numeric_limits<double>::quiet_NaN()
                                           : std::bit_cast<double>(take(std::uint64_t{0}))
        );
}

}  // namespace schema
