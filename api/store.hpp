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

// Model runs.
array runs(base::Tx&, std::int64_t before, int limit);
std::optional<object> run(base::Tx&, std::int64_t id);
array confusion(base::Tx&, std::int64_t run_id);

std::string progress(base::Tx&, const std::string& now);
struct Figures {
    std::int64_t records = 0;
    std::int64_t rejected = 0;
    std::int64_t jobs = 0;
    std::int64_t open_tasks = 0;
    std::int64_t crawl_workers = 0, crawl_queued = 0, crawl_fetched = 0, crawl_bytes = 0;
    std::int64_t crawl_hosts = 0, crawl_failing = 0;
};
Figures figures(base::Tx&);

}  // namespace api::store
