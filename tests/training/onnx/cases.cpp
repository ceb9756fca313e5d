// Writes models as ONNX graphs, with random rows and what this program says of them, for check.mjs.
//
// Columns are of every type, with missing, infinite and unknown values; each way to scale and to
// encode that a graph can express is in one of the models.
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>

#include <boost/json.hpp>

#include "tests/training/change_texts.hpp"
#include "tests/training/made_data.hpp"
#include "tests/training/onnx/case_files.hpp"
#include "training/evaluation/metrics.hpp"
#include "training/exchange/onnx.hpp"
#include "training/features/features.hpp"
#include "training/models/label_sets.hpp"
#include "training/trainer.hpp"

namespace {

namespace json = boost::json;
using namespace training;
using namespace onnx_cases;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
const std::vector<std::string> colours{"red", "green", "blue", "bräunlich", "rare", "unseen"};

// Numbers of several shapes, a category, a flag and a time. `fresh`: with values that training rows
// have not.
Examples columns_of(std::size_t rows, std::uint64_t seed, std::size_t classes, bool fresh) {
    const base::CounterRandom random(seed, 9);
    Examples out;
    out.rows = rows;
    using Type = schema::Column::Type;
    out.columns = {
        {"size", Type::number, ""},
        {"income", Type::number, ""},
        {"count", Type::number, ""},
        {"colour", Type::category, ""},
        {"new", Type::flag, ""},
        {"at", Type::time, ""}};
    out.levels["colour"] = colours;
    for (std::size_t row = 0; row < rows; ++row) {
        const auto at = row * 16;
        const double size = random.normal(at);
        const double income = std::exp(2 + random.normal(at + 1));
        const auto count = static_cast<double>(random.below(at + 2, 7));
        auto colour = static_cast<double>(random.below(at + 3, 4));
        if (row == 5) colour = 4;  // once: rare
        if (fresh && row % 11 == 3) colour = 5;
        const double flag = random.unit(at + 4) < 0.4 ? 1 : 0;
        const double time = 1.6e9 + 1e7 * random.unit(at + 5);
        double values[] = {size, income, count, colour, flag, time};
        for (std::size_t c = 0; c < 6; ++c)
            if (random.unit(at + 6 + c) < 0.07) values[c] = missing;
        if (fresh && row % 13 == 4) values[1] = std::numeric_limits<double>::infinity();
        if (fresh && row % 17 == 5) values[0] = -1e6;
        out.numeric.insert(out.numeric.end(), values, values + 6);
        const double score = size + 0.4 * std::log(income) - 0.3 * count + (colour == 1 ? 1.5 : 0) +
                             flag + 0.5 * random.normal(at + 13);
        if (classes == 0) {
            out.targets.push_back(1000 + 100 * score);
        } else {
            const auto label = static_cast<int>(std::floor((score + 2) * 0.8));
            out.classes.push_back(std::clamp(label, 0, static_cast<int>(classes) - 1));
        }
    }
    for (std::size_t c = 0; c < classes; ++c) out.class_names.push_back("c" + std::to_string(c));
    return out;
}

Examples pictures_of(std::size_t rows, std::uint64_t seed) {
    auto out = made::clouds(rows, seed);
    const base::CounterRandom random(seed, 8);
    out.pixel_count = 16;
    out.pixel_width = 4;
    out.pixel_channels = 1;
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t i = 0; i < 16; ++i)
            out.pixels.push_back(static_cast<std::uint8_t>(
                random.below(row * 16 + i, 160) +
                (static_cast<int>(i % 3) == out.classes[row] ? 90 : 0)
            ));
    return out;
}

class Cases {
public:
    explicit Cases(std::filesystem::path folder) : folder_(std::move(folder)) {}

    void add(
        const std::string& name,
        const TrainSpec& spec,
        const Examples& train,
        const Examples& rows,
        OnnxInputs inputs = OnnxInputs::columns
    ) {
        const auto predictor = Predictor::load(fit(train, {}, spec).artefact);
        const auto answers = predictor.predict(rows, 1);
        json::object out{
            {"rows", rows.rows},
            {"inputs",
             inputs == OnnxInputs::columns
                 ? inputs_of(rows)
                 : features_of(predictor.featurizer(), predictor.inputs()->align(rows))},
            {"output", predictor.predicts_classes() ? "probabilities" : "value"},
            {"expected", json::value_from(answers)}};
        if (predictor.predicts_sets()) {
            out["set"] = json::value_from(decide_sets(answers, predictor.thresholds()));
        } else if (predictor.predicts_classes()) {
            const auto& classes = predictor.class_names();
            json::array names;
            const auto& decision = predictor.decision();
            const auto decided = decision.decide(answers, classes.size());
            const auto abstains = decision.abstains(answers, decided, classes.size());
            for (std::size_t row = 0; row < decided.size(); ++row)
                names.emplace_back(
                    abstains[row] ? "" : classes[static_cast<std::size_t>(decided[row])]
                );
            out["classes"] = names;
        }
        std::ofstream(folder_ / (name + ".onnx"), std::ios::binary) << onnx_of(predictor, inputs);
        std::ofstream(folder_ / (name + ".json")) << json::serialize(out);
    }

private:
    std::filesystem::path folder_;
};

TrainSpec spec_of(const std::string& model) {
    TrainSpec spec;
    spec.model = model;
    spec.threads = 2;
    spec.features.text.bits = 9;
    if (model == "boosting") spec.params["rounds"] = 30;
    if (model == "forest") spec.params["trees"] = 20;
    if (model == "forest") spec.params["depth"] = 8;
    return spec;
}

void of_columns(Cases& cases) {
    for (const char* model :
         {"majority",
          "softmax",
          "logistic",
          "svm",
          "ridge",
          "gaussian_nb",
          "mlp",
          "boosting",
          "forest"})
        for (std::size_t classes : {2U, 4U})
            cases.add(
                std::string(model) + "-" + std::to_string(classes),
                spec_of(model),
                columns_of(600, 1, classes, false),
                columns_of(200, 2, classes, true)
            );
    for (const char* model : {"ridge", "lasso", "elastic_net", "mlp", "boosting", "forest"})
        cases.add(
            std::string(model) + "-values",
            spec_of(model),
            columns_of(600, 3, 0, false),
            columns_of(200, 4, 0, true)
        );
    for (const char* model : {"mlp", "boosting"}) {
        auto spec = spec_of(model);
        spec.loss = Loss::poisson;
        cases.add(
            std::string(model) + "-poisson",
            spec,
            columns_of(600, 5, 0, false),
            columns_of(200, 6, 0, true)
        );
    }
}

// Even and odd shapes, one channel and more, classes and values.
void of_pictures(Cases& cases) {
    auto spec = spec_of("cnn");
    spec.params = {{"channels", 8}, {"hidden", 16}, {"epochs", 6}};
    using Shape = std::array<std::size_t, 3>;
    for (const auto& [width, height, channels] :
         {Shape{12, 12, 1}, Shape{15, 10, 3}, Shape{1, 7, 2}, Shape{4, 1, 4}}) {
        const auto name = "cnn-" + std::to_string(width) + "x" + std::to_string(height);
        spec.params["blocks"] = width == 15 ? 3 : 2;
        const auto train = made::pictures(200, 1, width, height, channels);
        const auto rows = made::pictures(60, 2, width, height, channels);
        cases.add(name, spec, train, rows);
        cases.add(name + "-features", spec, train, rows, OnnxInputs::features);
    }
    auto train = made::pictures(200, 3), rows = made::pictures(60, 4);
    for (auto* part : {&train, &rows}) {
        for (int label : part->classes) part->targets.push_back(100 + 20 * label);
        part->classes.clear();
        part->class_names.clear();
    }
    cases.add("cnn-values", spec, train, rows);
    spec.loss = Loss::poisson;
    cases.add("cnn-poisson", spec, train, rows);
}

void of_plans(Cases& cases) {
    const auto train = columns_of(600, 7, 3, false), rows = columns_of(200, 8, 3, true);
    for (auto scale :
         {Scale::standard,
          Scale::minmax,
          Scale::robust,
          Scale::quantile,
          Scale::power,
          Scale::none}) {
        auto spec = spec_of("ridge");
        spec.features.columns.all.scale = scale;
        if (scale == Scale::robust) spec.features.columns.all.impute = Impute::median;
        cases.add("scale-" + std::string(base::name_of(scale)), spec, train, rows);
    }
    for (auto encode : {Encode::one_hot, Encode::ordinal, Encode::hashing, Encode::target}) {
        auto spec = spec_of("ridge");
        spec.features.columns.all.encode = encode;
        spec.features.columns.all.rare = true;
        cases.add("encode-" + std::string(base::name_of(encode)), spec, train, rows);
    }
    cases.add("pictures-mlp", spec_of("mlp"), pictures_of(300, 1), pictures_of(60, 2));
    of_pictures(cases);
}

void of_decisions(Cases& cases) {
    for (std::size_t classes : {2U, 4U}) {
        const auto add = [&](const std::string& name, const DecisionSpec& decision) {
            auto spec = spec_of("gaussian_nb");  // says 0 and 1 of much
            spec.decision = decision;
            cases.add(
                "decision-" + name + "-" + std::to_string(classes),
                spec,
                columns_of(600, 9, classes, false),
                columns_of(300, 10, classes, true)
            );
        };
        for (auto kind : {Calibration::temperature, Calibration::sigmoid, Calibration::isotonic}) {
            DecisionSpec decision;
            decision.calibrate = kind;
            decision.abstain_below = 0.6;
            add(std::string(base::name_of(kind)), decision);
        }
        DecisionSpec thresholds;
        thresholds.decide = DecideBy::f_beta;
        thresholds.beta = 2;
        add("f_beta", thresholds);
        DecisionSpec costs;
        costs.calibrate = Calibration::sigmoid;
        costs.decide = DecideBy::cost;
        costs.costs = {{"c1>c0", 7}, {"c0>c1", 0.5}};
        add("cost", costs);
    }
}

// Topics with words of other scripts, accents, capitals and signs among them, and rows without any.
Examples odd_topics(std::size_t rows, std::uint64_t seed) {
    auto out = made::topics(rows, seed);
    const std::vector<std::string> odd{
        "École d'ÉTÉ, naïve_2",
        "中文字 and かなカナ",
        "ไทย ๏ ลาว",
        "don't—stop",
        "e\u0301t\u0301e",
        "ΣΊΣΥΦΟΣ 123 x",
        "🎈sea1🎈 Field3",
        "\t\n"};
    made::change_texts(out.text, [&](auto& text, auto row) {
        text.body += odd[row % odd.size()];
        text.title = odd[(row + 3) % odd.size()];
        if (row % 29 == 7) text = {};
    });
    return out;
}

void of_texts(Cases& cases) {
    const auto train = odd_topics(300, 1), rows = odd_topics(80, 2);
    for (const char* model : {"softmax", "multinomial_nb", "boosting"})
        for (const bool lower : {true, false}) {
            auto spec = spec_of(model);
            spec.features.text.method = TextMethod::vocabulary;
            spec.features.text.lower = lower;
            spec.features.text.words_from = lower ? 1 : 2;
            spec.features.text.ngrams = lower ? 2 : 3;
            spec.features.text.sublinear = lower;
            spec.features.text.min_documents = 2;
            const auto* name = lower ? "-lower" : "-plain";
            cases.add("texts-" + std::string(model) + name, spec, train, rows);
        }
    // Beside columns, which weigh as much together as a text does.
    auto learnt = columns_of(300, 1, 3, false), asked = columns_of(80, 2, 3, true);
    learnt.text = train.text;
    asked.text = rows.text;
    for (const char* model : {"softmax", "mlp", "boosting"}) {
        auto spec = spec_of(model);
        spec.features.text.method = TextMethod::vocabulary;
        cases.add("texts-and-columns-" + std::string(model), spec, learnt, asked);
    }
}

// Each class by itself, one of them in no row.
void of_sets(Cases& cases) {
    const auto marked = [](Examples rows, bool fresh) {
        const std::size_t classes = rows.class_names.size() + 1;
        rows.marks.assign(rows.rows * classes, 0);
        for (std::size_t row = 0; row < rows.rows; ++row) {
            rows.marks[row * classes + static_cast<std::size_t>(rows.classes[row])] = 1;
            if (row % 3 == 0) rows.marks[row * classes] = 1;
        }
        rows.classes.clear();
        rows.class_names.emplace_back("nobody's");
        if (fresh) rows.marks.clear();
        return rows;
    };
    for (const char* model : {"majority", "softmax", "logistic", "svm", "mlp", "boosting"})
        cases.add(
            "sets-" + std::string(model),
            spec_of(model),
            marked(columns_of(600, 1, 3, false), false),
            marked(columns_of(200, 2, 3, true), true)
        );
    auto spec = spec_of("logistic");
    spec.features.text.method = TextMethod::vocabulary;
    cases.add(
        "sets-texts", spec, marked(made::topics(300, 1), false), marked(made::topics(80, 2), true)
    );
}

void of_features(Cases& cases) {
    const auto train = made::topics(300, 1), rows = made::topics(60, 2);
    for (const char* model :
         {"softmax", "svm", "multinomial_nb", "complement_nb", "bernoulli_nb", "nbsvm", "boosting"})
        cases.add(
            std::string("features-") + model, spec_of(model), train, rows, OnnxInputs::features
        );
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "onnx_cases FOLDER\n";
        return 2;
    }
    Cases cases(argv[1]);
    of_columns(cases);
    of_plans(cases);
    of_decisions(cases);
    of_texts(cases);
    of_features(cases);
    of_sets(cases);
    write_answers(argv[1]);
    return 0;
}
