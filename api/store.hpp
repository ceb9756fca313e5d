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

// Sources and records.
struct RecordName {
    std::int64_t source_id = 0;
    std::int64_t rk = 0;
    std::optional<std::string> key;  // needed only when two keys of a source share an rk
};
struct Blob {
    std::string media_type;
    std::string bytes;
    int width = 0;  // an image's; 0 for other blobs
    int height = 0;
    int channels = 0;
    std::string format;
};
array sources(base::Tx&, const std::string& after, int limit);
std::optional<object> source(base::Tx&, const std::string& name);
std::optional<object>
set_source_state(base::Tx&, const std::string& name, const std::string& state);
array source_runs(base::Tx&, std::int64_t source_id, std::int64_t before, int limit);
array rejects(base::Tx&, std::int64_t source_id, std::int64_t after, int limit);
array records(
    base::Tx&,
    std::int64_t source_id,
    std::int64_t after_rk,
    const std::string& after_key,
    int limit
);
// Throws Problem 409 when the name fits two records.
std::optional<object> record(base::Tx&, const RecordName&);
// `directory` holds the blobs that do not lie in the database. Throws base::Error when one is
// damaged.
std::optional<Blob> blob(base::Tx&, const RecordName&, const std::string& directory);

// Model runs, models.
array runs(base::Tx&, std::int64_t before, int limit);
std::optional<object> run(base::Tx&, std::int64_t id);
array confusion(base::Tx&, std::int64_t run_id);
array models(base::Tx&, const std::string& after_name, std::int64_t after_version, int limit);

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
