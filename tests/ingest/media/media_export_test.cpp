// Sounds, films, documents and pictures that go in and out again: in by a table, out by each format
// of an export, and in by that.
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "base/run/temporary_folder.hpp"
#include "formats/archive/bytes.hpp"
#include "formats/dataset/dataset_writer.hpp"
#include "formats/parquet/duckdb.hpp"
#include "ingest/pipeline/pipeline.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/rows/page_files.hpp"
#include "schema/rows/row_maker.hpp"
#include "schema/sources/source_store.hpp"
#include "tests/ingest/files.hpp"
#include "tests/ingest/media/media_cells.hpp"
#include "tests/ingest/pictures.hpp"
#include "tests/support/media_files.hpp"
#include "tests/support/test_database.hpp"

namespace {

namespace json = boost::json;
using formats::DatasetFormat;

struct ShelvesWorld {
    test::TestDatabase db;
    test::DataFolder folder;
    schema::Blobs blobs{folder.path("blobs")};
    const std::vector<std::string> files{
        test::wav(1.5, 8000, 2),
        test::webm(2, 64, 48),
        test::pdf({"Hello there"}),
        test::small_png(),
        test::mp3(20)};

    ShelvesWorld() {
        std::string select;
        for (std::size_t i = 0; i < files.size(); ++i)
            select += (i > 0 ? " UNION ALL " : "") + std::string("SELECT 'k") + std::to_string(i) +
                      "' AS id, " + test::sql_file(files[i]) + " AS file";
        test::write_parquet(folder.path("in.parquet"), select + " UNION ALL SELECT 'none', NULL");
        gather("s", folder.path("in.parquet"), "id");
    }
    void gather(const std::string& source, const std::string& path, const std::string& key) {
        db->call([&](base::Tx& tx) {
            schema::add_source(
                tx, {0, source, "files", "{}", "", "active"}, std::chrono::system_clock::now()
            );
        });
        ingest::RunRequest request;
        request.source = source;
        request.inputs = {path};
        request.key = key;
        auto run = ingest::run(*db, blobs, request);
        CHECK(run.state == "done");
        CHECK(run.counts == schema::Counts{files.size() + 1, files.size() + 1, 0, 0, 0});
    }
    std::filesystem::path exported(const base::TemporaryFolder& out, DatasetFormat format) {
        schema::NumberColumns numbers;
        std::int64_t source = 0;
        const auto rows = db->call([&](base::Tx& tx) {
            source = schema::require_source(tx, "s").id;
            std::vector<schema::RecordVersion> versions;
            for (const auto& row : tx.exec("SELECT rk, key, version FROM record ORDER BY key"))
                versions.push_back(
                    {row[0].as<std::int64_t>(), row[1].as<std::string>(), row[2].as<int>()}
                );
            auto found = schema::load_rows(tx, source, versions);
            schema::load_columns(tx, source, found, numbers);
            return found;
        });
        CHECK(rows.size() == files.size() + 1);
        schema::RowMaker maker("s", {});
        for (const auto& row : rows) maker.look(row, numbers, {});
        const formats::DatasetAbout about{
            .name = "s",
            .description = "shelves",
            .hash = "00",
            .created_at = "2026-01-02T03:04:05Z",
            .licences = {},
            .card = "# s\n"};
        auto writer = formats::write_dataset(format, out.path(), about, maker.finish());
        schema::PageFiles bytes(*db, blobs, source);
        bytes.begin(rows);
        REQUIRE(maker.has_files());
        for (const auto& row : rows) writer->write(0, maker.make(row, numbers, {}, bytes.next()));
        return out.path() / writer->finish().front();
    }
    // The blobs and measures of a source, by key.
    std::string held(const std::string& source) {
        const auto sql =
            "SELECT string_agg(r.key || ' ' || coalesce(encode(v.blob_sha256, 'hex'), '-') || ' ' "
            "|| coalesce(v.media_type, '-') || ' ' || coalesce(m.seconds, m.pages, i.width, -1), "
            "E'\\n' ORDER BY r.key) FROM source s JOIN record r ON r.source_id = s.id JOIN "
            "record_version v USING (rk, source_id, key, version) LEFT JOIN content_media m USING "
            "(rk, source_id, key, version) LEFT JOIN content_image i USING (rk, source_id, key, "
            "version) WHERE s.name = '" +
            source + "'";
        return db->call([&](base::Tx& tx) { return tx.exec(sql)[0][0].as<std::string>(); });
    }
};

}  // namespace

TEST_CASE("media go in by a table, out by each format, and in again", "[ingest][media]") {
    if (!formats::duck::is_installed()) {
        WARN("DuckDB is not installed: media in Parquet are not tested");
        return;
    }
    ShelvesWorld world;
    const auto before = world.held("s");
    CHECK(world.db.number("SELECT count(*) FROM content_media") == 4);
    for (auto format :
         {DatasetFormat::parquet,
          DatasetFormat::huggingface,
          DatasetFormat::jsonl,
          DatasetFormat::csv}) {
        const base::TemporaryFolder out;
        const std::string name(base::name_of(format));
        CAPTURE(name);
        world.gather(name, world.exported(out, format).string(), "key");
        CHECK(world.held(name) == before);
    }
}

TEST_CASE("folders of an export have media as files", "[ingest][media]") {
    if (!formats::duck::is_installed()) return;
    ShelvesWorld world;
    const auto content = [](const std::filesystem::path& path) {
        std::ifstream in(path, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(in), {});
    };
    {
        const base::TemporaryFolder out;
        formats::Bytes tar(world.exported(out, DatasetFormat::webdataset).string());
        std::map<std::string, std::string> members;
        while (tar.next_member()) members.emplace(tar.member(), tar.peek(100'000));
        CHECK(members.size() == 2 * world.files.size() + 1);
        std::set<std::string> found;
        for (const auto& [name, bytes] : members) {
            const auto ending = name.substr(name.find('.') + 1);
            if (ending == "json") continue;
            const auto about = json::parse(members.at(name.substr(0, 9) + ".json")).as_object();
            const auto number = about.at("key").as_string().back() - '0';
            CHECK(bytes == world.files.at(static_cast<std::size_t>(number)));
            found.insert(ending);
        }
        CHECK(found == std::set<std::string>{"wav", "webm", "pdf", "png", "mp3"});
    }
    {
        const base::TemporaryFolder out;
        const auto file = world.exported(out, DatasetFormat::croissant);
        const auto root = file.parent_path();
        std::set<std::string> bytes;
        for (const std::string name : {"images", "sounds", "films", "documents"})
            for (const auto& one : std::filesystem::directory_iterator(root / name))
                bytes.insert(content(one.path()));
        CHECK(bytes == std::set<std::string>(world.files.begin(), world.files.end()));
        const auto text = content(file);
        for (const auto* word : {"sound-files", "sounds/*", "sc:AudioObject", "films/filename"})
            CHECK_THAT(text, Catch::Contains(word));
    }
    {
        const base::TemporaryFolder out;
        const auto root = world.exported(out, DatasetFormat::huggingface).parent_path();
        const auto card = content(root.parent_path() / "README.md");
        for (const auto* name : {"image", "audio", "video", "pdf"})
            CHECK_THAT(
                card,
                Catch::Contains(
                    "- name: \"" + std::string(name) + "\"\n    dtype: \"" + name + "\""
                )
            );
    }
}
