#include "api/server/bodies.hpp"

namespace api {

Bodies::Share::~Share() {
    if (bytes_ == 0) return;
    all_.bytes_ -= bytes_;
    auto held = all_.by_address_.find(address_);
    if ((held->second -= bytes_) == 0) all_.by_address_.erase(held);
}

std::optional<Problem> Bodies::Share::grow(std::size_t bytes) {
    if (bytes == 0) return std::nullopt;
    bytes_ += bytes;
    all_.bytes_ += bytes;
    auto of_address = all_.by_address_[address_] += bytes;
    if (bytes_ <= all_.options_.max_unasked_body) return std::nullopt;
    if (of_address > all_.options_.max_bodies_per_address)
        return busy(
            429,
            "Too many bodies",
            "too much is being sent from this address; try again in a while",
            5
        );
    if (all_.bytes_ > all_.options_.max_bodies)
        return busy(503, "Busy", "too much is being sent to the service; try again in a while", 5);
    return std::nullopt;
}

}  // namespace api
