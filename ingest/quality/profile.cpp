#include "ingest/quality/profile.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include <xxhash.h>
#include <boost/json.hpp>

#include "ingest/quality/table.hpp"
#include "ingest/value_type.hpp"

namespace ingest::quality {

namespace json = boost::json;

namespace {

std::optional<double> number_of(std::string_view text) {
    double value = 0;
    auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

// Shares of both profiles in the same bins.
struct Bins {
    std::vector<double> before, after;
};

Bins number_bins(const ColumnProfile& a, const ColumnProfile& b) {
    constexpr int count = 10;
    std::set<double> bounds;
    for (int i = 1; i < count; ++i) bounds.insert(a.quantiles.at(i / static_cast<double>(count)));
    Bins bins;
    double last_a = 0, last_b = 0;
    for (double bound : bounds) {
        double up_a = a.quantiles.share_up_to(bound), up_b = b.quantiles.share_up_to(bound);
        bins.before.push_back(up_a - last_a);
        bins.after.push_back(up_b - last_b);
        last_a = up_a;
        last_b = up_b;
    }
    bins.before.push_back(1 - last_a);
    bins.after.push_back(1 - last_b);
    return bins;
}

Bins value_bins(const ColumnProfile& a, const ColumnProfile& b) {
    std::map<std::string, std::pair<double, double>> shares;
    auto share = [](std::uint64_t count, const Frequent& of) {
        return of.count() ? static_cast<double>(count) / static_cast<double>(of.count()) : 0;
    };
    for (const auto& [value, count] : a.frequent.top(256))
        shares[value].first = share(count, a.frequent);
    for (const auto& [value, count] : b.frequent.top(256))
        shares[value].second = share(count, b.frequent);
    Bins bins;
    double rest_a = 1, rest_b = 1;
    for (const auto& [value, pair] : shares) {
        bins.before.push_back(pair.first);
        bins.after.push_back(pair.second);
        rest_a -= pair.first;
        rest_b -= pair.second;
    }
    bins.before.push_back(std::max(0.0, rest_a));
    bins.after.push_back(std::max(0.0, rest_b));
    return bins;
}

double stability_index(const Bins& bins) {
    constexpr double floor = 1e-4;  // an empty bin is not infinitely far
    double sum = 0;
    for (std::size_t i = 0; i < bins.before.size(); ++i) {
        double a = std::max(bins.before[i], floor), b = std::max(bins.after[i], floor);
        sum += (b - a) * std::log(b / a);
    }
    return sum;
}

double jensen_shannon(const Bins& bins) {
    auto part = [](double share, double middle) {
        return share > 0 ? share * std::log2(share / middle) : 0;
    };
    double sum = 0;
    for (std::size_t i = 0; i < bins.before.size(); ++i) {
        double middle = (bins.before[i] + bins.after[i]) / 2;
        sum += (part(bins.before[i], middle) + part(bins.after[i], middle)) / 2;
    }
    return sum;
}

double kolmogorov_smirnov(const Quantiles& a, const Quantiles& b) {
    double most = 0;
    for (int i = 0; i <= 200; ++i)
        for (const auto* from : {&a, &b}) {
            double value = from->at(i / 200.0);
            most = std::max(most, std::abs(a.share_up_to(value) - b.share_up_to(value)));
        }
    return most;
}

double missing_share(const ColumnProfile& column, std::uint64_t records) {
    if (records == 0) return 0;
    auto there = static_cast<double>(column.present - column.spelled_missing);
    return 1 - there / static_cast<double>(records);
}

json::value finite(double value) {
    return std::isfinite(value) ? json::value(value) : json::value();
}

}  // namespace

void ColumnProfile::add(const Field& given) {
    Field field = given;
    field.value = trim(field.value);
    if (field.kind == Field::Kind::null || field.value.empty()) return;
    ++present;
    distinct.add(XXH3_64bits(field.value.data(), field.value.size()));
    frequent.add(field.value);
    lengths.add(static_cast<double>(field.value.size()));
    if (field.kind == Field::Kind::boolean) {
        ++booleans;
    } else if (field.kind == Field::Kind::json) {
        ++objects;
    } else if (auto number = number_of(field.value)) {
        ++numbers;
        quantiles.add(*number);
        moments.add(*number);
    } else if (field.value.size() <= 20 && is_missing(normalised(field.value))) {
        ++spelled_missing;
    }
}

void ColumnProfile::merge(const ColumnProfile& other) {
    present += other.present;
    spelled_missing += other.spelled_missing;
    numbers += other.numbers;
    booleans += other.booleans;
    objects += other.objects;
    distinct.merge(other.distinct);
    frequent.merge(other.frequent);
    quantiles.merge(other.quantiles);
    moments.merge(other.moments);
    lengths.merge(other.lengths);
}

void Profile::add(std::span<const Field> fields) {
    ++records;
    for (const auto& field : fields) columns[std::string(field.name)].add(field);
}

void Profile::merge(const Profile& other) {
    records += other.records;
    for (const auto& [name, column] : other.columns) columns[name].merge(column);
}

std::string Profile::to_json() const {
    json::object all;
    for (const auto& [name, c] : columns)
        all[name] = json::object{
            {"counts", json::array{c.present, c.spelled_missing, c.numbers, c.booleans, c.objects}},
            {"distinct", c.distinct.to_json()},
            {"frequent", c.frequent.to_json()},
            {"quantiles", c.quantiles.to_json()},
            {"moments", c.moments.to_json()},
            {"lengths", c.lengths.to_json()}};
    return json::serialize(json::object{{"version", 1}, {"records", records}, {"columns", all}});
}

Profile Profile::from_json(std::string_view text) {
    auto given = json::parse(json::string_view(text.data(), text.size()));
    Profile profile;
    profile.records = given.at("records").to_number<std::uint64_t>();
    for (const auto& [name, c] : given.at("columns").as_object()) {
        ColumnProfile column;
        std::uint64_t* counts[] = {
            &column.present,
            &column.spelled_missing,
            &column.numbers,
            &column.booleans,
            &column.objects};
        for (std::size_t i = 0; i < std::size(counts); ++i)
            *counts[i] = c.at("counts").at(i).to_number<std::uint64_t>();
        column.distinct = Distinct::from_json(c.at("distinct"));
        column.frequent = Frequent::from_json(c.at("frequent"));
        column.quantiles = Quantiles::from_json(c.at("quantiles"));
        column.moments = Moments::from_json(c.at("moments"));
        column.lengths = Moments::from_json(c.at("lengths"));
        profile.columns.emplace(std::string(name), std::move(column));
    }
    return profile;
}

std::string Profile::summary() const {
    json::object all;
    for (const auto& [name, c] : columns) {
        json::object one{
            {"type",
             c.numeric()                  ? "number"
             : c.booleans * 2 > c.present ? "boolean"
             : c.objects * 2 > c.present  ? "json"
                                          : "text"},
            {"present", c.present},
            {"missing", records - c.present},
            {"spelled_missing", c.spelled_missing},
            {"distinct",
             c.frequent.exact() ? json::value(c.frequent.top(1000).size())
                                : json::value(std::round(c.distinct.estimate()))},
            {"length",
             json::object{
                 {"min", c.lengths.minimum()},
                 {"mean", c.lengths.mean()},
                 {"max", c.lengths.maximum()}}}};
        if (c.numbers > 0) {
            json::object quantiles;
            for (auto [label, q] :
                 {std::pair("0.01", 0.01),
                  {"0.25", 0.25},
                  {"0.5", 0.5},
                  {"0.75", 0.75},
                  {"0.99", 0.99}})
                quantiles[label] = c.quantiles.at(q);
            one["numbers"] = json::object{
                {"count", c.numbers},
                {"min", c.moments.minimum()},
                {"max", c.moments.maximum()},
                {"mean", c.moments.mean()},
                {"deviation", finite(std::sqrt(c.moments.variance()))},
                {"skewness", finite(c.moments.skewness())},
                {"kurtosis", finite(c.moments.kurtosis())},
                {"quantiles", quantiles}};
        }
        json::array top;
        for (const auto& [value, count] : c.frequent.top(10))
            top.push_back(json::object{{"value", value}, {"count", count}});
        one["top"] = top;
        all[name] = one;
    }
    return json::serialize(json::object{{"records", records}, {"columns", all}});
}

std::vector<Drift> find_drift(const Profile& before, const Profile& after) {
    std::vector<Drift> found;
    for (const auto& [name, a] : before.columns) {
        Drift drift;
        drift.column = name;
        drift.missing_before = missing_share(a, before.records);
        auto other = after.columns.find(name);
        if (other == after.columns.end()) {
            drift.missing_after = 1;
            drift.verdict = "gone";
            found.push_back(drift);
            continue;
        }
        const auto& b = other->second;
        drift.missing_after = missing_share(b, after.records);
        bool numeric = a.numeric() && b.numeric();
        auto bins = numeric ? number_bins(a, b) : value_bins(a, b);
        drift.psi = stability_index(bins);
        drift.jensen_shannon = jensen_shannon(bins);
        if (numeric) {
            drift.distance = kolmogorov_smirnov(a.quantiles, b.quantiles);
        } else {
            for (std::size_t i = 0; i < bins.before.size(); ++i)
                drift.distance = std::max(drift.distance, std::abs(bins.before[i] - bins.after[i]));
        }
        bool missing = std::abs(drift.missing_after - drift.missing_before) > 0.1;
        drift.verdict = drift.psi > 0.2 || missing ? "drifted"
                        : drift.psi > 0.1          ? "shifted"
                                                   : "stable";
        found.push_back(drift);
    }
    for (const auto& [name, b] : after.columns) {
        if (before.columns.contains(name)) continue;
        Drift drift;
        drift.column = name;
        drift.missing_before = 1;
        drift.missing_after = missing_share(b, after.records);
        drift.verdict = "new";
        found.push_back(drift);
    }
    auto rank = [](const Drift& drift) {
        return drift.verdict == "new" || drift.verdict == "gone";
    };
    std::stable_sort(found.begin(), found.end(), [&](const Drift& x, const Drift& y) {
        return rank(x) != rank(y) ? rank(x) : x.psi > y.psi;
    });
    return found;
}

}  // namespace ingest::quality
