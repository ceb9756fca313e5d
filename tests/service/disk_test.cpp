#include "service/disk/disk.hpp"

#include <set>

#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "schema/size/size_store.hpp"
#include "service/context.hpp"
#include "tests/support/program.hpp"
#include "tests/support/test_database.hpp"

namespace {

struct DiskWorld {
    test::TestDatabase db{2};
    test::Folder home;
    base::StopOnSignal stop;
    service::Context context{stop};

    DiskWorld() {
        context.config.database.url = db.url();
        context.config.home = home.path;
    }
    service::DiskUse use() {
        service::DiskUse found;
        service::run_locally(context.environment(), [&](service::Work& work) {
            found = service::show_disk(work, {});
        });
        return found;
    }
};

const service::DiskPart* part_of(const service::DiskUse& use, const std::string& name) {
    for (const auto& part : use.parts)
        if (part.part == name) return &part;
    return nullptr;
}

}  // namespace

TEST_CASE("every table of the database is of some concern", "[service][disk]") {
    DiskWorld world;
    auto tables = world.db->call([](base::Tx& tx) { return schema::table_sizes(tx); });
    REQUIRE(tables.size() > 60);
    for (const auto& table : tables) {
        INFO(table.name);
        CHECK_FALSE(service::group_of_table(table.name).empty());
    }
}

TEST_CASE("folders on one disk are one disk, with what lies in them", "[service][disk]") {
    DiskWorld world;
    std::filesystem::create_directories(world.home.path / "blobs" / "aa");
    world.home.write("blobs/aa/one", std::string(100'000, 'x'));
    auto use = world.use();
    REQUIRE(use.volumes.size() == 1);
    CHECK(use.volumes[0].parts.size() == 3);  // the database is on a server of its own here
    CHECK(use.volumes[0].free > 0);
    CHECK(use.volumes[0].free <= use.volumes[0].bytes);
    const auto* blobs = part_of(use, "blobs");
    REQUIRE(blobs);
    CHECK(blobs->files == 1);
    CHECK(blobs->bytes >= 100'000);
    CHECK(blobs->whole);
    REQUIRE(part_of(use, "database"));
    CHECK(part_of(use, "database")->bytes > 1'000'000);
    REQUIRE(part_of(use, "uploads"));
    CHECK(part_of(use, "uploads")->bytes == 0);
    CHECK_FALSE(use.notes.empty());
    std::set<std::string> groups;
    for (const auto& group : use.tables) CHECK(groups.insert(group.group).second);
    CHECK(groups.contains("records"));
    CHECK_FALSE(groups.contains("others"));
}
