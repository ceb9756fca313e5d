#pragma once

#include <optional>
#include <string>

#include "schema/people/access_store.hpp"
#include "service/verb.hpp"

// Signing in by a name and a password, for those who set one.
namespace service {

struct SetPassword {
    std::string user;      // empty: the caller
    std::string password;  // the new one
    std::string current;   // of somebody who changes his own
    bool remove = false;   // none from now on
    static const base::Settings<SetPassword> settings;
};
// The user's other sessions end. An administrator sets those of others.
Nothing set_password(Work& work, const SetPassword& request);

// Who this is. It takes as long for names that nobody has, for users who have no password, and for
// those who are disabled.
std::optional<schema::Access>
user_of_password(base::Tx& tx, const std::string& name, const std::string& password);

}  // namespace service
