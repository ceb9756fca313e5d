#include "training/registry/golden.hpp"

#include <algorithm>
#include <cmath>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "training/sql.hpp"

namespace training {

namespace {

struct GoldenRow {
    std::int64_t rk = 0, source_id = 0;
    std::string key;
    int version = 0;
    std::optional<int> class_id;
    std::optional<double> value;
    double probability = 0;
};
BOOST_DESCRIBE_STRUCT(GoldenRow, (), (rk, source_id, key, version, class_id, value, probability))

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
        all.push_back(std::move(one));
    }
    return all;
}

Replay
replay(const Predictor& predictor, const Examples& rows, const std::vector<Prediction>& golden) {
    Replay out;
    if (golden.empty() || predictor.predicts_spans()) return out;
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
