// Uploads between homes: taken by one service, read by a worker elsewhere.
#include <fstream>

#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "base/settings/settings.hpp"
#include "schema/blobs/s3/s3.hpp"
#include "schema/sources/source_store.hpp"
#include "service/context.hpp"
#include "service/gather/gather.hpp"
#include "service/gather/gathering.hpp"
#include "service/gather/kinds/uploads.hpp"
#include "service/gather/life/source_end.hpp"
#include "service/gather/sources.hpp"
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

TEST_CASE("what is queued tells its job, and so does what waits already", "[service][uploads]") {
    test::TestDatabase database;
    Home home(*database, nullptr);
    auto first = home.upload("a.csv", "id,n\n1,2\n"), second = home.upload("b.csv", "id,n\n2,2\n");
    CHECK((first.queued && second.queued));
    REQUIRE((first.job && second.job));
    CHECK(*first.job != *second.job);
    auto again = home.upload("b.csv", "id,n\n2,2\n");
    CHECK_FALSE(again.queued);
    CHECK(again.job == second.job);
    service::QueuedRun run, once_more;
    service::run_locally(home.here(), [&](service::Work& work) {
        run = service::run_source(work, {.source = "t"});
        once_more = service::run_source(work, {.source = "t"});
    });
    CHECK((run.queued && !once_more.queued));
    CHECK((run.job && run.job == once_more.job && run.job != second.job));
}

TEST_CASE("an upload in a folder of blobs is in its home alone", "[service][uploads]") {
    test::TestDatabase database;
    Home home(*database, nullptr);
    home.blobs = schema::Blobs(home.folder.path / "blobs");
    home.upload("a.csv", "id,n\n1,2\n");
    CHECK(home.gather().added == 1);
    CHECK_FALSE(std::filesystem::exists(home.folder.path / "blobs"));
}

TEST_CASE("uploads go with their source, and nobody else's files do", "[service][uploads]") {
    test::S3Server server;
    test::TestDatabase database;
    Home home(*database, bucket(server));
    home.upload("a.csv", "id,n\n1,2\n");
    home.gather();
    home.blobs.store()->put("uploads/tt/other", "bytes");
    const auto folder = home.folder.path / "uploads/t";
    const auto uploads = [&] {
        return std::distance(std::filesystem::directory_iterator(folder), {});
    };
    CHECK(uploads() == 1);
    CHECK(server.objects().size() == 2);
    std::ofstream(folder / "mine.csv") << "id\n1\n";
    const auto end = [&](bool yes) {
        database->call([&](base::Tx& tx) { tx.exec("DELETE FROM job"); });
        service::run_locally(home.here(), [&](service::Work& work) {
            service::delete_source(work, {.source = "t", .yes = yes});
        });
    };
    end(false);
    CHECK(server.objects().size() == 2);
    end(true);
    CHECK(server.objects().size() == 1);
    CHECK(server.objects().begin()->first == "x/uploads/tt/other");
    CHECK(uploads() == 1);
    CHECK(std::filesystem::exists(folder / "mine.csv"));
}

TEST_CASE("uploads go with a source that got nothing of them", "[service][uploads]") {
    test::S3Server server;
    test::TestDatabase database;
    Home home(*database, bucket(server));
    home.upload("a.csv", "id,n\n");
    const auto source = database->call([](base::Tx& tx) {
        tx.exec("DELETE FROM job");
        return schema::require_source(tx, "t");
    });
    REQUIRE(server.objects().size() == 1);
    CHECK(service::drop_if_empty(home.here(), source));
    CHECK(server.objects().empty());
    CHECK_FALSE(std::filesystem::exists(home.folder.path / "uploads/t"));
}

TEST_CASE("uploads of the next source of a name outlive the last one", "[service][uploads]") {
    test::S3Server server;
    test::TestDatabase database;
    Home home(*database, bucket(server));
    home.upload("a.csv", "id,n\n1,2\n");
    const auto old = service::uploads_of(home.here(), "t");
    CHECK(old.files.size() == 1);
    CHECK(old.stored.size() == 1);
    home.upload("b.csv", "id,n\n7,7\n");
    service::drop_uploads(home.here(), old);
    REQUIRE(server.objects().size() == 1);
    CHECK(server.objects().begin()->first.ends_with("-b.csv"));
    CHECK(service::uploads_of(home.here(), "t").files.size() == 1);
}

TEST_CASE(
    "an upload that this home cannot look at is taken from the bucket",
    "[service][uploads]"
) {
    test::S3Server server;
    test::TestDatabase database;
    Home taken(*database, bucket(server)), read(*database, bucket(server));
    taken.upload("a.csv", "id,n\n1,2\n");
    // The other's home leads nowhere: to look there is an error, not a no.
    const auto uploads = taken.folder.path / "uploads";
    std::filesystem::remove_all(uploads);
    std::filesystem::create_symlink(uploads, uploads);
    CHECK(read.gather().added == 1);
}

TEST_CASE("what reads as an upload and lies there is read where it lies", "[service][uploads]") {
    test::S3Server server;
    test::TestDatabase database;
    Home home(*database, bucket(server));
    test::Folder other;
    const std::string bytes = "id,n\n1,2\n";
    const auto file = other.path / "uploads/t" / service::upload_name("a.csv", bytes);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << bytes;
    schema::Source source;
    source.name = "t";
    source.spec = R"({"inputs":[")" + file.string() + R"("]})";
    CHECK(service::with_uploads_here(home.here(), source).spec == source.spec);
}

TEST_CASE("an upload is told by where it lies", "[service][uploads]") {
    const auto name = service::upload_name("a.csv", "id\n1\n");
    CHECK(service::is_upload("/any/home/uploads/t/" + name, "t"));
    CHECK_FALSE(service::is_upload("/any/home/uploads/u/" + name, "t"));
    // Somebody's own files.
    for (const char* own : {"a.csv", "0123-a.csv", "2024-01-31-and-more.csv", "0123456789abcdef"})
        CHECK_FALSE(service::is_upload(std::string("/any/home/uploads/t/") + own, "t"));
    CHECK_FALSE(service::is_upload("/data/t/a.csv", "t"));
    CHECK_FALSE(service::is_upload("uploads/t/a.csv", "t"));
}
