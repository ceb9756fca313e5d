// Turns what is known into sentences that want a look. Each alert has one threshold, written where
// it is used; serious are those that would spoil a model (more than half missing, a constant,
// characters that are lost), not those that are merely unusual. Nothing is computed here, so that
// alerts can never contradict the figures beside them.
#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "quality/report/report.hpp"

namespace quality {

namespace {

double part(std::uint64_t some, std::uint64_t all) {
    return all ? static_cast<double>(some) / static_cast<double>(all) : 0;
}

class Finder {
public:
    explicit Finder(const QualityReport& report) : report_(report) {}

    std::vector<Alert> find() {
        for (const auto& [name, column] : report_.profile.columns) {
            completeness(name, column);
            values(name, column);
            if (column.numeric()) numbers(name, column);
        }
        associations();
        findings();
        std::stable_sort(alerts_.begin(), alerts_.end(), [](const Alert& a, const Alert& b) {
            return a.serious > b.serious;
        });
        return std::move(alerts_);
    }

private:
    void add(std::string kind, const std::string& column, std::string text, bool serious = false) {
        alerts_.push_back({std::move(kind), column, std::move(text), serious});
    }

    void completeness(const std::string& name, const ColumnProfile& column) {
        auto records = report_.profile.records;
        auto absent = records - column.present;
        auto missing = part(absent + column.spelled_missing, records);
        if (missing > 0.2) {
            auto text = fmt::format("{:.1f} % are missing", 100 * missing);
            auto filled = column.present - column.spelled_missing;
            if (filled > 0 && text.starts_with("100.0"))
                text = fmt::format("all but {} are missing", filled);
            add("missing", name, text, missing > 0.5);
        }
        if (column.spelled_missing > 0)
            add("hidden_missing",
                name,
                fmt::format("{} values only say that there is none", column.spelled_missing),
                part(column.spelled_missing, records) > 0.05);
    }

    void values(const std::string& name, const ColumnProfile& column) {
        auto filled = column.present - column.spelled_missing;
        if (filled < 2) return;
        auto distinct = column.distinct_values();
        auto top = column.frequent.top(2);
        if (column.frequent.exact() && distinct == 1) {
            add("constant", name, fmt::format("is always '{}'", top[0].first.substr(0, 60)), true);
            return;
        }
        bool own = distinct > 0.97 * static_cast<double>(filled);
        if (own && filled > 20 && (!column.numeric() || whole_numbers(column)))
            add("unique",
                name,
                "every record has a value of its own: a key, or of no use to a model");
        else if (!column.numeric() && distinct > 1000 && distinct > 0.3 * static_cast<double>(filled) &&
                 column.lengths.mean() < 40)
            add("many_values", name, fmt::format("about {:.0f} different values", distinct));
        if (!top.empty() && distinct < 100) {
            auto share = part(top[0].second, column.frequent.count());
            if (share > 0.9)
                add("imbalance",
                    name,
                    fmt::format("{:.1f} % are '{}'", 100 * share, top[0].first.substr(0, 60)),
                    share > 0.99);
        }
        auto numbers = part(column.numbers, filled);
        if (numbers > 0.5 && numbers < 1 && column.objects + column.booleans == 0)
            add("mixed",
                name,
                fmt::format("{} values are no numbers, the others are", filled - column.numbers),
                numbers > 0.9);
        auto written = [&](Charset charset) {
            return column.written[static_cast<std::size_t>(charset)];
        };
        if (auto count = written(Charset::broken))
            add("characters",
                name,
                fmt::format("{} values have characters that could not be read", count),
                true);
        if (auto count = written(Charset::control))
            add("characters", name, fmt::format("{} values have control characters", count));
    }

    static bool whole_numbers(const ColumnProfile& column) {
        auto shapes = column.patterns.top(3);
        return std::all_of(shapes.begin(), shapes.end(), [](const auto& one) {
            return one.first == "9" || one.first == "-9";
        });
    }

    void numbers(const std::string& name, const ColumnProfile& column) {
        auto skew = column.moments.skewness();
        if (std::isfinite(skew) && std::abs(skew) > 5)
            add("skewed",
                name,
                fmt::format("skewness {:.1f}: a few values are far from the others", skew));
        auto zeros = column.quantiles.share_up_to(0) - column.quantiles.share_up_to(-1e-300);
        if (zeros > 0.5) add("zeros", name, fmt::format("{:.1f} % are zero", 100 * zeros));
    }

    void associations() {
        const auto& found = report_.associations;
        for (std::size_t a = 0; a < found.columns.size(); ++a)
            for (std::size_t b = 0; b < a; ++b) {
                auto strength = found.at(a, b);
                if (!(std::abs(strength) >= 0.9)) continue;
                add("correlation",
                    report_.columns[found.columns[a]],
                    fmt::format(
                        "goes with {} ({:.2f})", report_.columns[found.columns[b]], strength
                    ));
            }
    }

    void findings() {
        for (const auto& one : report_.duplicates)
            if (one.records > 0)
                add("duplicates",
                    "",
                    fmt::format(
                        "{} records in {} clusters of duplicates ({})",
                        one.records,
                        one.clusters,
                        one.kind
                    ),
                    part(one.records, report_.profile.records) > 0.05);
        std::map<std::string, std::uint64_t> errors, outliers;
        for (const auto& one : report_.errors) ++errors[one.column];
        for (const auto& one : report_.outliers) ++outliers[one.column];
        for (const auto& [name, count] : errors)
            add("errors",
                name,
                fmt::format("{} {} likely wrong", count, count == 1 ? "value is" : "values are"),
                part(count, report_.sampled) > 0.02);
        for (const auto& [name, count] : outliers)
            if (part(count, report_.sampled) < 0.05)
                add("outliers", name, fmt::format("{} values lie far out", count));
        for (const auto& one : report_.checks)
            if (!one.passed)
                add("check",
                    "",
                    fmt::format("'{}' failed: {}", one.name, one.observed),
                    one.severity != "warn");
        if (!report_.drift) return;
        for (const auto& one : *report_.drift) {
            if (one.verdict == "stable") continue;
            bool there = one.verdict == "new" || one.verdict == "gone";
            add("drift",
                one.column,
                there
                    ? fmt::format("is {} since the profile before", one.verdict)
                    : fmt::format("{} since the profile before (PSI {:.2f})", one.verdict, one.psi),
                one.verdict != "shifted");
        }
    }

    const QualityReport& report_;
    std::vector<Alert> alerts_;
};

}  // namespace

std::vector<Alert> find_alerts(const QualityReport& report) {
    return Finder(report).find();
}

}  // namespace quality
