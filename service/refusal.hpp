#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace service {

// Why a verb was not done though it was asked for rightly. The command line prints its line and
// exits with 1; HTTP answers with the status of its kind. Wrong usage is base::UsageError (422,
// exit code 2).
class Refusal : public base::Error {
public:
    enum class Kind {
        not_found,    // 404: there is no such thing
        conflict,     // 409: what is there stands against it
        denied,       // 401: no proof of who asks, or a wrong one
        forbidden,    // 403: not to this caller
        outdated,     // 412: what was edited has changed meanwhile
        unsupported,  // 415: a body of a kind that is not read here
        not_ready,    // 503: the same may be done later
    };

    Refusal(Kind why, std::string_view thing, std::string_view reason, std::string_view mend = {})
        : Error(thing, reason, mend), kind(why) {}

    // What another refused, with a reason for the face.
    Refusal(Kind why, const base::Error& error) : Error(error), kind(why) {}

    const Kind kind;
};

// An edit of a version that is no longer the present one.
class Outdated : public Refusal {
public:
    Outdated(std::string_view thing, std::int64_t version)
        : Refusal(
              Kind::outdated,
              thing,
              "somebody else has edited it meanwhile",
              "read it again and edit that"
          ),
          present(version) {}

    const std::int64_t present;
};

}  // namespace service
