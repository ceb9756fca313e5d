// A model of sets is one model a class beside the others, and looks to the trainer like any other:
// its probabilities do not sum to 1, and its thresholds go into the artefact with it.
#include "training/models/label_sets.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"

namespace training {

namespace {

constexpr std::uint64_t most_classes = 100'000;

std::vector<int> classes_of_label(const View& view, std::size_t label, std::size_t labels) {
    std::vector<int> out(view.size());
    for (std::size_t row = 0; row < out.size(); ++row) out[row] = view.marks[row * labels + label];
    return out;
}

}  // namespace

std::unique_ptr<Model>
make_model_for(const View& view, const std::string& kind, const Params& params) {
    return view.marks.empty() ? make_model(kind, params) : make_set_model(kind, params);
}

std::vector<std::uint8_t>
decide_sets(std::span<const double> probabilities, std::span<const double> thresholds) {
    std::vector<std::uint8_t> out(probabilities.size());
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = probabilities[i] >= thresholds[i % thresholds.size()] ? 1 : 0;
    return out;
}

double best_threshold(std::vector<std::pair<double, bool>> said) {
    std::sort(said.begin(), said.end(), [](const auto& a, const auto& b) {
        return a.first > b.first;
    });
    double marked = 0;
    for (const auto& [probability, is] : said) marked += is ? 1 : 0;
    double best = 0, threshold = 0.5, right = 0;
    for (std::size_t i = 0; i < said.size() && marked > 0; ++i) {
        right += said[i].second ? 1 : 0;
        if (i + 1 < said.size() && said[i + 1].first == said[i].first) continue;
        const double f1 = 2 * right / (static_cast<double>(i + 1) + marked);
        const double next = i + 1 < said.size() ? said[i + 1].first : 0;
        const double middle = (said[i].first + next) / 2;
        if (f1 > best || (f1 == best && std::abs(middle - 0.5) < std::abs(threshold - 0.5))) {
            best = f1;
            threshold = middle;
        }
    }
    return threshold;
}

void LabelSets::learn(
    const View& train,
    const View& validation,
    std::size_t outputs,
    const FitContext& context
) {
    if (train.marks.size() != train.size() * outputs)
        throw base::Error("sets of classes", "not one mark for each row and class");
    parts_.clear();
    thresholds_.assign(outputs, 0.5);
    auto inside = context;
    inside.progress = {};
    for (std::size_t label = 0; label < outputs; ++label) {
        if (context.stop.stop_requested()) throw base::Interrupted();
        const auto classes = classes_of_label(train, label, outputs);
        const auto marked = std::count(classes.begin(), classes.end(), 1);
        const auto rows = static_cast<std::ptrdiff_t>(classes.size());
        const auto held_out = classes_of_label(validation, label, outputs);
        Part part;
        part.share = (static_cast<double>(marked) + 0.5) / (static_cast<double>(rows) + 1);
        if (marked > 0 && marked < rows) {
            part.model = make_model(kind_name_, params_);
            const View learnt{train.rows, classes, {}, train.weights};
            const View judged = validation.size() == 0 ? View{} : View{validation.rows, held_out};
            part.model->fit(learnt, judged, 2, inside);
        }
        if (part.model && validation.size() > 0) {
            const auto said = part.model->predict(*validation.rows, *context.team);
            std::vector<std::pair<double, bool>> pairs;
            for (std::size_t row = 0; row < held_out.size(); ++row)
                pairs.emplace_back(said[row * 2 + 1], held_out[row] == 1);
            thresholds_[label] = best_threshold(std::move(pairs));
        }
        parts_.push_back(std::move(part));
        if (context.progress) context.progress({"class", label + 1, outputs, 0, {}});
    }
}

std::vector<double> LabelSets::predict(const Design& rows, Team& team) const {
    const auto labels = parts_.size();
    std::vector<double> out(rows.rows * labels);
    for (std::size_t label = 0; label < labels; ++label) {
        const auto& part = parts_[label];
        const auto said = part.model ? part.model->predict(rows, team) : std::vector<double>{};
        for (std::size_t row = 0; row < rows.rows; ++row)
            out[row * labels + label] = part.model ? said[row * 2 + 1] : part.share;
    }
    return out;
}

PlainModel LabelSets::plain() const {
    PlainSets out{{}, thresholds_};
    for (const auto& part : parts_) {
        auto plain = part.model ? part.model->plain() : PlainConstant{{part.share}};
        if (std::holds_alternative<std::monostate>(plain)) return {};
        out.parts.push_back({std::move(plain)});
    }
    return out;
}

void LabelSets::save(Writer& out) const {
    out.list(thresholds_);
    for (const auto& part : parts_) {
        out.put<std::uint8_t>(part.model ? 1 : 0);
        out.put(part.share);
        if (part.model) part.model->save(out);
    }
}

void LabelSets::load(Reader& in) {
    thresholds_ = in.list<double>();
    if (thresholds_.empty() || thresholds_.size() > most_classes) Reader::broken();
    parts_.clear();
    for (std::size_t label = 0; label < thresholds_.size(); ++label) {
        Part part;
        const bool learnt = in.get<std::uint8_t>() != 0;
        part.share = in.get<double>();
        if (learnt) {
            part.model = make_model(kind_name_, params_);
            part.model->load(in);
        }
        parts_.push_back(std::move(part));
    }
}

}  // namespace training
