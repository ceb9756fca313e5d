#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crawler/fetch/fetch.hpp"
#include "formats/archive/coding.hpp"

namespace crawler {

// Why a request was stopped before its answer was whole.
enum class Stopped { no, address, body, headers, expansion, coding, unknown_coding };

// The body of one answer as it comes in: undoes its coding and holds it to the limits.
//
//     BodyReader reader(limits);
//     auto stopped = reader.begin(length, response);       // when its first octets are there
//     stopped = reader.add(octets, response.body);         // for each piece of it
//     auto fault = reader.fault_of_length(response, 200);  // at its end
//
// What begin() and add() return: Stopped::no, or why the body must not grow any more.
class BodyReader {
public:
    explicit BodyReader(const FetchLimits& limits) : limits_(limits) {}

    // Needs the headers complete; `promised` is the length that the answer names, if it does. May
    // be called again as long as nothing was added.
    Stopped begin(std::optional<std::uint64_t> promised, Response& response);
    // Appends to `body` what the next octets stand for.
    Stopped add(std::string_view octets, std::string& body);
    // What is wrong with the length of a body that came to its end; empty if nothing.
    std::string_view fault_of_length(const Response& response, long status) const;
    // Octets so far, as coded.
    std::size_t received() const { return received_; }

private:
    Stopped decode(std::string_view octets, std::string& body);

    const FetchLimits& limits_;
    std::size_t received_ = 0;
    std::unique_ptr<formats::Decoder> decoder_;  // null: the body is not coded
};

// How much the bodies of all transfers under way may hold together. Beyond it all pause but for
// one, the leader, which goes on so that there is an end.
class BodyBudget {
public:
    using Handle = void*;  // names a transfer

    explicit BodyBudget(std::size_t most) : most_(most) {}

    // Whether a transfer that has more of its body has to wait until another has ended.
    bool has_to_pause(Handle transfer);
    void grew(std::size_t octets) { held_ += octets; }
    // A transfer is over, and `octets` of its body are given up. Those to wake, which may have to
    // pause again.
    std::vector<Handle> ended(Handle transfer, std::size_t octets);

private:
    std::size_t most_;
    std::size_t held_ = 0;
    Handle leader_ = nullptr;
    std::vector<Handle> paused_;
};

}  // namespace crawler
