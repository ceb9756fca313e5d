// Duplicates, likely errors, outliers and checks: each looks, keeps what it found in the place of
// what it found before, and answers it. Whatever is found stays a proposal: records are not changed
// here.
#include "service/quality/findings.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/numbers/short_figure.hpp"
#include "quality/checks/check_store.hpp"
#include "quality/duplicates/duplicates.hpp"
#include "quality/errors/cell_errors.hpp"
#include "quality/outliers/outliers.hpp"
#include "quality/store.hpp"
#include "service/gather/sources.hpp"
#include "service/quality/names.hpp"
#include "service/refusal.hpp"

namespace service {

const base::Settings<FindDuplicates> FindDuplicates::settings{
    {"source", &FindDuplicates::source, "whose records", {.required = true}},
    {"by",
     &FindDuplicates::by,
     "what is compared",
     {.choices = {"exact", "normalised", "text", "image", "row", "auto"}}},
    {"columns", &FindDuplicates::columns, "fields to compare, apart by commas; none: all"},
    {"threshold",
     &FindDuplicates::threshold,
     "text: likeness (0: 0.7); row: probability (0: 0.5)",
     {.low = 0, .high = 1}},
};

const base::Settings<FindErrors> FindErrors::settings{
    {"source", &FindErrors::source, "whose records", {.required = true}},
    {"threshold", &FindErrors::threshold, "report from this probability on", {.low = 0, .high = 1}},
    {"accept", &FindErrors::accept, "accept the open proposals of this column, or all"},
    {"refuse", &FindErrors::refuse, "refuse the open proposals of this column, or all"},
    {"reopen", &FindErrors::reopen, "open the decided proposals of this column, or all, again"},
    {"key", &FindErrors::key, "decide only the proposals for the record of this key"},
    {"at_least",
     &FindErrors::at_least,
     "decide only those at least so probable",
     {.low = 0, .high = 1}},
    {"labelled", &FindErrors::labelled, "records that a person has put right, to learn from"},
};

const base::Settings<FindOutliers> FindOutliers::settings{
    {"source", &FindOutliers::source, "whose records", {.required = true}},
    {"columns", &FindOutliers::columns, "fields to look at, apart by commas; none: all numbers"},
    {"threshold", &FindOutliers::threshold, "robust deviations from the median", {.low = 0}},
};

const base::Settings<CheckRecords> CheckRecords::settings{
    {"source", &CheckRecords::source, "whose records", {.required = true}},
    {"rules", &CheckRecords::rules, "the checks, as TOML of [[check]] tables", {.required = true}},
    {"rules_name", &CheckRecords::rules_name, "what messages call them"},
};

namespace {

IssueItem item_of(const quality::CellIssue& issue) {
    IssueItem item{
        .key = issue.row.key,
        .line = {},
        .column = issue.column,
        .value = issue.value,
        .proposal = {},
        .probability = issue.probability,
        .code = issue.code,
        .reason = issue.reason,
        .decided_by = {}};
    if (issue.row.line >= 0) item.line = issue.row.line;
    if (!issue.proposal.empty()) item.proposal = issue.proposal;
    return item;
}

std::vector<DecidedIssues>
decide(Work& work, const schema::Source& source, const FindErrors& request) {
    std::vector<DecidedIssues> decided;
    for (auto [state, columns] :
         {std::pair("accepted", &request.accept),
          std::pair("refused", &request.refuse),
          std::pair("open", &request.reopen)}) {
        if (columns->empty()) continue;
        auto column = *columns == "all" ? std::string() : *columns;
        auto by = state == std::string_view("open") ? std::string() : work.caller.name;
        auto count = quality::decide_issues(
            work.tx, source.id, column, request.key, request.at_least, state, by, work.now
        );
        if (count == 0 && !request.key.empty())
            throw Refusal(
                Refusal::Kind::not_found,
                fmt::format("'{}' of record '{}'", *columns, request.key),
                "there is no proposal for it to decide",
                "see 'tilth quality errors'"
            );
        decided.push_back({state, count, work.caller.name});
    }
    return decided;
}

// Says of each what was decided of it before.
void note_decisions(Work& work, const schema::Source& source, std::vector<IssueItem>& items) {
    std::map<std::pair<std::string, std::string>, quality::DecidedIssue> known;
    for (auto& one : quality::decided_issues(work.tx, source.id))
        known.emplace(std::pair(one.key, one.column_name), one);
    for (auto& item : items)
        if (auto found = known.find({item.key, item.column}); found != known.end()) {
            item.state = found->second.state;
            item.decided_by = found->second.decided_by;
        }
}

// The ten rows that an isolation forest finds rarest, of those that are rare at all, and how rare.
std::vector<std::pair<std::size_t, double>> rarest(const std::vector<std::vector<double>>& columns
) {
    std::vector<std::pair<std::size_t, double>> rare;
    if (columns.size() < 2) return rare;
    auto scores = quality::isolation_scores(columns);
    std::vector<std::size_t> order(scores.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
        return scores[a] > scores[b];
    });
    for (auto row : order) {
        if (rare.size() == 10 || scores[row] <= 0.6) break;
        rare.emplace_back(row, scores[row]);
    }
    return rare;
}

quality::CellIssue outlier_issue(
    const quality::Outlier& one,
    const quality::Table::Row& row,
    std::string column,
    std::string value,
    const FindOutliers& request
) {
    return {
        .row = row,
        .column = std::move(column),
        .code = "outlier",
        .value = std::move(value),
        .proposal = {},
        .reason = fmt::format(
            "{:.1f} robust deviations from the median, beyond {} to {}",
            one.score,
            base::short_figure(one.fences.low),
            base::short_figure(one.fences.high)
        ),
        .probability = 1 - 1 / (1 + std::abs(one.score) / request.threshold)};
}

CheckItem item_of(const quality::CheckResult& result) {
    CheckItem item{
        .check = result.check.name,
        .kind = result.check.kind,
        .severity = std::string(base::name_of(result.check.severity)),
        .passed = result.passed,
        .examined = result.examined,
        .failed = result.failed,
        .observed = result.observed,
        .keys = {},
        .examples = result.examples};
    for (std::size_t i = 0; i < std::min<std::size_t>(10, result.rows.size()); ++i)
        item.keys.push_back(result.rows[i].key);
    return item;
}

}  // namespace

DuplicatesAnswer find_duplicates(Work& work, const FindDuplicates& request) {
    auto source = known_source(work, request.source);
    auto report = quality::find_duplicates(
        work.here.database, source.id, {request.by, names_in(request.columns), request.threshold}
    );
    quality::keep_duplicates(work.tx, source.id, report);
    DuplicatesAnswer answer{
        report.kind, report.records, std::move(report.clusters), {}, std::move(report.why)};
    for (auto& pair : report.pairs)
        answer.pairs.push_back({std::move(pair.a), std::move(pair.b), pair.score});
    return answer;
}

ErrorsAnswer find_errors(Work& work, const FindErrors& request) {
    auto source = known_source(work, request.source);
    ErrorsAnswer answer;
    bool decides = !request.accept.empty() || !request.refuse.empty() || !request.reopen.empty();
    if (!request.key.empty() && !decides)
        throw base::UsageError(
            "'key'", "says whose proposals to decide", "give 'accept', 'refuse' or 'reopen' too"
        );
    if (decides) {
        answer.decided = decide(work, source, request);
        return answer;
    }
    auto table = quality::load_table(work.here.database, source.id);
    quality::CellErrorOptions how;
    how.threshold = request.threshold;
    how.labelled = cells_of(request.labelled, table);
    std::vector<quality::CellIssue> issues;
    for (auto& error : quality::find_cell_errors(table, how, &answer.why))
        issues.push_back(
            {.row = table.rows[error.row],
             .column = table.names[error.column],
             .code = error.code,
             .value = table.cells[error.column][error.row],
             .proposal = error.proposal,
             .reason = error.reason,
             .probability = error.probability}
        );
    quality::replace_issues(
        work.tx, source.id, {"dependency", "typo", "pattern", "missing"}, issues, work.now
    );
    for (const auto& issue : issues) answer.items.push_back(item_of(issue));
    note_decisions(work, source, answer.items);
    return answer;
}

// Numbers alone are held; what else is told of a record is read again, of those that are told of.
OutliersAnswer find_outliers(Work& work, const FindOutliers& request) {
    auto source = known_source(work, request.source);
    auto& database = work.here.database;
    const auto table = quality::load_numbers(database, source.id, names_in(request.columns));
    std::vector<quality::Outlier> found;
    for (std::size_t c = 0; c < table.columns.size(); ++c)
        for (const auto& one : quality::find_outliers(table.columns[c], c, request.threshold))
            found.push_back(one);
    const auto rare = rarest(table.columns);
    std::vector<quality::CellIssue> issues(found.size());
    std::vector<std::string> rare_keys(rare.size());
    std::multimap<std::int64_t, std::size_t> places;  // in `found`, then in `rare`
    for (std::size_t i = 0; i < found.size(); ++i) places.emplace(table.rks[found[i].row], i);
    for (std::size_t i = 0; i < rare.size(); ++i)
        places.emplace(table.rks[rare[i].first], found.size() + i);
    quality::each_record(database, source.id, [&](quality::Table::Row row, auto fields) {
        const auto [first, last] = places.equal_range(row.rk);
        for (auto at = first; at != last; ++at) {
            if (at->second >= found.size()) {
                rare_keys[at->second - found.size()] = row.key;
                continue;
            }
            const auto& one = found[at->second];
            for (const auto& field : fields)
                if (field.name == table.names[one.column] &&
                    quality::number_of(field.value) == table.columns[one.column][one.row])
                    issues[at->second] = outlier_issue(
                        one, row, std::string(field.name), std::string(field.value), request
                    );
        }
        return true;
    });
    // Of values that went meanwhile nothing is told.
    std::erase_if(issues, [](const auto& issue) { return issue.row.key.empty(); });
    quality::replace_issues(work.tx, source.id, {"outlier"}, issues, work.now);
    OutliersAnswer answer;
    for (const auto& issue : issues) answer.items.push_back(item_of(issue));
    for (std::size_t i = 0; i < rare.size(); ++i)
        if (!rare_keys[i].empty()) answer.rare.push_back({std::move(rare_keys[i]), rare[i].second});
    return answer;
}

Page<CheckItem> check_records(Work& work, const CheckRecords& request) {
    auto checks = quality::parse_checks(request.rules, request.rules_name);
    auto source = known_source(work, request.source);
    auto results = quality::check_source(work.here.database, source.id, std::move(checks));
    quality::save_results(work.tx, source.id, results);
    Page<CheckItem> page;
    for (const auto& result : results) page.items.push_back(item_of(result));
    return page;
}

}  // namespace service
