#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "api/server/auth.hpp"

namespace base {
class Tx;
}

// What the service reads from and writes to the database, as verbs. Lists come as the API's JSON
// objects, named by the columns of queries.sql; `now` is a time in RFC 3339 form. A missing thing
// is std::nullopt.
namespace api::store {

using boost::json::array;
using boost::json::object;

// Sources.
array sources(base::Tx&, const std::string& after, int limit);
std::optional<object> source(base::Tx&, const std::string& name);
std::optional<object>
set_source_state(base::Tx&, const std::string& name, const std::string& state);
array source_runs(base::Tx&, std::int64_t source_id, std::int64_t before, int limit);
array rejects(base::Tx&, std::int64_t source_id, std::int64_t after, int limit);

}  // namespace api::store
