#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "schema/people/user.hpp"

namespace base {
class Batch;
template <typename T>
class Later;
class Tx;
}  // namespace base

// People, and programs that stand for people. Each function is one step inside the caller's
// transaction.
namespace schema {

// Nothing if the name is taken. A name has 1 to 64 characters, none of them blank.
std::optional<User> add_user(base::Tx& tx, const std::string& name, Role role, Time now);
std::optional<User> find_user(base::Tx& tx, const std::string& name);
base::Later<std::optional<User>> find_user(base::Batch& batch, const std::string& name);
// By name, those behind `after`.
std::vector<User> list_users(base::Tx& tx, const std::string& after, int at_most);

struct UserEdit {
    std::optional<Role> role{};
    std::optional<bool> disabled{};
};
// The user as he is then; nothing if there is none.
std::optional<User>
edit_user(base::Tx& tx, const std::string& name, const UserEdit& edit, Time now);

// Administrators who are not disabled.
std::int64_t active_admins(base::Tx& tx);
// So that nobody else makes or unmakes one until the transaction ends.
void lock_admins(base::Tx& tx);

// Where the service was last started.
void put_service_address(base::Tx& tx, const std::string& url, Time now);
std::optional<std::string> service_address(base::Tx& tx);

}  // namespace schema
