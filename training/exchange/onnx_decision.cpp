// Calibration, thresholds, costs and abstention (training/calibration) in operators of ONNX. A
// calibrator's map of one class is an operator on all columns at once where it is a formula, and
// where it is a curve, a sum over the curve's steps of how far a probability is in each.
#include <vector>

#include "training/exchange/onnx_parts.hpp"

namespace training {

namespace {

// rows x 1.
std::string
class_column(OnnxGraph& graph, const std::string& value, std::size_t which, std::size_t classes) {
    std::vector<double> picks(classes);
    picks[which] = 1;
    return graph.op("MatMul", {value, graph.matrix(picks, 1)});
}

std::string
tempered(OnnxGraph& graph, const std::string& probabilities, const Calibrator& calibrator) {
    const auto edge = graph.constant(Calibrator::edge);
    const auto above = graph.op("Max", {probabilities, edge});
    const auto most = graph.op("Max", {graph.largest(probabilities), edge});
    return graph.op(
        "Pow", {graph.op("Div", {above, most}), graph.constant(1 / calibrator.temperature())}
    );
}

// Of every class; what was not fitted is as it was.
std::string
by_sigmoids(OnnxGraph& graph, const std::string& probabilities, const Calibrator& calibrator) {
    std::vector<double> slopes, offsets, fitted;
    for (const auto& one : calibrator.sigmoids()) {
        slopes.push_back(one.slope);
        offsets.push_back(one.offset);
        fitted.push_back(one.fitted ? 1 : 0);
    }
    const auto one = graph.constant(1);
    const auto p = graph.op(
        "Min",
        {graph.op("Max", {probabilities, graph.constant(Calibrator::edge)}),
         graph.constant(1 - Calibrator::edge)}
    );
    const auto logit =
        graph.op("Sub", {graph.op("Log", {p}), graph.op("Log", {graph.op("Sub", {one, p})})});
    const auto made = graph.op(
        "Sigmoid",
        {graph.op("Add", {graph.op("Mul", {logit, graph.row(slopes)}), graph.row(offsets)})}
    );
    const auto is_fitted = graph.op("Greater", {graph.row(fitted), graph.constant(0)});
    return graph.op("Where", {is_fitted, made, probabilities});
}

std::string
along(OnnxGraph& graph, const std::string& probability, const Calibrator::Curve& curve) {
    if (curve.x.empty()) return probability;
    std::vector<double> low, width, rise;
    for (std::size_t i = 0; i + 1 < curve.x.size(); ++i) {
        if (curve.y[i + 1] == curve.y[i]) continue;
        low.push_back(curve.x[i]);
        width.push_back(curve.x[i + 1] - curve.x[i]);
        rise.push_back(curve.y[i + 1] - curve.y[i]);
    }
    const auto zero = graph.constant(0), one = graph.constant(1);
    const auto least = graph.constant(curve.y.front());
    if (low.empty()) return graph.op("Add", {graph.op("Mul", {probability, zero}), least});
    const auto share =
        graph.op("Div", {graph.op("Sub", {probability, graph.row(low)}), graph.row(width)});
    const auto within = graph.op("Min", {graph.op("Max", {share, zero}), one});
    return graph.op("Add", {graph.sum(graph.op("Mul", {within, graph.row(rise)})), least});
}

std::string
by_curves(OnnxGraph& graph, const std::string& probabilities, const Calibrator& calibrator) {
    const auto& curves = calibrator.curves();
    std::vector<std::string> parts;
    for (std::size_t c = 0; c < curves.size(); ++c)
        parts.push_back(
            along(graph, class_column(graph, probabilities, c, curves.size()), curves[c])
        );
    return graph.concat(parts);
}

std::string
calibrated(OnnxGraph& graph, const std::string& probabilities, const Calibrator& calibrator) {
    const auto classes = calibrator.classes();
    std::string made;
    switch (calibrator.kind()) {
        case Calibration::temperature:
            made = tempered(graph, probabilities, calibrator);
            break;
        case Calibration::sigmoid:
            made = by_sigmoids(graph, probabilities, calibrator);
            break;
        case Calibration::isotonic:
            made = by_curves(graph, probabilities, calibrator);
            break;
        case Calibration::none:
        case Calibration::automatic:
            return probabilities;
    }
    if (classes == 2 && calibrator.kind() != Calibration::temperature) {
        const auto second = class_column(graph, made, 1, classes);
        made = graph.concat({graph.op("Sub", {graph.constant(1), second}), second});
    }
    const auto sum = graph.sum(made);
    const auto any = graph.op("Greater", {sum, graph.constant(0)});
    const auto safe = graph.op("Where", {any, sum, graph.constant(1)});
    return graph.op("Where", {any, graph.op("Div", {made, safe}), probabilities});
}

}  // namespace

OnnxDecision onnx_decided(
    OnnxGraph& graph,
    const std::string& probabilities,
    const Decision& decision,
    std::size_t classes
) {
    OnnxDecision out;
    out.probabilities = calibrated(graph, probabilities, decision.calibrator());
    auto scores = out.probabilities;
    if (!decision.thresholds().empty())
        scores = graph.op("Div", {scores, graph.row(decision.thresholds())});
    if (!decision.costs().empty()) {
        std::vector<double> more(classes * classes);  // truth x said
        for (const auto& cost : decision.costs())
            more[cost.truth * classes + cost.said] += cost.more;
        const auto extra = graph.op("MatMul", {out.probabilities, graph.matrix(more, classes)});
        scores = graph.op("Sub", {scores, extra});
    }
    out.decided = graph.argmax(scores);
    if (decision.may_abstain()) {
        const auto sure = graph.at(out.probabilities, out.decided);
        const auto unsure = graph.op("Less", {sure, graph.constant(decision.abstain_below())});
        out.decided = graph.op("Where", {unsure, graph.whole({-1}), out.decided});
    }
    return out;
}

}  // namespace training
