#pragma once

#include <string>
#include <vector>

#include "schema/people/sign_in_store.hpp"
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

struct ListIdentities {
    std::string user;
    static const base::Settings<ListIdentities> settings;
};
struct Identities {
    std::string issuer;  // the provider that this service asks; empty: none
    std::vector<schema::Identity> items;
};
BOOST_DESCRIBE_STRUCT(Identities, (), (issuer, items))
// By which accounts a user signs in.
Identities list_identities(Work& work, const ListIdentities& request);

}  // namespace service
