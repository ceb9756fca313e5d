#pragma once

#include <optional>

#include "api/server/message.hpp"

namespace base {
class Answer;
}

namespace api {

// The answer as CSV, where it can be had so and the client asks for it, by ?format=csv or by what
// it accepts.
std::optional<Response> as_table(const Request& request, const base::Answer& answer);

}  // namespace api
