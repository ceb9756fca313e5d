#include "formats/field.hpp"

#include <algorithm>
#include <cstring>

namespace ingest {

namespace {

constexpr std::size_t chunk_size = 256 * 1024;

// A page that once held a huge record gives the memory back.
constexpr std::size_t kept_between_pages = 32 * 1024 * 1024;

}  // namespace

char* Arena::take(std::size_t size) {
    while (current_ < chunks_.size() && chunks_[current_].size - at_ < size) {
        ++current_;
        at_ = 0;
    }
    if (current_ == chunks_.size()) {
        auto room = std::max(size, chunk_size);
        chunks_.push_back({std::make_unique_for_overwrite<char[]>(room), room});
        at_ = 0;
    }
    auto* place = chunks_[current_].data.get() + at_;
    at_ += size;
    used_ += size;
    return place;
}

std::string_view Arena::keep(std::string_view text) {
    if (text.empty()) return {};
    auto* place = take(text.size());
    std::memcpy(place, text.data(), text.size());
    return {place, text.size()};
}

void Arena::clear() {
    std::size_t total = 0;
    for (std::size_t i = 0; i < chunks_.size(); ++i) {
        total += chunks_[i].size;
        if (total > kept_between_pages && i > 0) {
            chunks_.resize(i);
            break;
        }
    }
    current_ = 0;
    at_ = 0;
    used_ = 0;
}

}  // namespace ingest
