#pragma once

#include <map>
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

    // A 2xx answer whose body is JSON in UTF-8, whatever it was sent in (or empty with 204);
    // nothing if an error rule says to ignore what came. Single values in it may be none of JSON,
    // but it is whole: its brackets close. Throws base::Error naming `what` when the page cannot be
    // had, and Parked.
    std::optional<Response>
    get(const Request& request, const std::vector<ErrorRule>& errors, const std::string& what);

    // While it looks ahead, answers are kept; later the first equal request gets the kept one and
    // is not sent: an endpoint may hand out its records once.
    void look_ahead(bool ahead) { ahead_ = ahead; }

    // Throws Parked if the program is to stop.
    void wait(std::chrono::milliseconds span, const std::string& reason);

    // The address as it may be shown and stored.
    std::string shown(const std::string& url) const { return credentials_.without_secret(url); }

    // Requests so far.
    std::uint64_t sent() const { return sent_; }

private:
    std::optional<Response>
    ask(Request request, const std::vector<ErrorRule>& errors, const std::string& what);
    void pace();

    const Spec& spec_;
    const World& world_;
    Credentials credentials_;
    std::vector<std::pair<std::string, std::string>> headers_;
    std::minstd_rand random_{std::random_device{}()};
    std::optional<Time> next_;  // not before
    std::uint64_t sent_ = 0;
    bool ahead_ = false;
    std::map<std::string, std::optional<Response>> kept_;  // by the request's identity
};

}  // namespace ingest::api
