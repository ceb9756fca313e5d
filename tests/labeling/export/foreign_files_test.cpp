// Label files that other programs wrote.
#include "labeling/export/answer_files.hpp"
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

TEST_CASE("lines beside the labels of a picture program are not people's", "[labeling][formats]") {
    Folder folder;
    auto boxes = project_of("boxes");
    auto read_of_one = [&] {
        std::vector<std::string> keys;
        labeling::answers_in(
            folder.path().string(), boxes.question, {.person = "ann"}
        )([&](labeling::PersonAnswer&& answer) { keys.push_back(answer.said.key); });
        return keys;
    };
    folder.write("notes.jsonl", R"({"key":"k","label":"what was said"})");
    CHECK(labeling::holds_people(folder.path().string()));
    CHECK_THROWS_WITH(imported(folder.path(), boxes.question), Contains("by --answers"));
    folder.write("labels/k.txt", "0 0.5 0.5 0.2 0.2\n");
    folder.write("classes.txt", "cat\ndog\n");
    CHECK_FALSE(labeling::holds_people(folder.path().string()));
    CHECK_THAT(imported(folder.path(), boxes.question)["k"], Contains("\"cat\""));
    CHECK(read_of_one() == std::vector<std::string>{"k"});
}

TEST_CASE("masks of COCO are the outlines of their parts", "[labeling][formats]") {
    Folder folder;
    auto outlines = project_of("polygons");
    test::Asked asked("", "{}", labeling::AskedRecord::Size{.width = 5, .height = 4});
    auto read = [&](const std::string& segmentation) {
        auto text = fmt::format(
            R"({{"images":[{{"id":1,"file_name":"k"}}],"categories":[{{"id":1,"name":"cat"}}],)"
            R"("annotations":[{{"id":1,"image_id":1,"category_id":1,"bbox":[0,0,1,1],"segmentation":{}}}]}})",
            segmentation
        );
        return imported(folder.write("c.json", text), outlines.question, asked)["k"];
    };
    // Columns 1 and 2, rows 1 and 2 of a picture of 5 x 4: counts go down the columns.
    auto plain = [](const char* numbers) { return json::serialize(json::parse(numbers)); };
    auto square = plain(R"([{"points":[[1.0,1.0],[3.0,1.0],[3.0,3.0],[1.0,3.0]],"label":"cat"}])");
    CHECK(read(R"({"size":[4,5],"counts":[5,2,2,2,9]})") == square);
    CHECK(read(R"({"size":[4,5],"counts":"52207"})") == square);
    // An L, and a pixel that touches it at a corner only.
    CHECK(
        read(R"({"size":[4,5],"counts":[0,2,3,1,4,1,9]})") ==
        plain(
            R"([{"points":[[0.0,0.0],[1.0,0.0],[1.0,1.0],[2.0,1.0],[2.0,2.0],[0.0,2.0]],"label":"cat"},
            {"points":[[2.0,2.0],[3.0,2.0],[3.0,3.0],[2.0,3.0]],"label":"cat"}])"
        )
    );
    CHECK_THAT(read(R"({"size":[4,5],"counts":[0,3,1,1,1,1,1,3,9]})"), Contains("a hole"));
    CHECK_THAT(read(R"({"size":[4,5],"counts":[5,2]})"), Contains("do not fit its size"));
    CHECK_THAT(read(R"({"size":[4,5],"counts":"5~"})"), Contains("do not fit its size"));
    CHECK_THAT(read(R"({"size":[4,5],"counts":[20]})"), Contains("an empty mask"));
    CHECK_THAT(read(R"({"counts":[20]})"), Contains("without size"));
    // Of the picture twice as large.
    CHECK(read(R"({"size":[8,10],"counts":[18,4,4,4,4,4,4,4,34]})") == square);
}

TEST_CASE("Label Studio's places fit a picture of another size", "[labeling][formats]") {
    Folder folder;
    auto boxes = project_of("boxes");
    auto read = [&](int width, int height, double rotation) {
        test::Asked asked("", "{}", labeling::AskedRecord::Size{.width = width, .height = height});
        auto text = fmt::format(
            R"([{{"data":{{"key":"k"}},"annotations":[{{"result":[{{"type":"rectanglelabels",)"
            R"("original_width":200,"original_height":100,"value":{{"x":10,"y":10,"width":20,)"
            R"("height":50,"rotation":{},"rectanglelabels":["cat"]}}}}]}}]}}])",
            rotation
        );
        return imported(folder.write("t.json", text), boxes.question, asked)["k"];
    };
    auto box = [](double x, double y, double width, double height) {
        return json::serialize(json::array{json::object{
            {"x", x}, {"y", y}, {"width", width}, {"height", height}, {"label", "cat"}}});
    };
    CHECK(read(200, 100, 0) == box(20, 10, 40, 50));
    CHECK(read(100, 50, 0) == box(10, 5, 20, 25));
    CHECK(read(100, 100, 0) == box(10, 10, 20, 50));
    // Its left upper corner is where the shares say, and its turn what it was.
    auto turned = json::parse(read(100, 100, 10)).at(0);
    CHECK(turned.at("x").as_double() == Approx(5.50687));
    CHECK(turned.at("y").as_double() == Approx(11.35668));
    CHECK(turned.at("width").as_double() == Approx(20));
    CHECK(turned.at("rotation").to_number<double>() == Approx(10));
}

TEST_CASE("Label Studio's short exports are read", "[labeling][formats]") {
    Folder folder;
    auto classes = project_of("classification");
    auto table = folder.write(
        "o.csv",
        "annotation_id,annotator,created_at,id,key,lead_time,sentiment,updated_at\n"
        "1,ann,2022-11-04T18:50:53Z,4,k1,2,yes,2022-11-04T18:50:53Z\n"
        "2,ann,2022-11-04T18:50:53Z,5,k2,2,maybe,2022-11-04T18:50:53Z\n"
    );
    CHECK(
        imported(table, classes.question) ==
        std::map<std::string, std::string>{{"k1", R"("yes")"}, {"k2", "maybe"}}
    );
    auto spans = project_of("spans");
    auto rows = folder.write(
        "m.json",
        R"([{"key":"k","text":"Ada met","label":[{"start":0,"end":3,"text":"Ada","labels":["person"]}],)"
        R"("id":1,"annotator":1,"annotation_id":2,"lead_time":1.5}])"
    );
    CHECK(imported(rows, spans.question)["k"] == R"([{"start":0,"end":3,"label":"person"}])");
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
