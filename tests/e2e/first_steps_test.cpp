// The README's first steps by somebody whose table holds the label twice, or in its texts: the
// training is refused with the evidence, and nothing else has to be known. And mails, whose heads
// say more than they should.
#include <algorithm>

#include <catch2/catch.hpp>

#include "base/numbers/random.hpp"
#include "tests/e2e/tilth.hpp"

using e2e::Tilth;
namespace json = boost::json;

namespace {

const std::vector<std::string> kinds{"animal", "machine", "plant"};

// Rows that are told apart by their words, well but not fully. No two texts are alike.
std::string table_of(const std::string& code_column, bool name_in_text) {
    const base::CounterRandom random(5, 1);
    const std::vector<std::vector<std::string>> own{
        {"dog", "cat", "horse", "bird"},
        {"engine", "pump", "drill", "crane"},
        {"oak", "fern", "moss", "rose"}};
    std::string out = "id,category," + code_column + (code_column.empty() ? "" : ",") + "words\n";
    for (std::size_t i = 0; i < 600; ++i) {
        const auto kind = i % 3;
        out += "r" + std::to_string(i) + "," + kinds[kind] + ",";
        if (!code_column.empty()) out += (i % 150 == 0 ? "X" : std::string(1, "AMP"[kind])) + ",";
        for (std::uint64_t w = 0; w < 12; ++w) {
            const auto at = i * 100 + w * 3;
            if (random.unit(at) < 0.25)
                out += own[kind][random.below(at + 1, 4)];
            else
                for (std::uint64_t c = 0; c < 5; ++c)
                    out += static_cast<char>('a' + random.below((at + 2) * 10 + c, 26));
            out += ' ';
        }
        out += (name_in_text ? kinds[kind] : "end") + "\n";
    }
    return out;
}

// As the README has them, up to the snapshot.
void first_steps(Tilth& tilth, const std::string& table) {
    const auto file = tilth.home.write("table.csv", table);
    std::string project = "name = \"p\"\nkind = \"classification\"\nsource = \"things\"\n";
    for (const auto& kind : kinds) project += "[[class]]\nname = \"" + kind + "\"\n";
    const auto toml = tilth.home.write("project.toml", project);
    tilth.answer({"ingest", file.string(), "--source", "things", "--key", "id"});
    tilth.answer({"label", "project", "create", toml.string()});
    tilth.answer({"label", "project", "import", "--project", "p", "--field", "category"});
    tilth.answer({"snapshot", "create", "p-1", "--project", "p", "--split", "0.8,0.1,0.1"});
}

json::array findings_of(const test::Ended& ended) {
    return json::parse(ended.out).at("leakage").at("findings").as_array();
}

}  // namespace

TEST_CASE("who follows the first steps with the label's field is stopped", "[e2e][leak]") {
    Tilth tilth;
    first_steps(tilth, table_of("code", false));
    const auto ended = tilth({"train", "p-1", "--model", "softmax"});
    CHECK(ended.code == 1);
    CHECK_THAT(ended.err, Catch::Contains("column 'code' alone says the class"));
    CHECK_THAT(ended.err, Catch::Contains("--allow-leak REASON"));
    const auto findings = findings_of(ended);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].at("kind").as_string() == "tell-tale");
    CHECK(findings[0].at("columns").as_array().at(0).as_string() == "code");
    CHECK(findings[0].at("examples").as_array().size() == 3);
    CHECK(findings[0].at("value").to_number<double>() > 0.98);
    CHECK(tilth({"errors", "1"}).code == 1);  // nothing was fitted

    // The field that labels came from is no feature at all, and a reason lets the training pass.
    const auto allowed =
        tilth.answer({"train", "p-1", "--model", "softmax", "--allow-leak", "codes are known first"}
        );
    CHECK(allowed.at("label_columns").as_array().at(0).as_string() == "category");
    CHECK(allowed.at("leakage").at("allowed").as_string() == "codes are known first");
}

TEST_CASE("who has the label's name in the texts is stopped", "[e2e][leak]") {
    Tilth tilth;
    first_steps(tilth, table_of("", true));
    const auto ended = tilth({"train", "p-1", "--model", "softmax"});
    CHECK(ended.code == 1);
    const auto findings = findings_of(ended);
    REQUIRE(findings.size() == 3);
    for (const auto& one : findings) {
        CHECK(one.at("kind").as_string() == "word");
        CHECK(one.at("gravity").as_string() == "stop");
        const std::string word(one.at("examples").as_array().at(0).as_string());
        CHECK(std::find(kinds.begin(), kinds.end(), word) != kinds.end());
    }
    // Without it the same steps end in a model.
    Tilth other;
    first_steps(other, table_of("", false));
    CHECK(other.answer({"train", "p-1", "--model", "softmax"})
              .at("leakage")
              .at("findings")
              .as_array()
              .empty());
}

TEST_CASE("what mails' heads are worth is measured and told", "[e2e][leak]") {
    const base::CounterRandom random(6, 1);
    std::string table = "id,category,words\n";
    for (std::size_t i = 0; i < 600; ++i) {
        const auto kind = i % 3;
        std::string body =
            "From: writer" + std::to_string(random.below(i, 500)) + "\nOrganization: " +
            (random.unit(7'000 + i) < 0.8 ? "club of " + std::string(1, "amp"[kind]) : "none") +
            "\n\n";
        for (std::uint64_t w = 0; w < 25; ++w)
            body += "w" + std::to_string(random.below(i * 100 + w, 400)) + " ";
        table += "r" + std::to_string(i) + "," + kinds[kind] + ",\"" + body + "\"\n";
    }
    Tilth tilth;
    first_steps(tilth, table);
    const auto trained = tilth.answer({"train", "p-1", "--model", "softmax"});
    const auto& findings = trained.at("leakage").at("findings").as_array();
    const auto head = std::find_if(findings.begin(), findings.end(), [](const auto& one) {
        return one.at("kind").as_string() == "header";
    });
    REQUIRE(head != findings.end());
    CHECK(head->at("gravity").as_string() == "warning");
    CHECK(head->at("measure").as_string() == "accuracy lost without");
    CHECK(head->at("value").as_double() > 0.2);
}
