#pragma once

#include <string>

#include "service/verb.hpp"

// Which account at the OpenID Connect provider is which user here.
namespace service {

struct LinkIdentity {
    std::string user, issuer, subject;
    bool remove = false;
    static const base::Settings<LinkIdentity> settings;
};
struct LinkedIdentity {
    std::string user, issuer, subject;
    bool linked = false;  // it signs in as this user from now on
};
BOOST_DESCRIBE_STRUCT(LinkedIdentity, (), (user, issuer, subject, linked))
// Lets an account of the provider sign in as a user who is there already, or no more. Said twice it
// is the same. Refused if the account is somebody else's here.
LinkedIdentity link_identity(Work& work, const LinkIdentity& request);

}  // namespace service
