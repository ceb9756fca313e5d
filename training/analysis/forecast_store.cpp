// Forecasts as rows. A curve is kept as its power laws, not as points: how many labels come is not
// known beforehand, so it must be asked for any number later. What was expected is never stored a
// second time: a score is made when it is shown, of the forecast and of what the later run
// measured.
#include "training/analysis/forecast_store.hpp"

#include <algorithm>
#include <cmath>

#include <boost/describe/class.hpp>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "schema/records/record.hpp"
#include "training/sql.hpp"

namespace training {

namespace {

namespace json = boost::json;

struct ForecastRow {
    std::int64_t run_id = 0;
    std::string slice, predicates;
    std::int64_t training_rows = 0, judged = 0, labels = 0;
    double error = 0, gain = 0, gain_low = 0, gain_high = 0, share = 1;
    std::string curve;
};
BOOST_DESCRIBE_STRUCT(
    ForecastRow,
    (),
    (run_id,
     slice,
     predicates,
     training_rows,
     judged,
     labels,
     error,
     gain,
     gain_low,
     gain_high,
     share,
     curve)
)

std::string json_of(const std::vector<SlicePredicate>& predicates) {
    json::array all;
    for (const auto& one : predicates) {
        json::object object{{"column", one.column}, {"field", one.field}, {"telling", one.telling}};
        switch (one.kind) {
            case SlicePredicate::Kind::equal:
                object["equal"] = one.text;
                break;
            case SlicePredicate::Kind::range:
                object["low"] = one.low;
                object["high"] = one.high;
                object["from"] = one.from;
                break;
            case SlicePredicate::Kind::missing:
                break;
        }
        all.push_back(std::move(object));
    }
    return json::serialize(all);
}

std::vector<SlicePredicate> predicates_in(const std::string& text) {
    std::vector<SlicePredicate> out;
    const auto all = json::parse(text);  // outlives the loop
    for (const auto& value : all.as_array()) {
        const auto& object = value.as_object();
        SlicePredicate one;
        one.column = object.at("column").as_string();
        one.field = object.at("field").as_string();
        if (const auto* telling = object.if_contains("telling")) one.telling = telling->as_bool();
        one.kind = SlicePredicate::Kind::missing;
        if (const auto* equal = object.if_contains("equal")) {
            one.kind = SlicePredicate::Kind::equal;
            one.text = equal->as_string();
        } else if (object.contains("low")) {
            one.kind = SlicePredicate::Kind::range;
            one.low = object.at("low").to_number<double>();
            one.high = object.at("high").to_number<double>();
            one.from = object.at("from").as_bool();
        }
        out.push_back(std::move(one));
    }
    return out;
}

std::string json_of(const CurveLaws& curve) {
    json::array all;
    const auto add = [&](const PowerLaw& law) {
        all.push_back(json::array{law.floor, law.scale, law.exponent, law.shift});
    };
    add(curve.law);
    for (const auto& law : curve.others) add(law);
    return json::serialize(json::object{
        {"laws", std::move(all)},
        {"roots", curve.roots},
        {"by_draw", curve.by_draw},
        {"by_row", curve.by_row}});
}

// Of an older program: the laws alone, or laws without a shift.
CurveLaws curve_in(const std::string& text) {
    CurveLaws out;
    const auto kept = json::parse(text);
    const auto* object = kept.if_object();
    if (object) {
        out.roots = object->at("roots").as_bool();
        out.by_draw = object->at("by_draw").to_number<double>();
        out.by_row = object->at("by_row").to_number<double>();
    }
    bool first = true;
    for (const auto& value : (object ? object->at("laws") : kept).as_array()) {
        PowerLaw law{
            value.at(0).to_number<double>(),
            value.at(1).to_number<double>(),
            value.at(2).to_number<double>(),
            0,
            value.as_array().size() > 3 ? value.at(3).to_number<double>() : 0};
        if (first)
            out.law = law;
        else
            out.others.push_back(law);
        first = false;
    }
    return out;
}

}  // namespace

void keep_forecasts(
    base::Tx& tx,
    std::int64_t run_id,
    const std::vector<Forecast>& forecasts,
    schema::Time now
) {
    tx.exec(sql::file["drop_forecasts_of_run"], run_id);
    std::int64_t place = 0;
    for (const auto& one : forecasts)
        tx.exec(
            sql::file["add_forecast"],
            run_id,
            place++,
            one.slice,
            json_of(one.predicates),
            static_cast<std::int64_t>(one.training_rows),
            static_cast<std::int64_t>(one.judged),
            static_cast<std::int64_t>(one.labels),
            one.error,
            one.gain.error,
            one.gain.interval.low,
            one.gain.interval.high,
            one.share,
            json_of(one.curve),
            schema::timestamp(now)
        );
}

std::vector<Forecast> forecasts_of(base::Tx& tx, std::int64_t run_id) {
    std::vector<Forecast> out;
    for (auto& row : base::rows_as<ForecastRow>(tx.exec(sql::file["forecasts_of_run"], run_id)))
        out.push_back(Forecast{
            .run_id = row.run_id,
            .slice = std::move(row.slice),
            .predicates = predicates_in(row.predicates),
            .training_rows = static_cast<std::size_t>(row.training_rows),
            .judged = static_cast<std::size_t>(row.judged),
            .labels = static_cast<std::size_t>(row.labels),
            .error = row.error,
            .gain = {row.gain, {row.gain_low, row.gain_high}},
            .share = row.share,
            .curve = curve_in(row.curve)});
    return out;
}

std::vector<Forecast>
forecasts_before(base::Tx& tx, std::int64_t run_id, std::size_t training_rows) {
    const auto found =
        tx.exec(sql::file["run_with_forecasts"], run_id, static_cast<std::int64_t>(training_rows));
    const auto earlier = found[0]["id"];
    if (earlier.is_null()) return {};
    return forecasts_of(tx, earlier.as<std::int64_t>());
}

ScoredForecast score(
    const Forecast& forecast,
    std::size_t rows_now,
    double came,
    std::size_t judged,
    bool of_classes
) {
    const bool squared = !of_classes && !forecast.curve.roots;
    ScoredForecast out{
        .run_id = forecast.run_id,
        .slice = forecast.slice,
        .rows_then = forecast.training_rows,
        .rows_now = rows_now,
        .error_then = forecast.error,
        .expected = error_at(forecast.curve, static_cast<double>(rows_now), squared ? 0 : judged),
        .came = came,
        .judged = judged};
    if (squared)
        for (double* error :
             {&out.error_then,
              &out.expected.error,
              &out.expected.interval.low,
              &out.expected.interval.high})
            *error = std::sqrt(std::max(*error, 0.0));
    out.held = came >= out.expected.interval.low && came <= out.expected.interval.high;
    return out;
}

std::optional<MeasuredRun> measured_run(const RunInfo& run, const std::vector<Metric>& metrics) {
    const auto analysis = json::parse(run.analysis).as_object();
    const auto* rows = analysis.if_contains("rows");
    if (run.state != "done" || !rows) return std::nullopt;
    MeasuredRun out{.run_id = run.id, .training_rows = rows->to_number<std::size_t>()};
    double sum = 0;
    for (const auto& metric : metrics) {
        const bool accuracy = metric.name == "accuracy", squared = metric.name == "rmse";
        const bool wrong = metric.name == "hamming_loss";
        if (metric.split == 0 || (!accuracy && !squared && !wrong)) continue;
        const auto* part = analysis.if_contains(metric.split == 1 ? "validation" : "test");
        if (!part || !part->is_object() || !part->as_object().contains("rows")) continue;
        const auto judged = part->at("rows").to_number<std::size_t>();
        const double value = metric.estimate.value;
        out.of_classes = !squared;
        out.judged += judged;
        sum += static_cast<double>(judged) * (accuracy  ? 1 - value
                                              : squared ? value * value
                                                        : value);
    }
    if (out.judged == 0) return std::nullopt;
    out.error = sum / static_cast<double>(out.judged);
    if (!out.of_classes) out.error = std::sqrt(out.error);
    return out;
}

std::vector<ScoredForecast> scored_forecasts(base::Tx& tx, const MeasuredRun& run) {
    std::vector<ScoredForecast> out;
    if (run.judged == 0) return out;
    for (const auto& forecast : forecasts_before(tx, run.run_id, run.training_rows))
        if (forecast.slice.empty())
            out.push_back(score(forecast, run.training_rows, run.error, run.judged, run.of_classes)
            );
    return out;
}

}  // namespace training
