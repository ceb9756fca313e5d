#include "schema/people/user_store.hpp"

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "schema/records/values.hpp"
#include "schema/sql.hpp"

namespace schema {

std::optional<User> add_user(base::Tx& tx, const std::string& name, Role role, Time now) {
    return base::first_as<User>(
        tx.exec(sql::file["add_user"], name, std::string(base::name_of(role)), timestamp(now))
    );
}

std::optional<User> find_user(base::Tx& tx, const std::string& name) {
    return base::first_as<User>(tx.exec(sql::file["find_user"], name));
}

base::Later<std::optional<User>> find_user(base::Batch& batch, const std::string& name) {
    return {batch, batch.add(sql::file["find_user"], name), [](const base::Rows& rows) {
                return base::first_as<User>(rows);
            }};
}

std::vector<User> list_users(base::Tx& tx, const std::string& after, int at_most) {
    return base::rows_as<User>(tx.exec(sql::file["list_users"], after, at_most));
}

std::optional<User>
edit_user(base::Tx& tx, const std::string& name, const UserEdit& edit, Time now) {
    std::optional<std::string> role;
    if (edit.role) role = std::string(base::name_of(*edit.role));
    return base::first_as<User>(
        tx.exec(sql::file["edit_user"], name, role, edit.disabled, timestamp(now))
    );
}

std::int64_t active_admins(base::Tx& tx) {
    return tx.value<std::int64_t>(sql::file["active_admins"]).value_or(0);
}

void lock_admins(base::Tx& tx) {
    tx.exec(sql::file["lock_admins"]);
}

void put_service_address(base::Tx& tx, const std::string& url, Time now) {
    tx.exec(sql::file["put_service_address"], url, timestamp(now));
}

std::optional<std::string> service_address(base::Tx& tx) {
    return tx.value<std::string>(sql::file["service_address"]);
}

}  // namespace schema
