#include <boost/json.hpp>

#include "base/bytes/png.hpp"
#include "formats/image/image.hpp"
#include "tests/training/snapshot_world.hpp"

using namespace snapshot_world;
using formats::DatasetFormat;

namespace json = boost::json;

namespace {

// The members of an export as JSON lines, by key.
std::map<std::string, json::object> members_of(
    World& world,
    const training::SnapshotInfo& snapshot,
    const training::FittedPreparation& prepared = {}
) {
    std::map<std::string, json::object> members;
    std::istringstream lines(world.exported(snapshot, {.format = DatasetFormat::jsonl}, prepared));
    for (std::string line; std::getline(lines, line);) {
        auto object = json::parse(line).as_object();
        members.emplace(object.at("key").as_string(), object);
    }
    return members;
}

}  // namespace

TEST_CASE("members are written with label, side, fields and origin", "[training][snapshot]") {
    World world;
    auto snapshot = world.create(named("a")).snapshot;
    const auto csv = world.exported(snapshot, {.format = DatasetFormat::csv});
    CHECK_THAT(
        csv,
        Catch::StartsWith("key,split,label,label_probability,title,body,half,topic,source,url,file,"
                          "content_sha256,licence,fetched_at,stored_at,record_time,group,"
                          "version\r\n") &&
            Catch::Contains("k0-0,")
    );
    auto members = members_of(world, snapshot);
    REQUIRE(members.size() == 240);
    const auto& one = members.at("k3-0");
    CHECK(one.at("topic") == 3);
    CHECK(one.at("half") == "test");
    CHECK(one.at("label") == "even");
    CHECK(one.at("label_probability") == 1);
    CHECK(one.at("source") == "s");
    CHECK(one.at("group") == "g1");
    CHECK(one.at("content_sha256").as_string().size() == 64);
    CHECK_FALSE(one.contains("url"));
    CHECK_FALSE(base::parse<DatasetFormat>("papyrus"));
}

TEST_CASE("the target of a regression and its columns are exported", "[training][snapshot]") {
    World world;
    world.db->call([&](base::Tx& tx) {
        tx.exec("DELETE FROM ground_truth");
        tx.exec("UPDATE label_project SET kind = 'regression'");
        tx.exec(
            "INSERT INTO ground_truth (rk, source_id, key, project_id, value, probability, method, "
            "set_at) SELECT rk, source_id, key, $1, to_jsonb(length(key) + 0.25), 0.5, 'import', "
            "now() FROM record",
            world.project
        );
        schema::ensure_columns(
            tx,
            world.source,
            {{"size", schema::Column::Type::number, "cm"},
             {"kind", schema::Column::Type::category, ""},
             {"fresh", schema::Column::Type::flag, ""},
             {"when", schema::Column::Type::time, ""}},
            now
        );
        tx.exec(
            "INSERT INTO category (source_id, column_name, code, value) VALUES ($1, 'kind', 0, "
            "'a,b')",
            world.source
        );
        tx.exec(
            "INSERT INTO content_numeric SELECT rk, source_id, key, version, 1, "
            "ARRAY[0.1, 0, 1, 1767225600.5]::float8[] FROM record_version WHERE key <> 'k0-0'"
        );
    });
    auto snapshot = world.create(named("a")).snapshot;
    auto members = members_of(world, snapshot);
    const auto& one = members.at("k10-1");
    CHECK(one.at("label") == 5.25);
    CHECK(one.at("label_probability") == 0.5);
    CHECK(one.at("size") == 0.1);
    CHECK(one.at("kind") == "a,b");
    CHECK(one.at("fresh") == true);
    CHECK(one.at("when") == "2026-01-01T00:00:00.500000Z");
    CHECK_FALSE(members.at("k0-0").contains("size"));
}

TEST_CASE("folds and labels of several parts are exported", "[training][snapshot]") {
    World world;
    world.db->call([&](base::Tx& tx) {
        tx.exec("UPDATE label_project SET kind = 'multilabel'");
        tx.exec("UPDATE ground_truth SET class_id = NULL, value = '[0, 1]'");
    });
    auto spec = named("a");
    spec.folds = 2;
    auto snapshot = world.create(spec).snapshot;
    for (const auto& [key, member] : members_of(world, snapshot)) {
        CHECK(member.at("label") == json::value{0, 1});
        CHECK(member.contains("fold") == (member.at("split") != "test"));
    }
}

TEST_CASE("fields that have the name of a column of ours are not lost", "[training][snapshot]") {
    World world;
    world.db->call([&](base::Tx& tx) {
        tx.exec(
            "UPDATE record_version SET payload = payload || jsonb_build_object('body', 'x', "
            "'label', CASE WHEN length(key) % 2 = 0 THEN 'even' ELSE 'odd' END)"
        );
    });
    auto snapshot = world.create(named("a")).snapshot;
    auto one = members_of(world, snapshot).at("k3-0");
    CHECK(one.at("field_body") == "x");
    CHECK_THAT(std::string(one.at("body").as_string()), Catch::StartsWith("t3w0 "));
    CHECK_FALSE(one.contains("field_label"));  // it is the label
}

TEST_CASE("a CSV of members can be guarded against formulas", "[training][snapshot]") {
    World world;
    world.db->call([](base::Tx& tx) {
        tx.exec("UPDATE label_class SET name = '=1+1' WHERE class_id = 1");
        tx.exec("UPDATE content_text SET title = '@SUM(A1)', body = '-2' WHERE key = 'k0-0'");
    });
    auto snapshot = world.create(named("a")).snapshot;
    auto bare = world.exported(snapshot, {.format = DatasetFormat::csv});
    auto guarded =
        world.exported(snapshot, {.format = DatasetFormat::csv, .rows = {.guard_formulas = true}});
    CHECK_THAT(bare, Catch::Contains(",@SUM(A1),-2,") && Catch::Contains(",=1+1,"));
    CHECK_THAT(
        guarded,
        Catch::Contains(",'@SUM(A1),-2,") && Catch::Contains(",'=1+1,") &&
            !Catch::Contains(",=1+1,")
    );
}

TEST_CASE("pictures are exported with their bytes", "[training][snapshot]") {
    World world;
    const std::string pixels(12, '\x42');
    const auto png = base::png({2, 2, 3, pixels});
    std::vector<schema::Draft> drafts;
    for (int i = 0; i < 30; ++i) {
        auto made = World::draft(i, 7);
        made.blob = i % 2 ? png + "" : pixels;
        made.media_type = i % 2 ? "image/png" : "application/octet-stream";
        made.image = formats::Image{2, 2, 3, i % 2 ? "png" : "raw", 0};
        drafts.push_back(std::move(made));
    }
    world.write(std::move(drafts));
    world.label();
    auto snapshot = world.create(named("a")).snapshot;
    auto members = members_of(world, snapshot);
    const auto uri = base::png_data_uri({2, 2, 3, pixels});
    for (int i = 0; i < 30; ++i)
        CHECK(members.at("k" + std::to_string(i) + "-7").at("image") == json::string(uri));
    CHECK_FALSE(members.at("k0-0").contains("image"));
}

TEST_CASE("an export has a data card that tells its columns", "[training][snapshot]") {
    World world;
    auto snapshot = world.create(named("a")).snapshot;
    const base::TemporaryFolder folder;
    auto written = training::export_snapshot(
        *world.db, world.blobs, snapshot, folder.path(), {.format = DatasetFormat::csv}
    );
    REQUIRE(written.files == std::vector<std::filesystem::path>{"a.csv", "a.md"});
    std::ifstream in(folder.path() / "a.md");
    std::string card(std::istreambuf_iterator<char>(in), {});
    CHECK_THAT(
        card,
        Catch::StartsWith("# a\n") && Catch::Contains(snapshot.hash) &&
            Catch::Contains("| topic | integer | a field of the record |\n") &&
            Catch::Contains("| licence | text | ")
    );
}
