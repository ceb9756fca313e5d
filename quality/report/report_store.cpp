// Gathers what the page shows. The profile is of all records; what needs the table in memory
// (errors, outliers, associations) takes 50,000 by hash order, which is a random sample, and says
// so. Duplicates are looked for only if the sample is everything: half of a pair is not found in a
// sample.
#include <algorithm>
#include <chrono>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/numbers/short_figure.hpp"
#include "base/run/stopping.hpp"
#include "base/time/time.hpp"
#include "quality/duplicates/duplicates.hpp"
#include "quality/errors/cell_errors.hpp"
#include "quality/outliers/outliers.hpp"
#include "quality/profile/profile_store.hpp"
#include "quality/report/report.hpp"
#include "quality/sql.hpp"
#include "schema/sources/source_store.hpp"

namespace quality {

namespace json = boost::json;

namespace {

constexpr std::size_t sample_records = 50'000;

std::vector<CellIssue> errors_in(const Table& table) {
    std::vector<CellIssue> issues;
    for (auto& error : find_cell_errors(table))
        issues.push_back(
            {table.rows[error.row],
             table.names[error.column],
             error.code,
             table.cells[error.column][error.row],
             error.proposal,
             error.reason,
             error.probability}
        );
    std::stable_sort(issues.begin(), issues.end(), [](const auto& a, const auto& b) {
        return a.probability > b.probability;
    });
    return issues;
}

std::vector<CellIssue> outliers_in(const Table& table) {
    std::vector<std::size_t> all(table.names.size());
    for (std::size_t c = 0; c < all.size(); ++c) all[c] = c;
    auto found = find_outliers(table, all);
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return std::abs(a.score) > std::abs(b.score);
    });
    std::vector<CellIssue> issues;
    for (const auto& one : found)
        issues.push_back(
            {table.rows[one.row],
             table.names[one.column],
             "outlier",
             table.cells[one.column][one.row],
             {},
             fmt::format(
                 "{:.1f} robust deviations; usual is {} to {}",
                 one.score,
                 base::short_figure(one.fences.low),
                 base::short_figure(one.fences.high)
             ),
             1 - 1 / (1 + std::abs(one.score) / 3.5)}
        );
    return issues;
}

// Columns that are missing in the same records, most often together first.
std::vector<std::pair<std::string, std::uint64_t>> missing_together(const Table& table) {
    constexpr std::size_t shown = 10;
    std::vector<std::vector<std::uint32_t>> empty;
    std::vector<std::size_t> columns;
    for (std::size_t c = 0; c < table.names.size(); ++c) {
        std::vector<std::uint32_t> rows;
        for (std::uint32_t row = 0; row < table.size(); ++row)
            if (is_missing(normalised(table.cells[c][row]))) rows.push_back(row);
        if (rows.empty()) continue;
        columns.push_back(c);
        empty.push_back(std::move(rows));
    }
    std::vector<std::pair<std::string, std::uint64_t>> found;
    for (std::size_t a = 0; a < columns.size(); ++a)
        for (std::size_t b = 0; b < a; ++b) {
            std::vector<std::uint32_t> both;
            std::set_intersection(
                empty[a].begin(),
                empty[a].end(),
                empty[b].begin(),
                empty[b].end(),
                std::back_inserter(both)
            );
            if (2 * both.size() > std::max(empty[a].size(), empty[b].size()))
                found.emplace_back(
                    table.names[columns[b]] + ", " + table.names[columns[a]], both.size()
                );
        }
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return a.second > b.second;
    });
    if (found.size() > shown) found.resize(shown);
    return found;
}

// Of a cluster of duplicates.
struct Member {
    std::int64_t cluster = 0;
    std::string key;
};
BOOST_DESCRIBE_STRUCT(Member, (), (cluster, key))

std::vector<FoundDuplicates> kept_duplicates(base::Tx& tx, std::int64_t source_id) {
    auto found = base::rows_as<FoundDuplicates>(tx.exec(sql::file["duplicate_counts"], source_id));
    for (auto& one : found) {
        std::int64_t last = 0;
        auto members = tx.exec(sql::file["duplicate_examples"], source_id, one.kind);
        for (auto& [cluster, key] : base::rows_as<Member>(members)) {
            if (one.examples.empty() || cluster != last) one.examples.emplace_back();
            last = cluster;
            one.examples.back().push_back(std::move(key));
        }
    }
    return found;
}

json::array issues_json(const std::vector<CellIssue>& issues) {
    json::array list;
    for (const auto& issue : issues)
        list.push_back(json::object{
            {"key", issue.row.key},
            {"column", issue.column},
            {"value", issue.value},
            {"proposal", issue.proposal.empty() ? json::value() : json::value(issue.proposal)},
            {"code", issue.code},
            {"probability", issue.probability},
            {"reason", issue.reason}});
    return list;
}

json::object associations_json(const QualityReport& report) {
    json::array names, strength;
    const auto& found = report.associations;
    for (auto c : found.columns) names.emplace_back(report.columns[c]);
    for (std::size_t a = 0; a < found.columns.size(); ++a) {
        json::array line;
        for (std::size_t b = 0; b < found.columns.size(); ++b)
            line.push_back(
                std::isnan(found.at(a, b)) ? json::value() : json::value(found.at(a, b))
            );
        strength.push_back(line);
    }
    return {{"columns", names}, {"strength", strength}};
}

}  // namespace

std::vector<CheckLine> last_checks(base::Tx& tx, std::int64_t source_id) {
    return base::rows_as<CheckLine>(tx.exec(sql::file["last_checks"], source_id));
}

QualityReport
report_quality(base::Database& database, const schema::Source& source, bool find_duplicate_rows) {
    QualityReport report;
    report.source = source.name;
    report.made_at = base::formatted(std::chrono::system_clock::now(), "%Y-%m-%d %H:%M UTC");
    report.profile = profile_source(database, source.id).profile;
    auto earlier = database.call([&](base::Tx& tx) {
        report.run = latest_run(tx, source.id);
        auto before = load_earlier(tx, source.id, report.run);
        if (report.run > 0) save_profile(tx, source.id, report.run, report.profile);
        report.checks = last_checks(tx, source.id);
        return before;
    });
    if (earlier) report.drift = find_drift(*earlier, report.profile);
    auto table = load_table(database, source.id, sample_records);
    report.sampled = table.size();
    report.columns = table.names;
    report.associations = find_associations(table);
    report.missing_together = missing_together(table);
    report.errors = errors_in(table);
    report.outliers = outliers_in(table);
    std::vector<DuplicateReport> found;
    if (find_duplicate_rows && table.size() == report.profile.records)
        for (const char* kind : {"exact", "auto"})
            found.push_back(find_duplicates(database, source.id, {kind, {}, 0}));
    base::go_on();
    report.duplicates = database.call([&](base::Tx& tx) {
        for (const auto& one : found) keep_duplicates(tx, source.id, one);
        return kept_duplicates(tx, source.id);
    });
    report.alerts = find_alerts(report);
    return report;
}

json::object to_json(const QualityReport& report) {
    json::array alerts, together, duplicates, checks;
    for (const auto& one : report.alerts)
        alerts.push_back(json::object{
            {"kind", one.kind},
            {"column", one.column.empty() ? json::value() : json::value(one.column)},
            {"text", one.text},
            {"serious", one.serious}});
    for (const auto& [names, count] : report.missing_together)
        together.push_back(json::object{{"columns", names}, {"records", count}});
    for (const auto& one : report.duplicates) {
        json::array examples;
        for (const auto& keys : one.examples)
            examples.push_back(json::array(keys.begin(), keys.end()));
        duplicates.push_back(json::object{
            {"by", one.kind},
            {"records", one.records},
            {"clusters", one.clusters},
            {"examples", examples}});
    }
    for (const auto& one : report.checks)
        checks.push_back(json::object{
            {"check", one.name},
            {"severity", one.severity},
            {"passed", one.passed},
            {"examined", one.examined},
            {"failed", one.failed},
            {"observed", one.observed}});
    json::object object{
        {"source", report.source},
        {"made_at", report.made_at},
        {"run", report.run},
        {"sampled", report.sampled},
        {"alerts", alerts},
        {"profile", json::parse(report.profile.summary())},
        {"associations", associations_json(report)},
        {"missing_together", together},
        {"duplicates", duplicates},
        {"errors", issues_json(report.errors)},
        {"outliers", issues_json(report.outliers)},
        {"checks", checks}};
    if (report.drift) {
        json::array drift;
        for (const auto& one : *report.drift) drift.push_back(to_json(one));
        object["drift"] = drift;
    }
    return object;
}

}  // namespace quality
