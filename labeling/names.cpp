#include "labeling/names.hpp"

#include <functional>

namespace labeling {

namespace {

constexpr std::uint32_t none = 0xFFFFFFFF;

}  // namespace

std::size_t Names::slot_of(std::string_view name) const {
    auto mask = slots_.size() - 1;
    auto at = std::hash<std::string_view>()(name) & mask;
    while (slots_[at] != none && names_[slots_[at]] != name) at = (at + 1) & mask;
    return at;
}

void Names::grow() {
    slots_.assign(slots_.empty() ? 16 : slots_.size() * 2, none);
    for (std::uint32_t i = 0; i < names_.size(); ++i) slots_[slot_of(names_[i])] = i;
}

std::uint32_t Names::index(std::string_view name) {
    if (2 * (names_.size() + 1) > slots_.size()) grow();
    auto at = slot_of(name);
    if (slots_[at] == none) {
        slots_[at] = static_cast<std::uint32_t>(names_.size());
        names_.emplace_back(name);
    }
    return slots_[at];
}

}  // namespace labeling
