// What kinds of questions about pictures make of answers.
#include "tests/labeling/tasks/kinds.hpp"

using Catch::Contains;
using labeling::Method;
using namespace kinds;

TEST_CASE("boxes of people that nearly cover each other are one", "[labeling][kinds]") {
    auto asked = question("boxes");
    const auto& type = labeling::task_type("boxes");
    auto box = [](double x, double width, const std::string& label = "cat") {
        return "{\"x\":" + std::to_string(x) + ",\"y\":0,\"width\":" + std::to_string(width) +
               ",\"height\":10,\"label\":\"" + label + "\"}";
    };
    CHECK(type.likeness(asked, "[" + box(0, 10) + "]", "[" + box(5, 10) + "]") == Approx(1.0 / 3));
    CHECK(type.likeness(asked, "[" + box(0, 10) + "]", "[" + box(0, 10, "dog") + "]") == 0);
    CHECK(
        type.likeness(asked, "[" + box(0, 10) + "," + box(40, 10) + "]", "[" + box(0, 10) + "]") ==
        Approx(2.0 / 3)
    );
    auto answers = type.gather(asked);
    answers->add({.key = "r", .user = "ann", .value = "[" + box(0, 10) + "," + box(50, 10) + "]"});
    answers->add({.key = "r", .user = "bob", .value = "[" + box(1, 10) + "]"});
    answers->add({.key = "r", .user = "cy", .value = "[" + box(2, 10) + "]"});
    auto found = answers->infer({.method = labeling::Method::mv}).labels.at(0);
    CHECK(type.likeness(asked, found.value, "[" + box(1, 10) + "]") == Approx(1));
    CHECK(found.probability == Approx(2.0 / 3));
    // A turned box covers what the same box turned by half a circle does.
    CHECK(
        type.likeness(
            asked,
            R"([{"x":40,"y":40,"width":20,"height":10,"rotation":30,"label":"cat"}])",
            R"([{"x":40,"y":40,"width":20,"height":10,"rotation":210,"label":"cat"}])"
        ) == Approx(1)
    );
    CHECK_THROWS_WITH(read("boxes", "[" + box(95, 10) + "]"), Contains("leaves the picture"));
    CHECK_THROWS_WITH(read("boxes", "[" + box(5, 0) + "]"), Contains("without area"));
    CHECK_THROWS_WITH(
        type.read(asked, "[" + box(5, 5) + "]", test::Asked("text")), Contains("has no picture")
    );
}

TEST_CASE("an outline has an area and does not cross itself", "[labeling][kinds]") {
    CHECK_THROWS_WITH(
        read("polygons", R"([{"points":[[0,0],[10,10],[10,0],[0,10]],"label":"cat"}])"),
        Contains("crosses itself")
    );
    CHECK_THROWS_WITH(
        read("polygons", R"([{"points":[[0,0],[10,10],[20,20]],"label":"cat"}])"),
        Contains("no area")
    );
    CHECK(
        read("polygons", R"([{"points":[[0,0],[10,0],[10,10],[0,0]],"label":"cat"}])") ==
        read("polygons", R"([{"points":[[0,0],[10,0],[10,10]],"label":"cat"}])")
    );
    auto asked = question("polygons");
    CHECK(
        labeling::task_type("polygons")
            .likeness(
                asked,
                R"([{"points":[[0,0],[10,0],[10,10],[0,10]],"label":"cat"}])",
                R"([{"points":[[5,0],[15,0],[15,10],[5,10]],"label":"cat"}])"
            ) == Approx(1.0 / 3)
    );
}

TEST_CASE("points of a thing are all given, and far ones are unlike", "[labeling][kinds]") {
    CHECK_THROWS_WITH(
        read("keypoints", R"([{"points":[[1,1,2]],"label":"person"}])"), Contains("give all 3")
    );
    CHECK_THROWS_WITH(
        read("keypoints", R"([{"points":[[1,1,3],[1,1,2],[1,1,2]],"label":"person"}])"),
        Contains("0, 1 and 2")
    );
    CHECK_THROWS_WITH(
        read("keypoints", R"([{"points":[[1,1,0],[1,1,0],[1,1,0]],"label":"person"}])"),
        Contains("none of whose points")
    );
}
