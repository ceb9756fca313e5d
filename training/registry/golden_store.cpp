// A model that is loaded says again what it said when it was judged: classes and values within the
// limits of other processors, answers of several parts in the same words.
#include "training/registry/golden.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "training/answers/answer_model.hpp"
#include "training/sql.hpp"

namespace training {

namespace json = boost::json;

namespace {

struct GoldenRow {
    std::int64_t rk = 0, source_id = 0;
    std::string key;
    int version = 0;
    std::optional<int> class_id;
    std::optional<double> value;
    double probability = 0;
    std::optional<std::string> label;
};
BOOST_DESCRIBE_STRUCT(
    GoldenRow,
    (),
    (rk, source_id, key, version, class_id, value, probability, label)
)

}  // namespace

std::vector<Prediction> golden_predictions(base::Tx& tx, std::int64_t run_id) {
    std::vector<Prediction> all;
    for (auto& row : base::rows_as<GoldenRow>(tx.exec(sql::file["golden_predictions"], run_id))) {
        Prediction one;
        one.id = {row.rk, row.source_id, std::move(row.key)};
        one.version = row.version;
        one.class_id = row.class_id;
        one.value = row.value;
        one.probability = row.probability;
        one.label = std::move(row.label);
        all.push_back(std::move(one));
    }
    return all;
}

namespace {

// Numbers may be written in several ways.
bool same_value(const json::value& a, const json::value& b) {
    if (a.is_number() && b.is_number())
        return std::abs(a.to_number<double>() - b.to_number<double>()) < 1e-9;
    if (a.is_array() && b.is_array())
        return std::equal(
            a.as_array().begin(),
            a.as_array().end(),
            b.as_array().begin(),
            b.as_array().end(),
            same_value
        );
    if (!a.is_object() || !b.is_object()) return a == b;
    const auto &first = a.as_object(), &second = b.as_object();
    return first.size() == second.size() &&
           std::all_of(first.begin(), first.end(), [&](const auto& member) {
               const auto* other = second.if_contains(member.key());
               return other && same_value(member.value(), *other);
           });
}

// An answer of other words is as far off as can be.
Replay replay_answers(
    const Predictor& predictor,
    const Examples& rows,
    const std::vector<Prediction>& golden
) {
    Replay out;
    const auto said = predictor.answer(rows, 1);
    for (std::size_t row = 0; row < golden.size(); ++row) {
        const auto& then = golden[row];
        if (!then.label) continue;
        ++out.records;
        const bool same = !said[row].answer.empty() &&
                          same_value(json::parse(said[row].answer), json::parse(*then.label));
        const double off = same ? std::abs(said[row].probability - then.probability) : 1;
        if (off <= out.worst) continue;
        out.worst = off;
        out.key = then.id.key;
        out.was = then.probability;
        out.is = said[row].probability;
    }
    return out;
}

}  // namespace

Replay
replay(const Predictor& predictor, const Examples& rows, const std::vector<Prediction>& golden) {
    Replay out;
    if (golden.empty() || predictor.predicts_spans()) return out;
    if (predictor.answers()) return replay_answers(predictor, rows, golden);
    const auto answers = predictor.predict(rows, 1);
    const auto classes = predictor.class_names().size();
    for (std::size_t row = 0; row < golden.size(); ++row) {
        const auto& then = golden[row];
        double was = 0, is = 0;
        if (classes > 0) {
            if (!then.class_id || *then.class_id < 0 ||
                static_cast<std::size_t>(*then.class_id) >= classes)
                continue;
            was = then.probability;
            is = answers[row * classes + static_cast<std::size_t>(*then.class_id)];
        } else {
            if (!then.value) continue;
            was = *then.value;
            is = answers[row];
        }
        ++out.records;
        const double size = classes > 0 ? 1 : std::max(1.0, std::abs(was));
        const double off = std::isfinite(is) ? std::abs(is - was) / size : 1e300;
        if (off <= out.worst) continue;
        out.worst = off;
        out.key = then.id.key;
        out.was = was;
        out.is = is;
    }
    return out;
}

}  // namespace training
