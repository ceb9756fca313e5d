#include "service/context.hpp"

#include "base/database/database.hpp"
#include "base/database/postgres.hpp"
#include "schema/migrate.hpp"
#include "service/verb.hpp"

namespace service {

namespace {

constexpr std::size_t connections = 8;

}  // namespace

Context::Context(const base::StopOnSignal& stop) : stop_(stop) {}

Context::~Context() {
    close();
}

void Context::close() {
    database_.reset();
    if (server_ && stop().stop_requested()) server_->end_without_waiting();
    server_.reset();
}

base::Database& Context::database() {
    if (database_) return *database_;
    auto url = config.database.url;
    if (url.empty()) {
        server_ = std::make_unique<base::EmbeddedPostgres>(config.home);
        url = server_->url();
    }
    database_ = std::make_unique<base::Database>(url, connections);
    if (config.database.migrate) schema::migrate(*database_);
    return *database_;
}

Environment Context::environment() {
    return {database(), blobs(), config, stop()};
}

const schema::Blobs& Context::blobs() {
    if (!blobs_) blobs_.emplace(config.blob_directory());
    return *blobs_;
}

}  // namespace service
