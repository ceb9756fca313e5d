// Label files that other programs wrote.
#include "tests/labeling/export/format_files.hpp"

using Catch::Contains;
using namespace format_files;
using labeling::LabelShape;
namespace fs = std::filesystem;
namespace json = boost::json;

TEST_CASE("tags of every scheme become spans as conlleval has them", "[labeling][formats]") {
    auto project = project_of("spans", "[[class]]\nname = \"PER\"\n[[class]]\nname = \"LOC\"\n");
    test::Asked asked("Ada Ann met Bob Li in Rome");
    auto spans = [&](const std::vector<std::string>& tags) {
        const char* tokens[] = {"Ada", "Ann", "met", "Bob", "Li", "in", "Rome"};
        std::string lines = "# key = r1\n";
        for (std::size_t i = 0; i < tags.size(); ++i)
            lines += std::string(tokens[i]) + (i % 2 ? "\t" : " NNP ") + tags[i] + "\n";
        Folder folder;
        auto found = imported(folder.write("x.conll", lines), project.question, asked);
        REQUIRE(found.size() == 1);
        return found["r1"];
    };
    std::string usual = R"([{"start":0,"end":7,"label":"PER"},{"start":12,"end":18,"label":"PER"},)"
                        R"({"start":22,"end":26,"label":"LOC"}])";
    CHECK(spans({"B-PER", "I-PER", "O", "B-PER", "I-PER", "O", "B-LOC"}) == usual);
    CHECK(spans({"I-PER", "I-PER", "O", "I-PER", "I-PER", "O", "I-LOC"}) == usual);
    CHECK(spans({"B-PER", "E-PER", "O", "B-PER", "E-PER", "O", "S-LOC"}) == usual);
    CHECK(spans({"B-PER", "L-PER", "O", "B-PER", "L-PER", "O", "U-LOC"}) == usual);
    CHECK(
        spans({"B-PER", "B-PER", "O", "O", "O", "O", "O"}) ==
        R"([{"start":0,"end":3,"label":"PER"},{"start":4,"end":7,"label":"PER"}])"
    );
    CHECK(spans({"B-PER", "I-LOC", "O", "O", "O", "O", "O"}).find("LOC") != std::string::npos);
    CHECK(spans({"B-ORG", "O"}) == "ORG");
}

TEST_CASE("files of other programs are read", "[labeling][formats]") {
    Folder folder;
    auto classes = project_of("classification");
    auto spans = project_of("spans");
    CHECK(
        imported(
            folder.write(
                "d.jsonl",
                R"({"id": 7, "text": "a", "label": ["yes"]})"
                "\n"
            ),
            classes.question
        )["text: a"] == R"("yes")"
    );
    CHECK(
        imported(
            folder.write(
                "s.jsonl", R"({"text":"a","cats":{"yes":0.2,"no":0.8},"meta":{"key":"k"}})"
            ),
            classes.question
        )["k"] == R"("no")"
    );
    CHECK(
        imported(
            folder.write("e.jsonl", R"({"key":"k","text":"a","entities":[[0,3,"person"]]})"),
            spans.question
        )["k"] == R"([{"start":0,"end":3,"label":"person"}])"
    );
    CHECK(
        imported(
            folder.write(
                "p.jsonl",
                R"({"text":"a bc","spans":[{"start":0,"end":1,"label":"person"}],)"
                R"("answer":"accept","_input_hash":1,"_task_hash":2})"
                "\n"
                R"({"text":"d","spans":[],"answer":"ignore","_input_hash":3,"_task_hash":4})"
            ),
            spans.question
        ) ==
        std::map<std::string, std::string>{
            {"text: a bc", R"([{"start":0,"end":1,"label":"person"}])"}, {"text: d", "missing"}}
    );
    CHECK(
        imported(
            folder.write(
                "c.jsonl",
                R"({"text":"a","options":[{"id":"yes"}],"accept":["yes"],"answer":"accept","_task_hash":1})"
            ),
            classes.question
        )["text: a"] == R"("yes")"
    );
    CHECK(
        imported(
            folder.write("t.csv", "label,text\nyes,\"so, be it\"\n"), classes.question
        )["text: so, be it"] == R"("yes")"
    );
    auto bom = imported(
        folder.write("t.csv", "\xEF\xBB\xBFkey;label\r\nk1;yes\r\nk2;\r\nk3;perhaps\r\n"),
        classes.question
    );
    CHECK(bom["k1"] == R"("yes")");
    CHECK(bom["k2"] == "missing");
    CHECK(bom["k3"] == "perhaps");
    CHECK_THROWS_WITH(
        imported(folder.write("x.jsonl", "{\"key\":\"k\"}\n"), classes.question),
        Contains("line 1: has no 'label'")
    );
    auto rating = project_of("regression");
    auto numbers =
        imported(folder.write("n.csv", "key,label\na,3\nb,NA\nc,9\nd,often\n"), rating.question);
    CHECK(numbers["a"] == "3");
    CHECK(numbers["b"] == "missing");
    CHECK_THAT(numbers["c"], Contains("above 5"));
    CHECK_THAT(numbers["d"], Contains("no answer"));
}

TEST_CASE("an undeclared category of COCO is refused by name", "[labeling][formats]") {
    Folder folder;
    auto project = project_of("boxes");
    auto path = folder.write(
        "a.json",
        R"({"images":[{"id":1,"file_name":"a.jpg","width":64,"height":48}],"categories":[],)"
        R"("annotations":[{"id":1,"image_id":1,"category_id":0,"bbox":[1,2,3,4]}]})"
    );
    CHECK_THROWS_WITH(imported(path, project.question), Contains("category 0"));
}

TEST_CASE("the examples of the formats' own programs are read", "[labeling][formats][data]") {
    Folder folder;
    auto data = [&](const std::string& path) -> std::optional<fs::path> {
        auto bytes = shared_data("formats/" + path);
        if (!bytes) return std::nullopt;
        return folder.write(path, *bytes);
    };
    if (auto path = data("coco/datumaro_instances_val.json")) {
        auto project = project_of(
            "boxes", "[[class]]\nname = \"a\"\n[[class]]\nname = \"b\"\n[[class]]\nname = \"c\"\n"
        );
        auto found = imported(*path, project.question);
        CHECK(
            found["b.jpg"] == R"([{"x":0E0,"y":0E0,"width":1E0,"height":2E0,"label":"a"},)"
                              R"({"x":0E0,"y":0E0,"width":1E0,"height":9E0,"label":"b"}])"
        );
    }
    if (auto path = data("doccano/relation_example.jsonl")) {
        auto project = project_of(
            "relations",
            "[[class]]\nname = \"ORG\"\n[[class]]\nname = \"DATE\"\n[[class]]\nname = \"PERSON\"\n"
            "[[relation]]\nname = \"foundedAt\"\n[[relation]]\nname = \"foundedBy\"\n"
        );
        test::Asked asked("Google was founded on September 4, 1998, by Larry Page and Sergey Brin."
        );
        auto found = imported(*path, project.question, asked);
        REQUIRE(found.size() == 1);
        CHECK(found.begin()->first == "text: " + asked.text());
        auto answer = json::parse(found.begin()->second);
        CHECK(answer.at("spans").as_array().size() == 4);
        CHECK(answer.at("relations").as_array().size() == 3);
    }
    const std::string converter = "label-studio-converter/";
    if (auto path = data(converter + "test_export_yolo/data_obb.json")) {
        auto project =
            project_of("boxes", "[[class]]\nname = \"Butterfly\"\nvalue = \"butterfly\"\n");
        test::Asked large("", "{}", labeling::AskedRecord::Size{.width = 597, .height = 768});
        std::size_t boxes = 0;
        for (const auto& [key, answer] : imported(*path, project.question, large)) {
            INFO(key << ": " << answer);
            boxes += json::parse(answer).as_array().size();
        }
        CHECK(boxes > 10);
    }
}
