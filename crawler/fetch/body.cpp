// Bodies are decoded here and not by curl, which passes a compressed body that was cut short for a
// whole one, and which has no bound for what a small body unfolds to.
//
// A body may grow to `expansion` times what was received, but is not suspected below 1 MiB: small
// pages of much repetition are honest. A length that is announced beyond the limit ends the request
// before its first octet is kept.
#include "crawler/fetch/body.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace crawler {

Stopped BodyReader::begin(std::optional<std::uint64_t> promised, Response& response) {
    std::string codings;
    for (const auto& [name, value] : response.headers)
        if (name == "content-encoding") codings += (codings.empty() ? "" : ",") + value;
    if (!codings.empty()) {
        decoder_ = formats::Decoder::make(codings);
        return decoder_ ? Stopped::no : Stopped::unknown_coding;
    }
    if (!promised) return Stopped::no;
    if (*promised > limits_.body) return Stopped::body;
    response.body.reserve(std::min<std::size_t>(*promised, 1U << 20U));
    return Stopped::no;
}

Stopped BodyReader::add(std::string_view octets, std::string& body) {
    received_ += octets.size();
    if (decoder_) return decode(octets, body);
    if (body.size() + octets.size() > limits_.body) return Stopped::body;
    body.append(octets);
    return Stopped::no;
}

Stopped BodyReader::decode(std::string_view octets, std::string& body) {
    auto most = limits_.body;
    constexpr std::size_t unsuspicious = 1U << 20U;
    auto allowed = limits_.expansion * static_cast<double>(received_);
    if (allowed < static_cast<double>(most))
        most = std::max(unsuspicious, static_cast<std::size_t>(allowed));
    switch (decoder_->feed(octets, body, most)) {
        case formats::Decoder::Outcome::good:
            return Stopped::no;
        case formats::Decoder::Outcome::broken:
            return Stopped::coding;
        case formats::Decoder::Outcome::too_large:
            break;
    }
    return most < limits_.body ? Stopped::expansion : Stopped::body;
}

std::string_view BodyReader::fault_of_length(const Response& response, long status) const {
    if (decoder_ && !decoder_->is_whole()) return "the compressed body ends too early";
    if (status < 200 || status == 204 || status == 304 ||
        !response.header("transfer-encoding").empty())
        return {};
    for (const auto& [name, value] : response.headers) {
        if (name != "content-length") continue;
        std::size_t length = 0;
        auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
        if (error != std::errc() || end != value.data() + value.size() || length != received_)
            return "the body is not as long as its Content-Length says";
    }
    return {};
}

bool BodyBudget::has_to_pause(Handle transfer) {
    if (held_ < most_ || leader_ == transfer) return false;
    if (!leader_) {
        leader_ = transfer;
        return false;
    }
    paused_.push_back(transfer);
    return true;
}

std::vector<BodyBudget::Handle> BodyBudget::ended(Handle transfer, std::size_t octets) {
    held_ -= octets;
    std::erase(paused_, transfer);
    if (leader_ == transfer) leader_ = nullptr;
    if (held_ >= most_ && leader_) return {};
    return std::exchange(paused_, {});
}

}  // namespace crawler
