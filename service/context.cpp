#include "service/context.hpp"

#include "base/database/database.hpp"
#include "base/database/postgres.hpp"
#include "schema/migrate.hpp"

namespace app {

namespace {

constexpr std::size_t connections = 8;

}  // namespace

Context::Context(const base::StopOnSignal& stop) : stop_(stop) {}

Context::~Context() {
    close();
}

void Context::close() {
    database_.reset();
    server_.reset();
}

base::Database& Context::database() {
    if (database_) return *database_;
    auto url = config.database_url;
    if (url.empty()) {
        server_ = std::make_unique<base::EmbeddedPostgres>(config.home);
        url = server_->url();
    }
    database_ = std::make_unique<base::Database>(url, connections);
    if (config.migrate) schema::migrate(*database_);
    return *database_;
}

const schema::Blobs& Context::blobs() {
    if (!blobs_) {
        auto directory = config.blob_directory.empty()
                             ? config.home / "blobs"
                             : std::filesystem::path(config.blob_directory);
        blobs_.emplace(std::filesystem::absolute(directory));
    }
    return *blobs_;
}

}  // namespace app
