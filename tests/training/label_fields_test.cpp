// The field that labels came from is never a feature: not as a column, under its own name or
// another, not within a text, and not for a prediction either.
#include "training/labels/label_fields.hpp"

#include <catch2/catch.hpp>

#include "labeling/export/import_store.hpp"
#include "labeling/projects/project_store.hpp"
#include "schema/records/record_store.hpp"
#include "schema/sources/source_store.hpp"
#include "tests/support/test_database.hpp"
#include "training/experiment.hpp"
#include "training/snapshots/example_store.hpp"
#include "training/snapshots/snapshot_store.hpp"

using training::TextItem;

namespace {

const schema::Time now{std::chrono::seconds(1767225600)};

struct Field {
    std::string name;
    std::string body;         // of the text; "TRUTH" stands for the label
    std::string column = {};  // a category column of this name holds the label
    training::ColumnFields origins = {};
};

// 300 records whose label is by chance, and imported from the field `truth.verdict`.
struct World {
    test::TestDatabase db;
    schema::Blobs blobs{"/nonexistent"};
    training::SnapshotInfo snapshot;

    explicit World(const Field& field) {
        std::vector<schema::Column> columns{{"size", schema::Column::Type::number, ""}};
        if (!field.column.empty())
            columns.push_back({field.column, schema::Column::Type::category, ""});
        db->call([&](base::Tx& tx) {
            auto source = schema::add_source(tx, {0, "s", "files", "{}", "", ""}, now)->id;
            schema::BatchTarget target{
                source, "s", schema::begin_run(tx, source, "{}", now), 0, columns, now};
            target.column_set = schema::ensure_columns(tx, source, columns, now);
            schema::write_batch(tx, target, records(field), {});
            labeling::Project project;
            project.name = "p";
            project.source = "s";
            for (const char* name : {"yes", "no"}) {
                labeling::LabelClass made;
                made.id = static_cast<std::int32_t>(project.question.classes.size());
                made.name = name;
                project.question.classes.push_back(made);
            }
            // Two values of the field are one class: the column is no copy of the classes.
            project.question.classes[1].value = "nay";
            labeling::create_project(tx, project, now);
        });
        labeling::import_field(*db, "p", "truth.verdict", {}, now);
        snapshot = training::create_snapshot(*db, {.name = "a", .project = "p"}, now, field.origins)
                       .snapshot;
    }

    std::vector<schema::Sealed> records(const Field& field) const {
        std::vector<schema::Sealed> sealed;
        std::uint32_t chance = 1;
        for (int i = 0; i < 300; ++i) {
            chance = chance * 1664525 + 1013904223;
            std::string label = chance >> 31 ? "yes" : (chance >> 30) & 1 ? "no" : "nay";
            schema::Draft draft;
            draft.key = "k" + std::to_string(i);
            draft.payload =
                R"({"truth":{"verdict":")" + label + R"("},"n":)" + std::to_string(i) + "}";
            auto body = field.body;
            if (auto at = body.find("TRUTH"); at != body.npos) body.replace(at, 5, label);
            auto number = std::to_string(i * 7919 % 1009);
            draft.text = schema::Text{"", "words " + number + "\n\n" + body, ""};
            draft.numbers = {static_cast<double>(i * 31 % 17)};
            if (!field.column.empty()) {
                draft.numbers.push_back(std::numeric_limits<double>::quiet_NaN());
                draft.categories.emplace_back(1, label);
            }
            sealed.push_back(schema::seal("s", std::move(draft), blobs));
        }
        return sealed;
    }

    double accuracy() {
        training::TrainSettings settings;
        settings.snapshot = "a";
        settings.model = "softmax";
        auto outcome = training::train(*db, blobs, {}, settings, "test", {}, {});
        for (const auto& metric : outcome.metrics)
            if (metric.name == "accuracy" && metric.split == 2) return metric.estimate.value;
        return -1;
    }
};

}  // namespace

TEST_CASE("a label's field is no feature, whatever was made of it", "[training][leak]") {
    Field field = GENERATE(
        Field{"its own column", "nothing", "truth.verdict"},
        Field{"a column by another name", "nothing", "outcome", {{"outcome", "truth.verdict"}}},
        Field{
            "a column that rules of before made of it",
            "nothing",
            "outcome",
            {{"outcome", "other"}, {"outcome", "truth.verdict"}}},
        Field{"a column of the whole object", "nothing", "truth.verdict.deep"},
        Field{"a paragraph of the text", "TRUTH"},
        Field{"a paragraph before others", "TRUTH\n\nmore of it"}
    );
    INFO(field.name);
    World world(field);
    auto accuracy = world.accuracy();
    CHECK(accuracy > 0.2);
    CHECK(accuracy < 0.8);  // 1.0 with the label at hand
    CHECK((label_columns(world.snapshot).size() + label_in_text(world.snapshot).size()) == 1);
}

TEST_CASE("texts are loaded without the value of a label's field", "[training][leak]") {
    World world({"", "TRUTH\n\nmore"});
    training::ExampleStore store(*world.db, world.blobs);
    store.leave_out(label_in_text(world.snapshot));
    auto rows = store.load(store.split_items(world.snapshot.id, 2), {});
    REQUIRE(rows.rows > 10);
    for (const auto& text : rows.text) CHECK(text.body.find("\n\nmore") != std::string::npos);
    for (const auto& text : rows.text)
        for (const char* label : {"yes", "no", "nay"})
            CHECK(text.body.find("\n" + std::string(label) + "\n") == std::string::npos);
}

TEST_CASE("a value is taken out of a text where it stands alone", "[training][leak]") {
    TextItem text{"spam", "first\n\n spam \n\nno spam here\n\nspam"};
    CHECK(training::take_out(text, " spam"));
    CHECK(text.title.empty());
    CHECK(text.body == "first\n\nno spam here");
    CHECK_FALSE(training::take_out(text, "spam"));
    CHECK_FALSE(training::take_out(text, ""));
    CHECK(text.body == "first\n\nno spam here");
}
