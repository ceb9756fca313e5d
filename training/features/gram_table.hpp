#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace training {

// A number for each hash of an n-gram that was given one; 0 for others. Open addressing in one
// stretch of memory, never more than half full: the hashes are even already (words.hpp), so a look
// is a step or two.
class GramTable {
public:
    explicit GramTable(std::size_t grams = 0) { grow(grams); }

    // The number of `gram`, made 0 where it is new.
    std::uint32_t& operator[](std::uint64_t gram) {
        if (2 * used_ >= slots_.size()) grow(2 * used_ + 1);
        auto& slot = find(gram);
        if (!slot.taken) {
            slot = {gram, 0, true};
            ++used_;
        }
        return slot.number;
    }
    std::uint32_t at(std::uint64_t gram) const {
        return const_cast<GramTable*>(this)->find(gram).number;
    }
    std::size_t size() const { return used_; }

    // Calls visit(gram, number) for each, in no order that means something.
    template <typename Visit>
    void each(Visit visit) const {
        for (const auto& slot : slots_)
            if (slot.taken) visit(slot.gram, slot.number);
    }

private:
    struct Slot {
        std::uint64_t gram = 0;
        std::uint32_t number = 0;
        bool taken = false;
    };

    Slot& find(std::uint64_t gram) {
        const auto mask = slots_.size() - 1;
        auto place = static_cast<std::size_t>(gram >> 20) & mask;
        while (slots_[place].taken && slots_[place].gram != gram) place = (place + 1) & mask;
        return slots_[place];
    }
    void grow(std::size_t grams) {
        std::size_t size = 64;
        while (size < 2 * grams) size *= 2;
        std::vector<Slot> before(size);
        before.swap(slots_);
        for (const auto& slot : before)
            if (slot.taken) find(slot.gram) = slot;
    }

    std::vector<Slot> slots_;
    std::size_t used_ = 0;
};

}  // namespace training
