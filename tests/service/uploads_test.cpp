// Uploads between homes: taken by one service, read by a worker elsewhere.
#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "base/settings/settings.hpp"
#include "schema/blobs/s3/s3.hpp"
#include "schema/sources/source_store.hpp"
#include "service/context.hpp"
#include "service/gather/gather.hpp"
#include "service/gather/gathering.hpp"
#include "service/gather/kinds/uploads.hpp"
#include "tests/support/program.hpp"
#include "tests/support/s3/s3_server.hpp"
#include "tests/support/test_database.hpp"

namespace {

struct Home {
    test::Folder folder;
    service::Config config;
    schema::Blobs blobs;
    base::Database& database;

    Home(base::Database& shared, std::shared_ptr<schema::BlobStore> store)
        : blobs(std::move(store)), database(shared) {
        config.home = folder.path;
    }
    service::Environment here() { return {database, blobs, config, {}}; }
    service::QueuedRun upload(const std::string& name, const std::string& content) {
        service::QueuedRun queued;
        service::run_locally(here(), [&](service::Work& work) {
            queued = service::upload_file(
                work, {.source = "t", .name = name, .content = content, .base64 = {}, .format = {}}
            );
        });
        return queued;
    }
    schema::Counts gather() {
        auto source = database.call([](base::Tx& tx) { return schema::require_source(tx, "t"); });
        return service::gather(here(), source, {}, {}, service::Company::none).counts;
    }
};

std::shared_ptr<schema::BlobStore> bucket(const test::S3Server& server) {
    return schema::s3::open_bucket(
        {.place = {test::S3Server::bucket, "x/"},
         .endpoint = server.url(),
         .region = test::S3Server::region,
         .access_key_id = test::S3Server::key,
         .secret_access_key = test::S3Server::secret,
         .session_token = {}}
    );
}

}  // namespace

TEST_CASE("an upload to one home is read at another, by way of the bucket", "[service][uploads]") {
    test::S3Server server;
    test::TestDatabase database;
    Home taken(*database, bucket(server)), read(*database, bucket(server));
    CHECK(taken.upload("a.csv", "id,n\n1,2\n2,3\n").queued);
    CHECK(server.objects().size() == 1);
    CHECK(server.objects().begin()->first.starts_with("x/uploads/t/"));
    CHECK(read.gather().added == 2);
    // Either may take the next one, and a source of uploads stays one.
    CHECK(read.upload("b.csv", "id,n\n7,7\n").queued);
    CHECK(taken.gather().added == 1);
}

TEST_CASE("an upload in a folder of blobs is in its home alone", "[service][uploads]") {
    test::TestDatabase database;
    Home home(*database, nullptr);
    home.blobs = schema::Blobs(home.folder.path / "blobs");
    home.upload("a.csv", "id,n\n1,2\n");
    CHECK(home.gather().added == 1);
    CHECK_FALSE(std::filesystem::exists(home.folder.path / "blobs"));
}

TEST_CASE("an upload is told by where it lies", "[service][uploads]") {
    CHECK(service::is_upload("/any/home/uploads/t/0123-a.csv", "t"));
    CHECK_FALSE(service::is_upload("/any/home/uploads/u/0123-a.csv", "t"));
    CHECK_FALSE(service::is_upload("/data/t/a.csv", "t"));
    CHECK_FALSE(service::is_upload("uploads/t/a.csv", "t"));
}
