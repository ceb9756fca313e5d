// Models of answers of several parts: the row of a table, the candidate of a preference or ranking.
#include <fstream>

#include "base/numbers/random.hpp"
#include "tests/training/onnx/case_files.hpp"
#include "training/answers/answer_model.hpp"
#include "training/exchange/onnx.hpp"
#include "training/trainer.hpp"

namespace onnx_cases {

using namespace training;

namespace {

// Bills: a header, items, at times a note that is nothing, a total.
Examples bills(std::size_t count, std::uint64_t seed) {
    const base::CounterRandom random(seed, 1);
    AskedQuestion question;
    question.kind = "rows";
    question.classes = {"header", "item", "total"};
    question.table = "lines";
    Examples out;
    out.rows = count;
    out.asked = question.json();
    std::uint64_t at = 0;
    for (std::size_t bill = 0; bill < count; ++bill) {
        json::array rows, labels;
        const auto add = [&](std::string what, json::value price, json::value label) {
            rows.push_back(json::array{std::move(what), std::move(price)});
            labels.push_back(std::move(label));
        };
        add("Article", "Price", "header");
        for (std::uint64_t i = 0, n = 2 + random.below(at++, 6); i < n; ++i) {
            const auto what = "thing" + std::to_string(random.below(at++, 30));
            add(what, random.below(at++, 900), "item");
            if (random.unit(at++) < 0.2) add("as agreed by phone", nullptr, nullptr);
        }
        add(random.unit(at++) < 0.5 ? "Sum" : "To pay", 100, "total");
        out.payload["lines"].push_back(json::serialize(rows));
        out.answers.push_back(json::serialize(labels));
    }
    return out;
}

// The kinder of two or three answers is better.
Examples chats(std::size_t count, std::uint64_t seed, std::size_t candidates) {
    const base::CounterRandom random(seed, 1);
    AskedQuestion question;
    question.kind = candidates == 2 ? "pairwise" : "ranking";
    for (const char* name : {"a", "b", "c"})
        if (question.candidates.size() < candidates) question.candidates.emplace_back(name);
    Examples out;
    out.rows = count;
    out.asked = question.json();
    std::uint64_t at = 0;
    for (std::size_t row = 0; row < count; ++row) {
        out.text.push_back({"", "tell me about topic" + std::to_string(row % 17)});
        std::vector<std::pair<double, std::string>> ranked;
        for (const auto& name : question.candidates) {
            std::string text;
            double worth = 0;
            for (std::uint64_t w = 0, n = 5 + random.below(at++, 20); w < n; ++w) {
                const bool kind = random.unit(at++) < 0.2;
                text += (kind ? "kind" : "word") + std::to_string(random.below(at++, 8)) + " ";
                worth -= kind ? 1 : 0;
            }
            out.payload[name].push_back(text);
            ranked.emplace_back(worth, name);
        }
        std::sort(ranked.begin(), ranked.end());
        json::array names;
        for (const auto& one : ranked) names.emplace_back(one.second);
        out.answers.push_back(json::serialize(candidates == 2 ? names.front() : json::value(names))
        );
    }
    return out;
}

// What is said of each part: probabilities and classes, or a score.
json::object expected_of(const Predictor& predictor, const Examples& records) {
    json::array numbers, classes;
    const auto judged = predictor.judge_answers(records, {.figures = false, .parts = true});
    if (predictor.question_kind() == "rows") {
        for (const auto& one : judged.said) {
            const auto names = json::parse(one.answer);
            for (const auto& name : names.as_array())
                classes.push_back(name.is_null() ? json::value("(none)") : name);
        }
        return {
            {"output", "probabilities"},
            {"expected", json::value_from(judged.probable.probabilities)},
            {"classes", std::move(classes)}};
    }
    const auto asked = AskedQuestion::parse(records.asked);
    for (const auto& one : predictor.answer(records, 1))
        for (const auto& name : asked.candidates) numbers.push_back(one.more.at("scores").at(name));
    return {{"output", "score"}, {"expected", std::move(numbers)}};
}

}  // namespace

void write_answers(const std::filesystem::path& folder) {
    const auto write = [&](const std::string& name,
                           const std::string& model,
                           const Examples& train,
                           const Examples& records) {
        TrainSpec spec;
        spec.model = model;
        spec.threads = 2;
        spec.features.text.method = TextMethod::vocabulary;
        const auto predictor = Predictor::load(fit(train, {}, spec).artefact);
        const auto& answers = *predictor.answers();
        const auto parts = answers.part_rows(predictor.inputs()->align(records));
        for (auto inputs : {OnnxInputs::columns, OnnxInputs::features}) {
            const bool columns = inputs == OnnxInputs::columns;
            auto out = expected_of(predictor, records);
            out["rows"] = parts.rows;
            out["inputs"] =
                columns ? inputs_of(parts) : features_of(*answers.plain_part()->features, parts);
            const auto file = folder / (name + (columns ? "" : "-features"));
            std::ofstream(file.string() + ".onnx", std::ios::binary) << onnx_of(predictor, inputs);
            std::ofstream(file.string() + ".json") << json::serialize(out);
        }
    };
    for (const char* model : {"softmax", "svm", "mlp"})
        write("rows-" + std::string(model), model, bills(100, 1), bills(30, 2));
    for (std::size_t candidates : {2U, 3U})
        write(
            "order-" + std::to_string(candidates),
            "bradley_terry",
            chats(200, 1, candidates),
            chats(60, 2, candidates)
        );
}

}  // namespace onnx_cases
