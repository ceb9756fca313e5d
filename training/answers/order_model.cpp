// Which of several candidates is better, from preferences of two and rankings of more: each
// candidate is a row with a score, and a ranking is its pairs. Texts that are level are learnt as
// half a win for each side. A record counts once, however many pairs its ranking has (Ouyang and
// others 2022, section 3.5).
//
// A model of words does not see which field a candidate stands in: what it learns of answers holds
// for others. The baselines see that, and how long they are, and nothing else.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "training/answers/answer_kinds.hpp"
#include "training/answers/candidate_features.hpp"
#include "training/answers/order_judging.hpp"
#include "training/features/features.hpp"
#include "training/models/bradley_terry.hpp"
#include "training/trainer.hpp"
#include "training/tuning/own_search.hpp"

namespace training {

namespace {

namespace json = boost::json;

constexpr std::string_view level = "tie";
constexpr std::size_t heaviest_shown = 60;

class OrderModel final : public AnswerModel {
public:
    explicit OrderModel(AskedQuestion question) : question_(std::move(question)) {}

    Fitted learn(
        const Examples& train,
        const Examples& validation,
        const TrainSpec& spec,
        const OnProgress& progress,
        std::stop_token stop
    ) override;
    std::vector<SaidAnswer> predict(const Examples& examples, std::size_t threads) const override;
    AnswersJudged judge(const Examples& truth, const AnswerJudging& how) const override;
    std::optional<PlainPart> plain_part() const override;
    Examples part_rows(const Examples& records) const override { return units(records); }
    void save(Writer& out) const override;
    void load(Reader& in) override;

private:
    // Candidates as the model sees them, and the pairs that their labels say.
    struct Rows {
        Design rows;
        std::vector<RowPair> pairs;
        std::vector<float> weights;

        View view() const {
            View out{&rows};
            out.pairs = pairs;
            return out;
        }
    };

    std::size_t width() const { return question_.candidates.size(); }
    std::vector<int> places_in(const std::string& answer) const {
        return training::places_in(question_, answer);
    }
    std::vector<RowPair> pairs_of(const Examples& records) const;
    std::unique_ptr<BradleyTerry> fitted(
        const Rows& train,
        std::span<const RowPair> pairs,
        const Rows& validation,
        const Params& params,
        const FitContext& context
    ) const;
    Examples units(const Examples& records) const {
        return plain_ ? plain_candidate_rows(records, question_.candidates)
                      : candidate_rows(records, question_.candidates);
    }
    Design rows_of(const Examples& records, Team& team) const;
    std::vector<double> scores_of(const Examples& records, std::size_t threads) const;
    // With `level_ones`, candidates with level scores are told as level, whether people may say so
    // or not.
    SaidAnswer said_of(std::span<const double> scores, bool level_ones) const;
    void add_probable(const JudgedOrder& order, std::size_t record, PartsProbable& out) const;

    AskedQuestion question_;
    std::string kind_;
    bool plain_ = false;  // a baseline, which sees no words
    Featurizer featurizer_;
    std::unique_ptr<BradleyTerry> model_;
};

// Which of the rows' pairs belong to records of a trial's share.
std::vector<RowPair>
some_pairs(const std::vector<RowPair>& pairs, std::size_t width, double fraction) {
    std::vector<RowPair> out;
    for (const auto& pair : pairs)
        if (in_fraction(pair.better / width, fraction)) out.push_back(pair);
    return out;
}

std::vector<RowPair> OrderModel::pairs_of(const Examples& records) const {
    std::vector<RowPair> out;
    const auto k = width();
    const auto each = static_cast<float>(k * (k - 1) / 2);
    for (std::size_t row = 0; row < records.answers.size(); ++row) {
        const auto places = places_in(records.answers[row]);
        const float weight = (records.weights.empty() ? 1.0F : records.weights[row]) / each;
        for (std::size_t a = 0; a < k; ++a)
            for (std::size_t b = 0; b < k; ++b) {
                if (a == b || places[a] > places[b]) continue;
                out.push_back(
                    {static_cast<std::uint32_t>(row * k + a),
                     static_cast<std::uint32_t>(row * k + b),
                     places[a] == places[b] ? weight / 2 : weight}
                );
            }
    }
    return out;
}

Design OrderModel::rows_of(const Examples& records, Team& team) const {
    const auto made = units(records);
    if (!plain_) return featurizer_.apply(made, team);
    Design rows;
    rows.rows = made.rows;
    rows.columns = made.columns.size();
    for (double value : made.numeric) rows.values.push_back(static_cast<float>(value));
    return rows;
}

std::unique_ptr<BradleyTerry> OrderModel::fitted(
    const Rows& train,
    std::span<const RowPair> pairs,
    const Rows& validation,
    const Params& params,
    const FitContext& context
) const {
    auto model = make_model(kind_, params);
    View learnt{&train.rows};
    learnt.pairs = pairs;
    model->fit(learnt, validation.pairs.empty() ? View{} : validation.view(), 0, context);
    return std::unique_ptr<BradleyTerry>(static_cast<BradleyTerry*>(model.release()));
}

// What speaks for a candidate, or against it, the most.
json::array side_of(const std::vector<NamedWeight>& weights, bool liked) {
    constexpr std::size_t most = 15;
    json::array out;
    for (const auto& [name, weight] : weights)
        if (liked == (weight > 0) && out.size() < most)
            out.push_back(json::object{{"feature", name}, {"weight", weight}});
    return out;
}

AnswerModel::Fitted OrderModel::learn(
    const Examples& train,
    const Examples& validation,
    const TrainSpec& spec,
    const OnProgress& progress,
    std::stop_token stop
) {
    kind_ = spec.model == automatic_model ? "bradley_terry" : spec.model;
    plain_ = model_kind(kind_).baseline;
    Team team(spec.threads);
    if (progress) progress({"features", 0, train.rows, 0, {}});
    Rows learnt, judged;
    learnt.pairs = pairs_of(train);
    if (std::all_of(train.answers.begin(), train.answers.end(), [&](const auto& answer) {
            const auto places = places_in(answer);
            return std::all_of(places.begin(), places.end(), [&](int one) {
                return one == places.front();
            });
        }))
        throw base::Error(
            "training", "no label says that one candidate is better", "label more records"
        );
    if (plain_) {
        learnt.rows = rows_of(train, team);
    } else {
        auto features = spec.features;
        features.use_pixels = false;
        featurizer_ = Featurizer::fit(units(train), features, team, learnt.rows, spec.seed);
    }
    if (stop.stop_requested()) throw base::Interrupted();
    if (validation.rows > 0) {
        judged.rows = rows_of(validation, team);
        judged.pairs = pairs_of(validation);
    }
    Fitted out;
    out.kind = kind_;
    out.params = complete(kind_, spec.params);
    out.columns = learnt.rows.columns;
    const auto cost = [&](const Trial& trial, std::vector<Progress>& curve) {
        Team one(1);
        const auto note = [&](const Progress& now) { curve.push_back(now); };
        const auto pairs = some_pairs(learnt.pairs, width(), trial.fraction);
        fitted(learnt, pairs, judged, trial.params, {spec.seed, stop, note, &one});
        return curve.back().validation.value();
    };
    out.trials = search_by_validation(kind_, spec, validation.rows, team.threads(), cost, progress);
    if (!out.trials.empty()) out.params = best_trial(out.trials).params;
    model_ = fitted(learnt, learnt.pairs, judged, out.params, {spec.seed, stop, progress, &team});
    out.notes = {{"pairs", learnt.pairs.size()}};
    if (!plain_) {
        out.notes["features"] = json::parse(featurizer_.json());
        const auto weights =
            heaviest(featurizer_, model_->weights(), units(train), heaviest_shown, team);
        out.notes["speaks_for"] = side_of(weights, true);
        out.notes["speaks_against"] = side_of(weights, false);
    }
    return out;
}

std::vector<double> OrderModel::scores_of(const Examples& records, std::size_t threads) const {
    Team team(threads);
    return model_->predict(rows_of(records, team), team);
}

SaidAnswer OrderModel::said_of(std::span<const double> scores, bool level_ones) const {
    std::vector<std::size_t> order(width());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
        return scores[a] > scores[b];
    });
    SaidAnswer out;
    const auto& names = question_.candidates;
    // Plackett (1975): each place by the share of its candidate among those that are left.
    out.probability = 1;
    for (std::size_t place = 0; place < order.size(); ++place) {
        double rest = 0;
        for (auto later = place; later < order.size(); ++later)
            rest += std::exp(scores[order[later]] - scores[order[place]]);
        out.probability /= rest;
    }
    json::array list;
    for (std::size_t at = 0; at < order.size();) {
        auto end = at + 1;
        while (level_ones && end < order.size() && scores[order[end]] == scores[order[at]]) ++end;
        json::array same;
        for (auto i = at; i < end; ++i) same.emplace_back(names[order[i]]);
        list.push_back(same.size() == 1 ? same.front() : json::value(std::move(same)));
        at = end;
    }
    const bool two = question_.kind == pairwise_answers().name;
    const bool even = two && level_ones && scores[0] == scores[1];
    out.answer = json::serialize(
        even  ? json::value(level)
        : two ? list.front()
              : json::value(std::move(list))
    );
    json::object by_name;
    for (std::size_t i = 0; i < names.size(); ++i) by_name[names[i]] = scores[i];
    out.more["scores"] = std::move(by_name);
    return out;
}

std::vector<SaidAnswer> OrderModel::predict(const Examples& examples, std::size_t threads) const {
    const auto scores = scores_of(examples, threads);
    std::vector<SaidAnswer> out;
    for (std::size_t row = 0; row < examples.rows; ++row) {
        out.push_back(said_of(std::span(scores).subspan(row * width(), width()), question_.ties));
        // What has no text is no candidate: a score of it says nothing.
        for (const auto& name : question_.candidates)
            if (examples.payload.at(name)[row].empty()) {
                out.back().more["scores"].as_object().erase(name);
                out.back().answer.clear();
                out.back().probability = 0;
            }
    }
    return out;
}

// Pairs that the label does not have level, by the order that the candidates have in the question.
void OrderModel::add_probable(const JudgedOrder& order, std::size_t record, PartsProbable& out)
    const {
    const auto& names = question_.candidates;
    const bool two = names.size() == 2;
    out.names = two ? names : std::vector<std::string>{"in this order", "the other way round"};
    for (std::size_t a = 0; a < names.size(); ++a)
        for (std::size_t b = a + 1; b < names.size(); ++b) {
            if (order.places[a] == order.places[b]) continue;
            const double first = 1 / (1 + std::exp(order.scores[b] - order.scores[a]));
            out.probabilities.insert(out.probabilities.end(), {first, 1 - first});
            out.given.push_back(order.places[a] < order.places[b] ? 0 : 1);
            out.record.push_back(static_cast<std::uint32_t>(record));
            out.parts.push_back(two ? "" : fmt::format("{} before {}", names[a], names[b]));
        }
}

AnswersJudged OrderModel::judge(const Examples& truth, const AnswerJudging& how) const {
    AnswersJudged out;
    const auto scores = scores_of(truth, how.threads);
    std::vector<JudgedOrder> orders;
    std::size_t even = 0;
    for (std::size_t row = 0; row < truth.rows; ++row) {
        const auto own = std::span(scores).subspan(row * width(), width());
        orders.push_back({places_in(truth.answers[row]), {own.begin(), own.end()}});
        const auto right = right_pairs(orders.back());
        even += right ? 0 : 1;
        out.errors.push_back(1 - right.value_or(0.5));
        out.said.push_back(said_of(own, true));
        if (how.parts) add_probable(orders.back(), row, out.probable);
    }
    if (!how.figures) return out;
    out.metrics = order_metrics(orders, how.stop);
    json::array parts;
    for (std::size_t i = 0; i < width(); ++i) {
        std::size_t won = 0, said = 0;
        for (const auto& order : orders) {
            const auto best = *std::min_element(order.places.begin(), order.places.end());
            const auto alone = std::count(order.places.begin(), order.places.end(), best) == 1;
            won += alone && order.places[i] == best ? 1 : 0;
            said += *std::max_element(order.scores.begin(), order.scores.end()) == order.scores[i];
        }
        parts.push_back(json::object{
            {"name", question_.candidates[i]}, {"support", won}, {"predicted", said}});
    }
    out.report = {{"rows", truth.rows}, {"level", even}, {"parts", std::move(parts)}};
    return out;
}

// A baseline has no features of its own.
std::optional<PlainPart> OrderModel::plain_part() const {
    if (plain_) return std::nullopt;
    return PlainPart{.features = &featurizer_, .model = model_->plain()};
}

void OrderModel::save(Writer& out) const {
    out.text(kind_);
    out.put<std::uint8_t>(plain_);
    if (!plain_) featurizer_.save(out);
    model_->save(out);
}

void OrderModel::load(Reader& in) {
    kind_ = in.text();
    plain_ = in.get<std::uint8_t>() != 0;
    if (!plain_) featurizer_ = Featurizer::load(in);
    const auto& known = model_kinds();
    if (std::find(known.begin(), known.end(), kind_) == known.end() ||
        model_kind(kind_).learns != Learns::order || width() < 2)
        Reader::broken();
    auto model = make_model(kind_, {});
    model->load(in);
    model_.reset(static_cast<BradleyTerry*>(model.release()));
    const auto columns = plain_ ? width() + 1 : featurizer_.columns();
    if (model_->weights().size() != columns) Reader::broken();
}

constexpr std::string_view order_limits =
    "it compares texts by their words, lengths and what they share with the question's text; "
    "whether what they say is true it cannot know";

}  // namespace

const AnswerKind& pairwise_answers() {
    static const AnswerKind kind{
        .name = "pairwise",
        .learns = Learns::order,
        .limits = order_limits,
        .make = [](const AskedQuestion& question) -> std::unique_ptr<AnswerModel> {
            return std::make_unique<OrderModel>(question);
        }};
    return kind;
}

const AnswerKind& ranking_answers() {
    static const AnswerKind kind{
        .name = "ranking",
        .learns = Learns::order,
        .limits = order_limits,
        .make = [](const AskedQuestion& question) -> std::unique_ptr<AnswerModel> {
            return std::make_unique<OrderModel>(question);
        }};
    return kind;
}

}  // namespace training
