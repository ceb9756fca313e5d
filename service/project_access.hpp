#pragma once

#include "service/access.hpp"

// What somebody sees and knows of a project in which they may look around.
namespace service {

// Whether they see what others said of its tasks.
bool reviews(base::Tx& tx, const schema::User& user, std::int64_t project_id);
bool reviews(base::Tx& tx, const Caller& caller, std::int64_t project_id);
// Whether they may edit it, and so know its secrets.
bool owns(base::Tx& tx, const Caller& caller, std::int64_t project_id);

}  // namespace service
