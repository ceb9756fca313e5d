#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/run/stop.hpp"
#include "schema/blobs/blobs.hpp"
#include "service/config.hpp"

namespace base {
class Database;
class EmbeddedPostgres;
}  // namespace base

namespace service {

struct Environment;

// What every command has at hand. The database is opened, and the embedded server started, when it
// is first asked for.
class Context {
public:
    explicit Context(const base::StopOnSignal& stop);
    ~Context();

    Config config;
    bool json = false;   // --json: machines read the output
    bool quiet = false;  // --quiet: no progress

    base::Database& database();
    const schema::Blobs& blobs();
    // Where they lie. Throws base::Error for a secret of it that is not there.
    std::shared_ptr<schema::BlobStore> blob_store();
    // What verbs need of this place. Valid as long as this is.
    Environment environment();
    std::stop_token stop() const { return stop_.token(); }
    // What runs now has no other end than a stop.
    void runs_until_stopped() const { stop_.runs_until_stopped(); }
    // Ends the database and the embedded server before the process does; after a stop the server
    // ends by itself.
    void close();

private:
    const base::StopOnSignal& stop_;
    std::unique_ptr<base::EmbeddedPostgres> server_;
    std::unique_ptr<base::Database> database_;
    std::optional<schema::Blobs> blobs_;
    std::shared_ptr<schema::BlobStore> store_;
};

}  // namespace service
