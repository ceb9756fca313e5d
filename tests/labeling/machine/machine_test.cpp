// What needs no database of machine annotators: the test whether one may stand in for people, what
// it is asked, and how its words become answers.
#include <catch2/catch.hpp>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "base/settings/settings.hpp"
#include "labeling/export/given_answer.hpp"
#include "labeling/machine/alternative_test.hpp"
#include "labeling/machine/beside_store.hpp"
#include "labeling/machine/endpoint.hpp"
#include "labeling/machine/said_answer.hpp"
#include "labeling/machine/suggester.hpp"
#include "tests/labeling/asked.hpp"

namespace {

namespace json = boost::json;
using labeling::AlternativeTest;
using Said = AlternativeTest::Said;

double equal(const std::string& a, const std::string& b) {
    return a == b ? 1 : 0;
}

void add(AlternativeTest& test, int times, const std::string& machine, const std::string& abc) {
    std::vector<Said> people;
    for (std::size_t i = 0; i < abc.size(); ++i)
        if (abc[i] != '-') people.emplace_back(std::string(1, "abcdef"[i]), std::string(1, abc[i]));
    for (int i = 0; i < times; ++i) test.add(machine, people);
}

// Four people and a machine over `items` questions of four classes, each wrong so often.
labeling::AlternativeResult
simulated(std::uint64_t seed, int items, double people_err, double machine_err) {
    base::Random random(seed);
    AlternativeTest test(equal);
    auto answer = [&](std::uint64_t truth, double error) {
        if (random.uniform() >= error) return std::to_string(truth);
        return std::to_string((truth + 1 + random.below(3)) % 4);
    };
    for (int i = 0; i < items; ++i) {
        auto truth = random.below(4);
        std::vector<Said> people;
        for (auto name : {"ann", "bob", "cem", "dee"})
            people.emplace_back(name, answer(truth, people_err));
        test.add(answer(truth, machine_err), people);
    }
    return test.result(0.1);
}

labeling::Project project_of(const std::string& toml) {
    return labeling::Project::settings.read(
        base::Document::toml("name = \"p\"\nsource = \"s\"\n" + toml, "p.toml")
    );
}

const std::string mail = R"(
instructions = "Be strict."
[[class]]
name = "spam"
description = "nobody asked for it"
[[class]]
name = "ham"
value = "h"
)";

// What is stored of what a machine wrote; "!" where it is no answer.
std::string stored(const labeling::Project& project, const std::string& written) {
    auto said = labeling::said_answer(project.question, written);
    auto kept = labeling::suggested(project.question, said.said, test::Asked("a text"));
    if (!kept) return "";
    return kept->fault.empty() ? kept->answer : "!";
}

labeling::EndpointSettings endpoint_of(const std::string& toml) {
    return labeling::EndpointSettings::settings.read(
        base::Document::toml("url = \"https://m.test/v1\"\n" + toml, "m.toml")
    );
}

labeling::RecordToAsk record() {
    labeling::RecordToAsk record;
    record.key = "r1";
    record.title = "Hello {{text}}";
    record.body = "Buy \"now\"";
    record.fields = R"({"from": "x@y.test", "n": 3})";
    return record;
}

std::string chat_reply(const std::string& content) {
    return json::serialize(json::object{
        {"choices",
         json::array{json::object{
             {"finish_reason", "stop"},
             {"message", json::object{{"role", "assistant"}, {"content", content}}}}}},
        {"usage", json::object{{"prompt_tokens", 1000}, {"completion_tokens", 20}}}});
}

}  // namespace

TEST_CASE("the test's figures are those worked out by hand", "[labeling][machine]") {
    // Person a errs on 10 items where the machine is right; on 10 the machine alone errs.
    // a: d is -1 ten times, 0 twenty, 1 ten times; mean 0, variance 20/39,
    //    t = -0.1 / sqrt(20/39/40) = -0.8832, p = 0.19128 with 39 degrees of freedom; rho 30/40.
    // b, c: d is 0 thirty times, 1 ten times; mean 0.25, variance 7.5/39,
    //    t = 0.15 / sqrt(7.5/39/40) = 2.1633, p = 0.98165; rho 30/40.
    AlternativeTest test(equal);
    add(test, 20, "x", "xxx");
    add(test, 10, "x", "yxx");
    add(test, 10, "y", "xxx");
    auto strict = test.result(0.1);
    REQUIRE(strict.people.size() == 3);
    CHECK(strict.people[0].p == Approx(0.191276489).epsilon(1e-6));
    CHECK(strict.people[1].p == Approx(0.981647610).epsilon(1e-6));
    CHECK(strict.people[2].p == Approx(0.981647610).epsilon(1e-6));
    CHECK(strict.people[0].advantage == Approx(0.75));
    CHECK(strict.advantage == Approx(0.75));
    CHECK(strict.winning_rate == 0);
    CHECK_FALSE(strict.passed);
    // With epsilon 0.3: t = -2.6495, p = 0.00579 < 0.05 / (3 (1 + 1/2 + 1/3)) = 0.00909.
    auto lenient = test.result(0.3);
    CHECK(lenient.people[0].p == Approx(0.005790267).epsilon(1e-5));
    CHECK(lenient.people[0].beaten);
    CHECK_FALSE(lenient.people[1].beaten);
    CHECK(lenient.winning_rate == Approx(1.0 / 3));
    CHECK_FALSE(lenient.passed);
}

TEST_CASE("a machine that errs where nobody else does beats all", "[labeling][machine]") {
    AlternativeTest test(equal);
    add(test, 10, "x", "yxx");
    add(test, 10, "x", "xyx");
    add(test, 10, "x", "xxy");
    add(test, 10, "x", "xxx");
    auto result = test.result(0.1);
    REQUIRE(result.people.size() == 3);
    for (const auto& person : result.people) {
        CHECK(person.p == Approx(5.385177e-06).epsilon(1e-4));
        CHECK(person.items == 40);
    }
    CHECK(result.advantage == 1);
    CHECK(result.winning_rate == 1);
    CHECK(result.passed);
}

TEST_CASE("the test says how much more must be answered", "[labeling][machine]") {
    AlternativeTest test(equal);
    add(test, 30, "x", "xx-");
    add(test, 20, "x", "x-x");
    auto result = test.result(0.1);
    CHECK_FALSE(result.passed);
    CHECK(result.too_few_items == 1);
    CHECK(result.lacks.find("2 of 3 people") != std::string::npos);
    CHECK(result.lacks.find("; 10 more such answers") != std::string::npos);
    auto nothing = AlternativeTest(equal).result(0.1);
    CHECK(
        nothing.lacks.find("90 more such answers are wanted at least, of 3 more people") !=
        std::string::npos
    );
    AlternativeTest alone(equal);
    add(alone, 100, "x", "x");
    CHECK(alone.result(0.1).lacks.find("0 of 3") != std::string::npos);
}

TEST_CASE(
    "what is as good as people passes, and what is worse or random fails",
    "[labeling][machine]"
) {
    int good = 0, worse = 0, random = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        good += simulated(seed, 400, 0.2, 0.2).passed ? 1 : 0;
        worse += simulated(seed, 400, 0.2, 0.4).passed ? 1 : 0;
        random += simulated(seed, 400, 0.2, 0.75).passed ? 1 : 0;
    }
    CHECK(good >= 34);
    CHECK(worse <= 2);
    CHECK(random == 0);
}

TEST_CASE("hypotheses fall by Benjamini and Yekutieli", "[labeling][machine]") {
    // c(4) = 25/12; thresholds at 0.05: 0.006, 0.012, 0.018, 0.024.
    std::vector<double> p{0.017, 0.5, 0.013, 0.005};
    CHECK(labeling::benjamini_yekutieli(p, 0.05) == std::vector<bool>{true, false, true, true});
    p[0] = 0.019;
    CHECK(labeling::benjamini_yekutieli(p, 0.05) == std::vector<bool>{false, false, false, true});
}

TEST_CASE("a difference of shares has the interval of Newcombe", "[labeling][machine]") {
    // Newcombe 1998, table II: 56/70 - 48/80 by method 10: 0.0524 to 0.3339.
    auto interval = labeling::difference_of_shares(56, 70, 48, 80);
    CHECK(interval.low == Approx(0.0524).margin(1e-4));
    CHECK(interval.high == Approx(0.3339).margin(1e-4));
}

TEST_CASE("an answer is found in what machines write around it", "[labeling][machine]") {
    auto project = project_of(mail);
    for (auto written :
         {"spam",
          " Spam.\n",
          "**spam**",
          "\"spam\"",
          "Answer: spam",
          "The answer is **spam**.",
          "Label: `SPAM`",
          "{\"answer\": \"spam\"}",
          "```json\n{\"label\": \"spam\", \"score\": 0.9}\n```",
          "Sure! Here you go:\n```\nspam\n```",
          "Let me think. {\"class\": \"ham\"} was wrong.\n{\"class\": \"spam\"}",
          "It sells something.\n\nFinal answer: spam"})
        CHECK(
            (std::string(written) + " -> " + stored(project, written)) ==
            std::string(written) + " -> \"spam\""
        );
    CHECK(stored(project, "h") == "\"ham\"");  // as the source's data spell it
    auto said = labeling::said_answer(project.question, R"({"label":"ham","confidence":0.25})");
    CHECK(said.score == 0.25);
}

TEST_CASE("what is no answer is not guessed at", "[labeling][machine]") {
    auto project = project_of(mail);
    for (auto written :
         {"not spam",
          "spam or ham",
          "It may be spam, I think",
          "eggs",
          "{\"answer\": \"eggs\"}",
          "{\"answer\": [\"spam\", \"ham\"]}",
          "{\"spam\": 1}",
          "[]",
          "{"})
        CHECK(
            (std::string(written) + " -> " + stored(project, written)) ==
            std::string(written) + " -> !"
        );
    CHECK(stored(project, "").empty());
    CHECK(stored(project, "null").empty());
    CHECK(stored(project, "{\"answer\": null}").empty());
}

TEST_CASE("numbers, texts and sets are read as well", "[labeling][machine]") {
    auto number = project_of("kind = \"regression\"\nlow = 0\nhigh = 10\n");
    CHECK(stored(number, "7") == "7");
    CHECK(stored(number, "I would say\n7.5") == "7.5");
    CHECK(stored(number, "{\"answer\": 3}") == "3");
    CHECK(stored(number, "11") == "!");
    CHECK(stored(number, "some") == "!");
    auto text = project_of("kind = \"text\"\n");
    CHECK(stored(text, "A short [sic] summary.") == "\"A short [sic] summary.\"");
    auto set = project_of("kind = \"multilabel\"\n" + mail);
    CHECK(stored(set, "[\"spam\"]") == "[\"spam\"]");
    CHECK(stored(set, "spam") == "[\"spam\"]");
    CHECK(stored(set, "[\"eggs\"]") == "!");
}

TEST_CASE("a model's number becomes the nearest answer of the scale", "[labeling][machine]") {
    auto question = project_of("kind = \"regression\"\nlow = 1\nhigh = 5\nstep = 1\n").question;
    CHECK(labeling::nearest_answer(question, 3.4) == 3);
    CHECK(labeling::nearest_answer(question, 3.6) == 4);
    CHECK(labeling::nearest_answer(question, 9) == 5);
    CHECK(labeling::nearest_answer(question, -2) == 1);
}

TEST_CASE("a prompt is filled once, with the record and the project", "[labeling][machine]") {
    auto project = project_of(mail);
    CHECK(
        labeling::filled_prompt(
            "{{guidelines}}\n{{ classes }}\n{{title}}/{{text}}/{{from}}/{{field:n}}",
            project,
            record()
        ) == "Be strict.\n- spam: nobody asked for it\n- ham\nHello {{text}}/Buy \"now\"/x@y.test/3"
    );
    CHECK(labeling::filled_prompt("a {{ b", project, record()) == "a {{ b");
    CHECK_THROWS_WITH(
        labeling::filled_prompt("{{subject}}", project, record()),
        Catch::Contains("has no field 'subject'")
    );
}

TEST_CASE("a chat is asked as its servers want it", "[labeling][machine]") {
    auto endpoint = endpoint_of(
        "model = \"m\"\nsystem = \"S\"\nprompt = \"{{text}}?\"\ntemperature = 0\n"
        "parameters = { seed = 7 }\n"
    );
    auto body = json::parse(labeling::body_of(endpoint, project_of(mail), record()));
    CHECK(body.at("model") == "m");
    CHECK(body.at("seed") == 7);
    CHECK(body.at("messages").at(0).at("content") == "S");
    CHECK(body.at("messages").at(1).at("content") == "Buy \"now\"?");
    CHECK_THROWS_AS(endpoint_of("model = \"m\"\n"), base::UsageError);
    CHECK_THROWS_AS(
        endpoint_of("model = \"m\"\nprompt = \"x\"\nkey = \"sk-123\"\n"), base::UsageError
    );
    CHECK_THROWS_AS(endpoint_of("model = \"m\"\nprompt = \"x\"\nmax_cost = 1\n"), base::UsageError);
}

TEST_CASE("another prompt, model or class is another version", "[labeling][machine]") {
    auto project = project_of(mail);
    auto hash = [&](const std::string& toml) {
        return labeling::prompt_hash(endpoint_of(toml), project);
    };
    auto first = hash("model = \"m\"\nprompt = \"{{classes}} {{text}}\"\n");
    CHECK(first == hash("model = \"m\"\nprompt = \"{{classes}} {{text}}\"\ntimeout = \"5s\"\n"));
    CHECK(first != hash("model = \"m2\"\nprompt = \"{{classes}} {{text}}\"\n"));
    CHECK(first != hash("model = \"m\"\nprompt = \"{{classes}}: {{text}}\"\n"));
    project.question.classes[0].description = "other words";
    CHECK(first != hash("model = \"m\"\nprompt = \"{{classes}} {{text}}\"\n"));
    auto named = labeling::named_endpoint(endpoint_of("model = \"m\"\nprompt = \"x\"\n"), project);
    CHECK(named.annotator == "m");
    CHECK(named.version.size() == 12);
}

TEST_CASE("a reply is kept with its tokens and cost, or as no answer", "[labeling][machine]") {
    auto project = project_of(mail);
    auto endpoint = endpoint_of("model = \"m\"\nprompt = \"x\"\nprice_in = 2\nprice_out = 10\n");
    auto kept = labeling::read_reply(endpoint, project, record(), chat_reply("Spam."));
    CHECK(kept.answer == "\"spam\"");
    CHECK(kept.input_tokens == 1000);
    CHECK(kept.cost == Approx(0.0022));
    auto fault = [&](const std::string& body) {
        auto read = labeling::read_reply(endpoint, project, record(), body);
        CHECK(read.answer.empty());
        return read.fault;
    };
    CHECK(fault(chat_reply("Not spam.")).find("it wrote: Not spam.") != std::string::npos);
    CHECK(fault(chat_reply(" ")) == "the reply is empty");
    CHECK(fault("<html>").find("no JSON object") != std::string::npos);
    CHECK(fault("{}") == "the reply has no choices");
    CHECK(
        fault(R"({"choices":[{"message":{"refusal":"I can not"}}]})") ==
        "the model refused: I can not"
    );
    CHECK(
        fault(R"({"choices":[{"finish_reason":"length","message":{"content":"Let me"}}]})") ==
        "the reply was cut off at max_tokens"
    );
    endpoint = endpoint_of("kind = \"json\"\n");
    kept = labeling::read_reply(
        endpoint, project, record(), R"({"answer": "ham", "score": 0.75, "cost": 0.5})"
    );
    CHECK(kept.answer == "\"ham\"");
    CHECK(kept.score == 0.75);
    CHECK(kept.cost == 0.5);
    // Counts that are none count nothing; limits and sums live by them.
    kept = labeling::read_reply(
        endpoint,
        project,
        record(),
        R"({"answer": "ham", "cost": 1e300, "usage": {"input_tokens": 9000000000000000000}})"
    );
    CHECK(kept.answer == "\"ham\"");
    CHECK(kept.cost == 0);
    CHECK(kept.input_tokens == 0);
    auto reason = fault(R"({"answer": ")" + std::string(100'000, 'y') + R"("})");
    CHECK(reason.size() < 1'000);
    CHECK(labeling::error_in(R"({"error": {"message": "no such model"}})") == "no such model");
}
