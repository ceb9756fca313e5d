#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace labeling {

// Names as numbers, in the order of first sight: each name is kept once, beside 8 to 16 bytes.
class Names {
public:
    // The number of a name, which is new or known.
    std::uint32_t index(std::string_view name);

    std::size_t size() const { return names_.size(); }
    std::vector<std::string> take() && { return std::move(names_); }

private:
    std::size_t slot_of(std::string_view name) const;
    void grow();

    std::vector<std::string> names_;
    std::vector<std::uint32_t> slots_;  // open addressing by hash; free ones hold `none`
};

}  // namespace labeling
