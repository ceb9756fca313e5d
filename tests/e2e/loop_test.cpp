// The whole job on a small made-up table: store, label, snapshot, train, judge, analyse, send back
// to labeling, report.
#include <algorithm>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "tests/e2e/tilth.hpp"

using e2e::Tilth;

namespace {

// Animals and machines: told apart by their words, but for a twentieth of them that are
// mislabelled.
std::string table() {
    const char* animals[] = {
        "dog barks loudly", "cat sleeps all day", "horse runs over grass", "bird sings at dawn"};
    const char* machines[] = {
        "engine burns fuel", "pump moves water", "drill makes holes", "crane lifts steel"};
    std::string text = "id,kind,weight,words\n";
    for (int i = 0; i < 1200; ++i) {
        bool animal = i % 2 == 0;
        bool wrong = i * 7919 % 101 < 5;
        text += "r" + std::to_string(i) + "," + ((animal != wrong) ? "animal" : "machine") + "," +
                std::to_string(animal ? 20 + i % 30 : 300 + i % 500) + ",";
        text += std::string(animal ? animals[i / 2 % 4] : machines[i / 2 % 4]) +
                " seen on occasion number " + std::to_string(i * 37 % 1201) + "\n";
    }
    return text;
}

double accuracy(const boost::json::object& trained) {
    return trained.at("metrics").at("test").at("accuracy").at("value").as_double();
}

}  // namespace

TEST_CASE("the loop runs from a file to a measured model and back to labeling", "[e2e][loop]") {
    Tilth tilth;
    auto file = tilth.home.write("t.csv", table());
    auto rules = tilth.home.write(
        "rules.toml",
        "key = \"id\"\nbody = \"words\"\n[[column]]\nname = \"weight\"\nfield = \"weight\"\nop = "
        "\"number\"\n"
    );
    auto project = tilth.home.write(
        "p.toml",
        "name = \"kinds\"\nkind = \"classification\"\nsource = \"things\"\noverlap = 3\n"
        "[[class]]\nname = \"animal\"\nhotkey = \"a\"\n[[class]]\nname = \"machine\"\nhotkey = "
        "\"m\"\n"
    );
    CHECK(
        tilth.answer({"ingest", file.string(), "--source", "things", "--map", rules.string()})
            .at("new")
            .as_int64() == 1200
    );
    tilth.answer({"label", "project", "create", project.string()});
    auto imported = tilth.answer(
        {"label", "project", "import", "--project", "kinds", "--field", "kind", "--share", "0.8"}
    );
    CHECK(imported.at("added").as_int64() > 850);
    CHECK(imported.at("added").as_int64() < 1050);

    CHECK(tilth.answer({"label", "queue", "kinds", "--add", "40"}).at("added").as_int64() == 40);
    auto simulated = tilth.answer(
        {"label",
         "simulate",
         "kinds",
         "--field",
         "kind",
         "--annotator",
         "simulated-a:0.1",
         "--annotator",
         "simulated-b:0.2",
         "--annotator",
         "simulated-c:0.1"}
    );
    CHECK(simulated.at("answers").as_int64() == 120);
    auto truth = tilth.answer({"label", "truth", "kinds", "--method", "ds"});
    CHECK(truth.at("new").as_int64() == 40);

    auto snapshot =
        tilth.answer({"snapshot", "create", "kinds-1", "--project", "kinds", "--seed", "3"});
    CHECK(snapshot.at("created").as_bool());
    CHECK_FALSE(tilth.answer({"snapshot", "create", "kinds-1", "--project", "kinds", "--seed", "3"})
                    .at("created")
                    .as_bool());
    CHECK(tilth({"snapshot", "create", "kinds-1", "--project", "kinds", "--seed", "4"}).code == 1);
    CHECK(tilth.answer({"snapshot", "verify", "kinds-1"}).at("verified").as_bool());

    auto baseline = tilth.answer({"train", "kinds-1", "--model", "majority"});
    auto model =
        tilth.answer({"train", "kinds-1", "--model", "softmax", "--tune", "random:3", "--curve"});
    CHECK(accuracy(baseline) < 0.65);
    CHECK(accuracy(model) > 0.85);
    auto same = tilth.answer(
        {"train", "kinds-1", "--model", "softmax", "--tune", "random:3", "--threads", "1"}
    );
    CHECK(accuracy(same) == accuracy(model));
    auto compared = tilth.answer(
        {"runs",
         "compare",
         std::to_string(baseline.at("run").as_int64()),
         std::to_string(model.at("run").as_int64())}
    );
    CHECK(compared.at("low").as_double() > 0);

    auto run = std::to_string(model.at("run").as_int64());
    auto before = tilth.answer({"label", "queue", "kinds"}).at("open").as_int64();
    auto errors = tilth.answer({"errors", run, "--next", "25", "--send"});
    CHECK(errors.at("next").as_array().size() == 25);
    CHECK(errors.at("sent").at("added").as_int64() == 25);
    CHECK(errors.at("label_errors").as_array().size() > 3);
    CHECK(tilth.answer({"label", "queue", "kinds"}).at("open").as_int64() == before + 25);

    // The same from the side of the queue, in an order, with a share by chance.
    auto queue = [&](const std::vector<std::string>& words) {
        std::vector<std::string> all{"label", "queue", "kinds"};
        all.insert(all.end(), words.begin(), words.end());
        return tilth.answer(all);
    };
    auto picked = [](const boost::json::object& at, std::string_view by) {
        std::int64_t tasks = 0;
        for (const auto& each : at.at("picked").as_array())
            if (each.at("picked_by").as_string() == by) tasks += each.at("tasks").as_int64();
        return tasks;
    };
    auto sent = queue({});
    auto ordered =
        queue({"--order", "entropy", "--run", run, "--add", "20", "--random-share", "0.25"});
    CHECK(ordered.at("added").as_int64() == 20);
    CHECK(picked(ordered, "entropy") == 15);
    CHECK(picked(ordered, "random") - picked(sent, "random") == 5);
    auto spread =
        queue({"--order", "diverse", "--run", run, "--add", "20", "--where", "weight > 100"});
    CHECK(spread.at("added").as_int64() == 20);
    CHECK(picked(spread, "diverse") == 18);
    auto waiting = queue({"--order", "uncertain", "--run", run, "--waiting"});
    CHECK(waiting.at("added").as_int64() == 0);
    CHECK(waiting.at("looked_at") == waiting.at("open"));
    CHECK(picked(waiting, "random") == picked(spread, "random"));  // chance stays chance
    auto doubted = queue({"--label-errors", run, "--add", "3"});
    CHECK(doubted.at("added").as_int64() + doubted.at("changed").as_int64() == 3);
    CHECK(picked(doubted, "label-error") >= 2);
    CHECK(tilth({"label", "queue", "kinds", "--order", "margin", "--add", "5"}).code == 2);
    CHECK(
        tilth({"label", "queue", "kinds", "--order", "margin", "--run", "999", "--add", "5"})
            .code == 1
    );
    CHECK(tilth({"label", "queue", "kinds", "--label-errors", run}).code == 2);

    auto report = tilth.home.path / "report.html";
    tilth.answer({"report", run, "--out", report.string()});
    std::ifstream in(report);
    std::stringstream page;
    page << in.rdbuf();
    CHECK_THAT(
        page.str(),
        Catch::Contains("<svg") && Catch::Contains("animal") && !Catch::Contains("src=\"http")
    );

    auto predicted = tilth(
        {"model", "predict", "kinds-softmax", "-"},
        "{\"body\":\"dog barks loudly\",\"weight\":25}\nnonsense\n{\"body\":\"engine burns "
        "fuel\",\"weight\":600}\n"
    );
    CHECK(predicted.code == 1);  // all others are answered
    CHECK_THAT(predicted.err, Catch::Contains("1 of 3 lines were refused"));
    CHECK(std::count(predicted.out.begin(), predicted.out.end(), '\n') == 3);
    CHECK(
        tilth({"model", "predict", "kinds-softmax", "-"}, "\xEF\xBB\xBF{\"body\":\"dog barks\"}\n")
            .code == 0
    );
    CHECK_THAT(
        predicted.out,
        Catch::Contains("\"class\":\"animal\"") && Catch::Contains("\"class\":\"machine\"") &&
            Catch::Contains("line 2")
    );
    tilth.answer({"model", "promote", "kinds-softmax", "1", "production"});
    CHECK(
        tilth.lines({"model", "predict", "kinds-softmax", "--batch", "weight < 100"}).size() == 600
    );
    CHECK(
        tilth
            .answer(
                {"label",
                 "project",
                 "export",
                 "kinds",
                 "--format",
                 "csv",
                 "--out",
                 tilth.home.path.string()}
            )
            .at("labels")
            .as_int64() > 850
    );
}

TEST_CASE("data that a check blocks is not trained on", "[e2e][loop]") {
    Tilth tilth;
    auto file = tilth.home.write("t.csv", table());
    auto rules = tilth.home.write("rules.toml", "key = \"id\"\nbody = \"words\"\n");
    auto project = tilth.home.write(
        "p.toml",
        "name = \"kinds\"\nkind = \"classification\"\nsource = \"things\"\n"
        "[[class]]\nname = \"animal\"\n[[class]]\nname = \"machine\"\n"
    );
    tilth.answer({"ingest", file.string(), "--source", "things", "--map", rules.string()});
    tilth.answer({"label", "project", "create", project.string()});
    tilth.answer({"label", "project", "import", "--project", "kinds", "--field", "kind"});
    tilth.answer({"snapshot", "create", "kinds-1", "--project", "kinds"});
    const auto train = [&](const std::string& check) {
        auto checks = tilth.home.write("checks.toml", "[[check]]\n" + check);
        return tilth({"train", "kinds-1", "--model", "majority", "--checks", checks.string()});
    };
    for (const std::string check :
         {"kind = \"between\"\ncolumn = \"weight\"\nmaximum = 100\nseverity = \"block\"\n",
          "kind = \"between\"\ncolumn = \"wieght\"\nminimum = 0\nseverity = \"block\"\n"}) {
        const auto ended = train(check);
        CHECK(ended.code == 1);
        CHECK_THAT(ended.err, Catch::Contains("blocks it"));
    }
    CHECK(tilth.lines({"runs", "list"}).empty());
    // Why is kept, and told.
    const auto told =
        tilth({"quality", "check", "things", "--rules", (tilth.home.path / "checks.toml").string()}
        );
    CHECK_THAT(told.out, Catch::Contains("no record has 'wieght'"));
    CHECK(
        train("kind = \"between\"\ncolumn = \"weight\"\nminimum = 0\nseverity = \"block\"\n")
            .code == 0
    );
    CHECK(train("kind = \"between\"\ncolumn = \"wieght\"\nminimum = 0\n").code == 0);  // warns
    CHECK(tilth.lines({"runs", "list"}).size() == 1);
}
