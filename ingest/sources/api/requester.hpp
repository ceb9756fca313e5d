#pragma once

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "ingest/sources/api/credentials.hpp"
#include "ingest/sources/api/http.hpp"
#include "ingest/sources/api/spec.hpp"
#include "ingest/sources/connector.hpp"

namespace ingest::api {

// Sends requests of one API one after the other: paced, signed, tried again, never with credentials
// to another origin.
class Requester {
public:
    Requester(const Spec& spec, const World& world);

    // A 2xx answer whose body is valid JSON (or empty with 204); nothing if an error rule says to
    // ignore what came. Throws base::Error naming `what` when the page cannot be had, and Parked.
    std::optional<Response>
    get(Request request, const std::vector<ErrorRule>& errors, const std::string& what);

    // Throws Parked if the program is to stop.
    void wait(std::chrono::milliseconds span, const std::string& reason);

    // The address as it may be shown and stored.
    std::string shown(const std::string& url) const { return credentials_.without_secret(url); }

    // Requests so far.
    std::uint64_t sent() const { return sent_; }

private:
    void pace();

    const Spec& spec_;
    const World& world_;
    Credentials credentials_;
    std::vector<std::pair<std::string, std::string>> headers_;
    std::minstd_rand random_{std::random_device{}()};
    std::optional<Time> next_;  // not before
    std::uint64_t sent_ = 0;
};

}  // namespace ingest::api
