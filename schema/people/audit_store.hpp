#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json/shape.hpp"
#include "schema/people/user.hpp"

namespace base {
class Tx;
}

// Who did what. Entries are only ever added.
namespace schema {

struct AuditEvent {
    std::int64_t id = 0;
    Time at{};
    std::string actor{};    // name of the user; kept when the user goes
    std::string action{};   // "user add"
    std::string subject{};  // what it was done to
    base::JsonText detail{"{}"};
};
BOOST_DESCRIBE_STRUCT(AuditEvent, (), (id, at, actor, action, subject, detail))

// Of `entry` all but the id is taken. Without a user id, somebody who did not sign in.
void add_audit(base::Tx& tx, std::optional<std::int64_t> user_id, const AuditEvent& entry);
// Forgets entries before a time.
void sweep_audit(base::Tx& tx, Time before);
// The newest first, those older than `before`.
std::vector<AuditEvent> list_audit(base::Tx& tx, std::optional<std::int64_t> before, int at_most);

}  // namespace schema
