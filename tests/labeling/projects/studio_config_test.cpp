// Labeling configs of Label Studio as projects.
#include "labeling/projects/studio_config.hpp"

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "labeling/projects/project.hpp"

using Catch::Contains;

namespace {

struct Converted {
    labeling::StudioConfig made;
    labeling::Project project;
};

Converted converted(const std::string& xml) {
    Converted result;
    result.made = labeling::project_of_studio_config(xml, "p", "s");
    result.project =
        labeling::Project::settings.read(base::Document::toml(result.made.file, "p.toml"));
    return result;
}

}  // namespace

TEST_CASE("labels of an audio or a video are ranges of time", "[labeling][projects]") {
    auto plain = converted(R"(<View><Audio name="a" value="$audio"/><Labels name="l" toName="a">
        <Label value="speech"/><Label value="music"/></Labels></View>)");
    CHECK(plain.made.kind == "segments");
    CHECK(plain.made.lacks.empty());
    CHECK(plain.project.question.classes.size() == 2);
    CHECK(plain.project.question.overlapping_spans);
    CHECK_FALSE(plain.project.question.transcribe);
    CHECK(plain.project.fields.empty());
    auto said =
        converted(R"(<View><Video name="v" value="$video"/><TimelineLabels name="l" toName="v">
        <Label value="speech"/></TimelineLabels>
        <TextArea name="t" toName="v" perRegion="true"/></View>)");
    CHECK(said.made.kind == "segments");
    REQUIRE(said.made.lacks.size() == 1);
    CHECK_THAT(said.made.lacks[0], Contains("<TimelineLabels l>") && Contains("frames"));
    CHECK(said.project.question.transcribe);
}

TEST_CASE("controls of Label Studio become questions", "[labeling][projects]") {
    auto choice = converted(R"(<View><Header value="Which mood?"/><Text name="t" value="$text"/>
        <Choices name="mood" toName="t" choice="single"><Choice value="good" hotkey="g"/>
        <Choice value="Very bad" alias="bad" background="#FF0000"/></Choices></View>)");
    CHECK(choice.made.kind == "classification");
    CHECK(choice.made.lacks.empty());
    CHECK(choice.project.instructions == "Which mood?");
    REQUIRE(choice.project.question.classes.size() == 2);
    CHECK(choice.project.question.classes[0].hotkey == "g");
    CHECK(choice.project.question.classes[1].name == "bad");
    CHECK(choice.project.question.classes[1].description == "Very bad");
    CHECK(choice.project.question.classes[1].colour == "#ff0000");

    auto several = converted(R"(<View><Text name="t" value="$title"/><Choices name="c" toName="t"
        choice="multiple"><Choice value="a"/><Choice value="b"/></Choices></View>)");
    CHECK(several.project.question.kind == "multilabel");
    CHECK(several.project.fields == std::vector<std::string>{"title"});

    auto tree = converted(R"(<View><Text name="t" value="$text"/><Taxonomy name="c" toName="t"
        maxUsages="1"><Choice value="animal"><Choice value="cat"/></Choice></Taxonomy></View>)");
    CHECK(tree.project.question.kind == "hierarchical");
    CHECK(tree.project.question.classes.at(1).parent == "animal");

    auto graph = converted(R"(<View><Labels name="l" toName="t"><Label value="PER"/><Label
        value="ORG"/></Labels><Relations><Relation value="works for"/></Relations><Text name="t"
        value="$text"/></View>)");
    CHECK(graph.project.question.kind == "relations");
    CHECK(graph.project.question.relations.at(0).name == "works for");

    auto boxes = converted(R"(<View><Image name="i" value="$image"/><RectangleLabels name="l"
        toName="i"><Label value="cat"/></RectangleLabels></View>)");
    CHECK(boxes.project.question.kind == "boxes");
    auto outlines = converted(R"(<View><Image name="i" value="$image"/><Labels name="l"
        toName="i"><Label value="cat"/></Labels><Polygon name="p" toName="i"/></View>)");
    CHECK(outlines.project.question.kind == "polygons");

    auto pair = converted(R"(<View><Pairwise name="p" toName="a,b"/><Text name="a" value="$one"/>
        <Text name="b" value="$two"/></View>)");
    CHECK(pair.project.question.kind == "pairwise");
    CHECK(pair.project.question.candidates == std::vector<std::string>{"one", "two"});

    auto stars = converted(
        R"(<View><Text name="t" value="$text"/><Rating name="r" toName="t" maxRating="7"/></View>)"
    );
    CHECK(stars.project.question.kind == "regression");
    CHECK(stars.project.question.high == 7.0);
}

TEST_CASE("several controls make a form, and what is not held is told", "[labeling][projects]") {
    auto form = converted(R"(<View><Text name="t" value="$text"/>
        <Choices name="spam" toName="t" required="true"><Choice value="yes"/><Choice value="no"/></Choices>
        <TextArea name="why" toName="t" visibleWhen="choice-selected" whenTagName="spam"
            whenChoiceValue="yes"/>
        <Choices name="each" toName="t" perRegion="true"><Choice value="x"/></Choices>
        <BrushLabels name="b" toName="t"><Label value="x"/></BrushLabels></View>)");
    CHECK(form.project.question.kind == "form");
    REQUIRE(form.project.question.parts.size() == 2);
    CHECK(form.project.question.parts[0].required);
    CHECK_FALSE(form.project.question.parts[1].required);
    REQUIRE(form.project.question.parts[1].when);
    CHECK(form.project.question.parts[1].when->is == std::vector<std::string>{"yes"});
    REQUIRE(form.made.lacks.size() == 2);
    CHECK_THAT(form.made.lacks[0], Contains("<Choices each>") && Contains("each region"));
    CHECK_THAT(form.made.lacks[1], Contains("<BrushLabels b>"));
    CHECK_THAT(form.made.file, Contains("# Not held: <BrushLabels b>"));

    CHECK_THROWS_WITH(
        converted(R"(<View><Image name="i" value="$image"/><Brush name="a" toName="i"/></View>)"),
        Contains("no control") && Contains("<Brush a>")
    );
    CHECK_THROWS_AS(converted("<View>"), base::Error);
}
