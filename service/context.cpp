#include "service/context.hpp"

#include "base/database/database.hpp"
#include "base/database/postgres.hpp"
#include "schema/blobs/s3/s3.hpp"
#include "schema/migrate.hpp"
#include "service/gather/secret.hpp"
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
    if (!blobs_) blobs_.emplace(blob_store());
    return *blobs_;
}

std::shared_ptr<schema::BlobStore> Context::blob_store() {
    if (store_) return store_;
    const auto& told = config.blobs;
    if (told.url.empty()) return store_ = schema::open_folder(config.blob_directory());
    return store_ = schema::s3::open_bucket(
               {.place = schema::s3::parse_place(told.url).value(),
                .endpoint = told.endpoint,
                .region = told.region,
                .path_style = told.path_style,
                .access_key_id = secret_of(told.access_key_id),
                .secret_access_key = secret_of(told.secret_access_key),
                .session_token = told.session_token.empty() ? "" : secret_of(told.session_token)}
           );
}

}  // namespace service
