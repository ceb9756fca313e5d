// Labels from files into the database and out again.
#include "labeling/export/import_store.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <unistd.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "labeling/export/export_files.hpp"
#include "labeling/export/export_store.hpp"
#include "labeling/export/label_files.hpp"
#include "tests/labeling/export/answer_steps.hpp"
#include "tests/labeling/store_fixture.hpp"

using Catch::Contains;

namespace {

void add_pictures(LabelingWorld& world) {
    world.db->call([](base::Tx& tx) {
        tx.exec(
            "INSERT INTO content_image (rk, source_id, key, version, width, height, channels, "
            "format, phash) SELECT rk, source_id, key, version, 64, 48, 3, 'jpg', 0 FROM record"
        );
    });
}
void add_texts(LabelingWorld& world) {
    world.db->call([](base::Tx& tx) {
        tx.exec(
            "INSERT INTO content_text (rk, source_id, key, version, title, body, characters, "
            "words, simhash) SELECT rk, source_id, key, version, '', 'Ada met Bob', 11, 3, 0 "
            "FROM record"
        );
    });
}

labeling::Imported from_text(
    LabelingWorld& world,
    const std::string& name,
    const std::string& text,
    const labeling::ImportOptions& options = {}
) {
    return labeling::import_labels(
        *world.db,
        "p",
        labeling::labels_of_text(name, text, world.project.project.question),
        options,
        world.now()
    );
}

std::string exported(LabelingWorld& world, std::string_view name, bool answers = false) {
    auto project = world.db->call([](base::Tx& tx) { return labeling::load_project(tx, "p"); });
    auto content = world.db->call([&](base::Tx& tx) { return labeling::content_of(tx, project); });
    content.answers = answers;
    std::ostringstream out;
    labeling::OneFile file(out);
    auto exporter = labeling::make_exporter(labeling::export_format(name), content, file);
    auto write = [&](const labeling::ExportRow& row) { exporter->write(row); };
    if (answers)
        labeling::each_answered(*world.db, project, write, labeling::PageReading::ahead);
    else
        labeling::each_label(*world.db, project, write);
    exporter->finish();
    return out.str();
}

}  // namespace

TEST_CASE("a dataset of pictures is matched by the names of files", "[labeling][import]") {
    LabelingWorld world;
    world.add_records(3, {"x"});
    add_pictures(world);
    world.add_project("kind = \"boxes\"\n[[class]]\nname = \"cat\"\n[[class]]\nname = \"dog\"\n");
    auto coco = [](const std::string& image, int width) {
        return fmt::format(
            R"({{"images":[{{"id":1,"file_name":"{}","width":64,"height":48}}],)"
            R"("categories":[{{"id":5,"name":"cat"}}],)"
            R"("annotations":[{{"id":1,"image_id":1,"category_id":5,"bbox":[1,2,{},4]}}]}})",
            image,
            width
        );
    };
    CHECK(from_text(world, "a.json", coco("old/place/r1.jpg", 3)).added == 1);
    CHECK(world.check("SELECT count(*) FROM ground_truth WHERE key = 'r1'") == 1);
    CHECK(from_text(world, "a.json", coco("r1.png", 3)).unchanged == 1);
    auto wide = from_text(world, "a.json", coco("r2.jpg", 300));
    CHECK(wide.added == 0);
    REQUIRE(wide.faults.size() == 1);
    CHECK_THAT(wide.faults[0].first, Contains("leaves the picture"));
    CHECK_THROWS_WITH(
        from_text(world, "a.json", coco("strange.jpg", 3)),
        Contains("0 of 1 labels matched") && Contains("strange.jpg") && Contains("'r")
    );
    CHECK(from_text(world, "tasks.json", exported(world, "label-studio")).unchanged == 1);
    CHECK(from_text(world, "labels.jsonl", exported(world, "jsonl")).unchanged == 1);
    CHECK(from_text(world, "labels.csv", exported(world, "csv")).unchanged == 1);
}

TEST_CASE("labels without a key are of the record that has their text", "[labeling][import]") {
    LabelingWorld world;
    world.add_records(6, {"x"});
    add_texts(world);
    auto body = [&](const std::string& key, const std::string& text) {
        world.db->call([&](base::Tx& tx) {
            tx.exec(fmt::format("UPDATE content_text SET body = '{}' WHERE key = '{}'", text, key));
        });
    };
    body("r1", "Zo\u00eb met  Bob \U0001F600\n");
    body("r2", "7");
    body("r3", "Ada met Eve");  // r0, r4 and r5 say the same
    world.add_project("kind = \"spans\"\n[[class]]\nname = \"PER\"\n");
    auto is_labeled = [&](const std::string& key, const std::string& value) {
        return world.check(fmt::format(
            "SELECT count(*) FROM ground_truth WHERE key = '{}' AND value = '{}'", key, value
        ));
    };
    auto doccano = from_text(
        world,
        "d.jsonl",
        R"({"id": 5, "text": "Zo\u00eb met  Bob \ud83d\ude00", "label": [[0, 3, "PER"]]})"
        "\n"
        R"({"id": 1, "text": "Ada met Bob", "label": [[0, 3, "PER"]]})"
        "\n"
        R"({"id": 2, "text": "of nobody", "label": []})"
    );
    CHECK(doccano.added == 1);
    CHECK(doccano.no_record == 2);
    CHECK(is_labeled("r1", R"([{"start":0,"end":3,"label":"PER"}])") == 1);

    // Blanks are not known of tokens; a key that is named is another matter.
    auto conll = from_text(
        world,
        "c.conll",
        "-DOCSTART- -X- O\n\nZo\u00eb B-PER\nmet O\nBob B-PER\n\U0001F600 O\n\n"
        "Ada B-PER\nmet O\nEve B-PER\n\n# key = r2\n7 O\n"
    );
    CHECK(conll.added == 2);
    CHECK(conll.changed == 1);
    CHECK(
        is_labeled(
            "r1", R"([{"start":0,"end":3,"label":"PER"},{"start":9,"end":12,"label":"PER"}])"
        ) == 1
    );
    CHECK(is_labeled("r2", "[]") == 1);
    auto studio = from_text(
        world,
        "s.json",
        R"([{"id": 9, "data": {"text": "7"}, "annotations": [{"result": [{"type": "labels", )"
        R"("value": {"start": 0, "end": 1, "labels": ["PER"]}}]}]}])"
    );
    CHECK(studio.changed == 1);
    CHECK_THROWS_WITH(
        from_text(world, "e.conll", "Nobody O\nsaid O\n"),
        Contains("0 of 1 labels matched") && Contains("Nobodysaid")
    );
}

TEST_CASE("classes of spans in a file are counted, or become the project's", "[labeling][import]") {
    LabelingWorld world;
    world.add_records(2, {"x"});
    add_texts(world);
    world.add_project("kind = \"spans\"\n[[class]]\nname = \"PER\"\n");
    std::string lines = "# key = r0\nAda\tB-PER\nmet\tO\nBob\tB-ORG\n\n# key = r1\nAda\tB-PER\n\n";
    auto first = from_text(world, "x.conll", lines);
    CHECK(first.added == 1);
    CHECK(first.rejected == labeling::Counted{{"ORG", 1}});
    auto second = from_text(world, "x.conll", lines, {.add_classes = true});
    CHECK(second.new_classes == std::vector<std::string>{"ORG"});
    CHECK(second.added == 1);
    CHECK(second.unchanged == 1);
    CHECK_THAT(exported(world, "conll"), Contains("Ada\tB-PER\nmet\tO\nBob\tB-ORG\n"));
    CHECK(from_text(world, "x.conll", exported(world, "conll")).unchanged == 2);
}

TEST_CASE("a field gives answers of every kind, by its whole name first", "[labeling][import]") {
    LabelingWorld world;
    world.add_records(4, {"x"});
    world.db->call([](base::Tx& tx) {
        tx.exec(
            "UPDATE record_version SET payload = payload || "
            "'{\"deep.n\": \"5\", \"none\": \"NA\", \"many\": \"99\"}'"
        );
    });
    world.add_project("kind = \"regression\"\nlow = 0\nhigh = 9\n");
    auto whole = labeling::import_field(*world.db, "p", "deep.n", {}, world.now());
    CHECK(whole.added == 4);
    CHECK(world.check("SELECT count(*) FROM ground_truth WHERE value = '5'") == 4);
    world.db->call([](base::Tx& tx) {
        tx.exec("UPDATE record_version SET payload = payload - 'deep.n'");
    });
    CHECK(labeling::import_field(*world.db, "p", "deep.n", {}, world.now()).changed == 4);
    CHECK(labeling::import_field(*world.db, "p", "none", {}, world.now()).no_value == 4);
    auto high = labeling::import_field(*world.db, "p", "many", {}, world.now());
    REQUIRE(high.faults.size() == 1);
    CHECK(high.faults[0].second == 4);
    CHECK_THAT(high.faults[0].first, Contains("above 9"));
}

TEST_CASE("who answered what leaves with the labels, and without", "[labeling][import]") {
    LabelingWorld world;
    world.add_records(2, {"x"});
    world.add_project("overlap = 2\n");
    world.enqueue_all();
    auto ada = world.add_user("ada");
    world.db->call([&](base::Tx& tx) {
        tx.exec(
            "INSERT INTO annotation (rk, source_id, key, project_id, user_id, attempt, version, "
            "task_id, class_id, milliseconds, submitted_at) SELECT t.rk, t.source_id, t.key, "
            "t.project_id, $1, 1, 1, t.id, 1, 1200, '2026-01-02T03:04:05Z' FROM label_task t",
            ada
        );
    });
    from_text(world, "l.csv", "key,label\nr0,a\n");
    auto csv = exported(world, "csv", true);
    CHECK_THAT(csv, Contains("r0,a,1,import,1,1,ada,b,1,1200,2026-01-02T03:04:05.000000Z,false"));
    CHECK_THAT(csv, Contains("r1,,,,,1,ada,b,1,1200,"));
    CHECK(std::count(csv.begin(), csv.end(), '\n') == 3);
    auto csv_alone = exported(world, "csv");
    CHECK(std::count(csv_alone.begin(), csv_alone.end(), '\n') == 2);
}

TEST_CASE("a truth may lie between the steps of an answer", "[labeling][import]") {
    LabelingWorld world;
    world.add_records(3, {"x"});
    world.add_project("kind = \"regression\"\nlow = 1\nhigh = 5\nstep = 1\n");
    auto done = from_text(world, "t.csv", "key,answer\nr0,3.5\nr1,4\nr2,5.5\n");
    CHECK(done.added == 2);
    REQUIRE(done.faults.size() == 1);
    CHECK_THAT(done.faults[0].first, Contains("is above 5"));
    CHECK_THAT(exported(world, "csv"), Contains("r0,3.5,1,import"));
    auto people = take_answers(world, "a.csv", "key,user,answer\nr0,ann,3.5\nr0,bob,3\n");
    CHECK(people.done.added == 1);
    REQUIRE(people.reasons.size() == 1);
    CHECK_THAT(people.reasons[0], Contains("lies between two steps of 1"));
}

TEST_CASE("labels of a large file come in and go out fast", "[labeling][import]") {
    constexpr int records = 50'000;
    LabelingWorld world;
    world.add_records(records, {"x"});
    world.add_project();
    auto path =
        std::filesystem::temp_directory_path() / fmt::format("tilth-large-{}.csv", getpid());
    {
        std::ofstream out(path);
        out << "key,label\n";
        for (int i = 0; i < records; ++i) out << record_name(i) << ",a\n";
    }
    auto start = std::chrono::steady_clock::now();
    auto done = labeling::import_labels(
        *world.db,
        "p",
        labeling::labels_in(path.string(), world.project.project.question),
        {},
        world.now()
    );
    auto between = std::chrono::steady_clock::now();
    CHECK(done.added == records);
    auto lines = exported(world, "jsonl");
    auto end = std::chrono::steady_clock::now();
    CHECK(std::count(lines.begin(), lines.end(), '\n') == records);
    std::filesystem::remove(path);
    WARN(
        "imported " << records / std::chrono::duration<double>(between - start).count()
                    << " labels/s, exported "
                    << records / std::chrono::duration<double>(end - between).count()
    );
}
