// The graph follows Predictor::predict() step by step: align() is the inputs' names and the coding
// of categories, ColumnFeatures::apply() one group of operators for each run of outputs of a column
// that differ in numbers only, and the model what it lays open.
#include "training/exchange/onnx.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "training/answers/answer_model.hpp"
#include "training/exchange/onnx_graph.hpp"
#include "training/exchange/onnx_parts.hpp"
#include "training/features/features.hpp"
#include "training/features/part_scale.hpp"

namespace training {

namespace {

using Type = OnnxGraph::Type;

[[noreturn]] void cannot(const std::string& what, const std::string& mend) {
    throw base::Error("onnx", what, mend);
}

const std::string use_features = "export with --inputs features, or native";

class Columns {
public:
    Columns(OnnxGraph& graph, const ColumnFeatures& features, const InputSignature& signature)
        : graph_(graph), features_(features) {
        if (features.imputes_by_neighbours())
            cannot("imputation by the nearest rows has no operator", use_features);
        for (const auto& column : features.columns())
            values_.push_back(input_of(column, signature));
    }

    // rows x width, double.
    std::string all() {
        std::vector<std::string> parts;
        const auto& outputs = features_.outputs();
        for (std::size_t first = 0; first < outputs.size();) {
            auto last = first + 1;
            while (last < outputs.size() && alike(outputs[first], outputs[last])) ++last;
            parts.push_back(group({outputs.data() + first, last - first}));
            first = last;
        }
        return graph_.concat(parts);
    }

private:
    using Output = ColumnFeatures::Output;
    using Kind = Output::Kind;

    // A column's number with 0 for what is missing, and whether it is there.
    struct Value {
        std::string number, there;
    };

    Value input_of(const schema::Column& column, const InputSignature& signature) {
        const auto codes = signature.codes().find(column.name);
        std::string number;
        if (column.type == schema::Column::Type::category && codes != signature.codes().end()) {
            std::map<int, std::string> by_code;
            for (const auto& [name, code] : codes->second) by_code[code] = name;
            std::vector<std::string> texts{""};
            std::vector<float> numbers{std::numeric_limits<float>::quiet_NaN()};
            for (const auto& [code, name] : by_code) {
                if (name.empty()) continue;
                texts.push_back(name);
                numbers.push_back(static_cast<float>(code));
            }
            number = graph_.numbers_of(
                graph_.input(column.name, Type::text, 1),
                texts,
                numbers,
                static_cast<float>(unknown_level)
            );
        } else {
            number = graph_.input(column.name, Type::real64, 1);
        }
        // x - x is 0 for finite numbers alone.
        const auto zero = graph_.constant(0);
        const auto there = graph_.op("Equal", {graph_.op("Sub", {number, number}), zero});
        return {graph_.op("Where", {there, number, zero}), there};
    }

    // Whether two outputs differ in mean, scale and absent only.
    static bool alike(const Output& a, const Output& b) {
        const bool plain = a.kind == Kind::value || a.kind == Kind::logarithm ||
                           a.kind == Kind::level || a.kind == Kind::missing;
        return plain && a.kind == b.kind && a.column == b.column;
    }

    std::string group(std::span<const Output> outputs) {
        const auto& first = outputs.front();
        const auto& [x, there] = values_.at(first.column);
        if (first.kind == Kind::missing)
            return graph_.cast(graph_.op("Not", {there}), Type::real64);
        std::vector<double> means, scales, absents;
        for (const auto& output : outputs) {
            means.push_back(output.mean);
            scales.push_back(output.scale);
            absents.push_back(output.absent);
        }
        const auto scaled = [&](const std::string& value) {
            return graph_.op(
                "Mul", {graph_.op("Sub", {value, graph_.row(means)}), graph_.row(scales)}
            );
        };
        std::string made;
        switch (first.kind) {
            case Kind::value:
                made = scaled(x);
                break;
            case Kind::logarithm:
                made = scaled(logarithm_of(x));
                break;
            case Kind::level:
                made = graph_.cast(graph_.op("Equal", {x, graph_.row(means)}), Type::real64);
                break;
            case Kind::rare:
                made = graph_.mapped(x, first.from, std::vector<double>(first.from.size()), 1);
                break;
            case Kind::mapped:
                return mapped(first, x, there);
            case Kind::bucket:
                made = graph_.cast(
                    graph_.op(
                        "Equal",
                        {graph_.mapped(x, first.from, first.to, -1), graph_.constant(first.mean)}
                    ),
                    Type::real64
                );
                break;
            case Kind::quantile:
                made = scaled(quantile(first, x));
                break;
            case Kind::power:
                made = scaled(power(first.to.at(0), x));
                break;
            case Kind::date:
                cannot(
                    "parts of a date have no operator: column '" +
                        features_.columns()[first.column].name + "'",
                    use_features
                );
            case Kind::missing:
                break;
        }
        return graph_.op("Where", {there, made, graph_.row(absents)});
    }

    // log(1 + max(0, x)).
    std::string logarithm_of(const std::string& x) {
        const auto above = graph_.op("Max", {x, graph_.constant(0)});
        return graph_.op("Log", {graph_.op("Add", {above, graph_.constant(1)})});
    }

    // What is missing from the table is `absent`, as what is missing at all.
    std::string mapped(const Output& output, const std::string& x, const std::string& there) {
        std::vector<double> to;
        for (double value : output.to) to.push_back((value - output.mean) * output.scale);
        const auto made = graph_.mapped(x, output.from, to, output.absent);
        return graph_.op("Where", {there, made, graph_.constant(output.absent)});
    }

    // Sum over the steps between quantiles of how far x is in each; a step of no width counts whole
    // from its value on.
    std::string quantile(const Output& output, const std::string& x) {
        std::vector<double> low, width, whole, part;
        for (std::size_t i = 0; i + 1 < output.to.size(); ++i) {
            const double step = output.to[i + 1] - output.to[i];
            low.push_back(output.to[i]);
            width.push_back(step > 0 ? step : 1);
            part.push_back(step > 0 ? 1 : 0);
            whole.push_back(step > 0 ? 0 : 1);
        }
        auto along = graph_.op("Div", {graph_.op("Sub", {x, graph_.row(low)}), graph_.row(width)});
        along =
            graph_.op("Min", {graph_.op("Max", {along, graph_.constant(0)}), graph_.constant(1)});
        const auto reached =
            graph_.cast(graph_.op("GreaterOrEqual", {x, graph_.row(low)}), Type::real64);
        const auto sum = graph_.sum(graph_.op(
            "Add",
            {graph_.op("Mul", {along, graph_.row(part)}),
             graph_.op("Mul", {reached, graph_.row(whole)})}
        ));
        return graph_.op("Div", {sum, graph_.constant(static_cast<double>(low.size()))});
    }

    // Yeo-Johnson: of max(x, 0) and of max(-x, 0), one of which is 0 and gives 0.
    std::string power(double lambda, const std::string& x) {
        const auto zero = graph_.constant(0), one = graph_.constant(1);
        const auto side = [&](const std::string& above, double exponent) {
            const auto base = graph_.op("Add", {above, one});
            if (std::abs(exponent) < 1e-9) return graph_.op("Log", {base});
            const auto raised = graph_.op("Pow", {base, graph_.constant(exponent)});
            return graph_.op("Div", {graph_.op("Sub", {raised, one}), graph_.constant(exponent)});
        };
        const auto up = side(graph_.op("Max", {x, zero}), lambda);
        const auto down = side(graph_.op("Max", {graph_.op("Neg", {x}), zero}), 2 - lambda);
        return graph_.op("Sub", {up, down});
    }

    OnnxGraph& graph_;
    const ColumnFeatures& features_;
    std::vector<Value> values_;
};

// float, rows x width.
std::string pixels_of(OnnxGraph& graph, const PictureFeaturizer& pictures) {
    if (pictures.kind() != PictureFeatures::pixels)
        cannot(
            fmt::format(
                "features '{}' of pictures have no operator", base::name_of(pictures.kind())
            ),
            use_features
        );
    const auto given =
        graph.cast(graph.input("pixels", Type::uint8, pictures.width()), Type::real32);
    const std::vector<float> byte{255};
    return graph.op(
        "Sub", {graph.op("Div", {given, graph.row32(byte)}), graph.row32(pictures.means())}
    );
}

std::string
features_of(OnnxGraph& graph, const Featurizer& featurizer, const InputSignature& signature) {
    std::vector<std::string> parts;
    if (featurizer.text()) parts.push_back(onnx_text(graph, *featurizer.text()));
    const auto add = [&](const std::string& part, std::size_t columns) {
        const std::vector<float> scale{part_scale(columns)};
        parts.push_back(featurizer.text() ? graph.op("Mul", {part, graph.row32(scale)}) : part);
    };
    if (const auto* numbers = featurizer.numeric())
        add(graph.cast(Columns(graph, *numbers, signature).all(), Type::real32), numbers->width());
    if (const auto* pictures = featurizer.pictures())
        add(pixels_of(graph, *pictures), pictures->width());
    return graph.concat(parts);
}

void check_inputs(const Predictor& predictor) {
    if (!predictor.preparation().empty())
        cannot("the preparation of the source has no operators", "train with --prepare 0");
    if (!predictor.inputs())
        cannot("the model is of an older program and knows no names", "train it again");
}

// Why answers are not what is said of each part by itself.
std::string why_no_part(const Predictor& predictor) {
    const auto& kind = *answer_kind(predictor.question_kind());
    const auto of = "a model of " + std::string(kind.name);
    if (kind.pictures) return of + " looks at a picture's gradients, which no operator makes";
    if (kind.whole_texts) return of + " looks for spans by a tagger, which no operator is";
    return of + " that is a baseline has no features";
}

// What a model computes of a record, or of a part of one.
PlainPart plain_of(const Predictor& predictor) {
    if (!predictor.answers())
        return {
            .features = &predictor.featurizer(),
            .inputs = predictor.inputs() ? &*predictor.inputs() : nullptr,
            .model = predictor.plain(),
            .decision = &predictor.decision(),
            .classes = predictor.class_names()};
    auto part = predictor.answers()->plain_part();
    if (!part) cannot(why_no_part(predictor), "export native");
    return *std::move(part);
}

void add_classes(OnnxGraph& graph, const std::string& answers, const PlainPart& part) {
    const auto& classes = part.classes;
    boost::json::array names;
    for (const auto& name : classes) names.emplace_back(name);
    graph.note("classes", boost::json::serialize(names));
    if (const auto* sets = std::get_if<PlainSets>(&part.model)) {
        const auto marks =
            graph.op("Not", {graph.op("Less", {answers, graph.row(sets->thresholds)})});
        graph.output(answers, "probabilities", Type::real64, classes.size());
        graph.output(graph.cast(marks, Type::int64), "set", Type::int64, classes.size());
        return;
    }
    const auto decision = onnx_decided(graph, answers, *part.decision, classes.size());
    graph.output(decision.probabilities, "probabilities", Type::real64, classes.size());
    graph.output(graph.texts_of(decision.decided, classes), "class", Type::text, 0);
}

}  // namespace

std::string onnx_of(const Predictor& predictor, OnnxInputs inputs) {
    const auto part = plain_of(predictor);
    if (std::holds_alternative<std::monostate>(part.model))
        cannot(
            fmt::format("models of the kind '{}' have no operators", predictor.model()),
            "export native, or train another kind"
        );
    OnnxGraph graph;
    std::string rows;
    if (inputs == OnnxInputs::features) {
        rows = graph.input("features", Type::real32, part.features->columns());
    } else {
        check_inputs(predictor);
        static const InputSignature no_categories;
        rows = features_of(graph, *part.features, part.inputs ? *part.inputs : no_categories);
    }
    const bool gaps = part.features->has_text();  // 0 is what is not there
    const auto answers = onnx_answers(graph, rows, part.model, gaps);
    graph.note("kind", predictor.model());
    graph.note("summary", predictor.summary());
    if (predictor.answers()) graph.note("part_of", std::string(predictor.question_kind()));
    if (part.inputs) graph.note("signature", part.inputs->json());
    if (!part.classes.empty())
        add_classes(graph, answers, part);
    else
        graph.output(answers, predictor.answers() ? "score" : "value", Type::real64, 1);
    return graph.bytes();
}

}  // namespace training
