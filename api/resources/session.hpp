#pragma once

#include <string>

#include "api/route.hpp"
#include "schema/people/access_store.hpp"

namespace api {

struct NewSession {
    std::string value;   // the secret
    std::string cookie;  // the Set-Cookie header for it
};
// Opens one for who has just proved who they are.
NewSession start_session(Call& call, const schema::Access& access);

}  // namespace api
