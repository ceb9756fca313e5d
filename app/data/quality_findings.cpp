#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "quality/errors/cell_errors.hpp"
#include "quality/duplicates/duplicates.hpp"
#include "quality/outliers/outliers.hpp"
#include "quality/store.hpp"
#include "schema/sources/source_store.hpp"

namespace app {

namespace json = boost::json;
namespace quality = ingest::quality;

namespace {

struct Options {
    std::string source, by = "auto", accept, refuse;
    std::vector<std::string> columns;
    double threshold = 0, at_least = 0;
    int limit = 20;
    bool pairs = false;
};

schema::Source source_of(Context& context, const std::string& name) {
    return context.database().call([&](base::Tx& tx) { return schema::require_source(tx, name); });
}

void tell(const std::vector<std::string>& why) {
    for (const auto& line : why) print_line("  " + line);
}

void duplicates(Context& context, const Options& options) {
    auto source = source_of(context, options.source);
    auto report = quality::find_duplicates(
        context.database(), source.id, {options.by, options.columns, options.threshold}
    );
    std::size_t in_clusters = 0;
    for (const auto& cluster : report.clusters) in_clusters += cluster.size();
    if (context.json) {
        if (options.pairs) {
            for (const auto& pair : report.pairs)
                print_json(json::object{{"a", pair.a}, {"b", pair.b}, {"score", pair.score}});
        } else {
            for (const auto& cluster : report.clusters)
                print_json(json::object{
                    {"cluster", json::array(cluster.begin(), cluster.end())}, {"by", report.kind}});
        }
        return;
    }
    print_line(fmt::format(
        "{} records compared by {}: {} of them in {} clusters of duplicates",
        grouped(report.records),
        report.kind,
        grouped(in_clusters),
        grouped(report.clusters.size())
    ));
    tell(report.why);
    int left = options.limit;
    for (const auto& cluster : report.clusters) {
        if (left-- == 0) {
            print_line("  ... more with --limit");
            break;
        }
        std::string line = " ";
        for (const auto& key : cluster) line += " " + key;
        print_line(line);
    }
}

void show(Context& context, const std::vector<quality::CellIssue>& issues, int limit) {
    Table table({"key", "line", "column", "value", "proposal", "sure", "why"});
    for (const auto& issue : issues) {
        if (context.json) {
            json::object object{
                {"key", issue.row.key},
                {"column", issue.column},
                {"value", issue.value},
                {"probability", issue.probability},
                {"code", issue.code},
                {"reason", issue.reason}};
            object["proposal"] =
                issue.proposal.empty() ? json::value() : json::value(issue.proposal);
            if (issue.row.line >= 0) object["line"] = issue.row.line;
            print_json(object);
            continue;
        }
        if (limit-- == 0) break;
        table.add(
            {issue.row.key,
             issue.row.line >= 0 ? std::to_string(issue.row.line) : "",
             issue.column,
             issue.value.substr(0, 40),
             issue.proposal.substr(0, 40),
             fmt::format("{:.2f}", issue.probability),
             issue.reason.substr(0, 60)}
        );
    }
    if (!context.json) {
        print_line(fmt::format("{} values are likely wrong", grouped(issues.size())));
        if (!table.empty()) table.print();
    }
}

void decide(Context& context, const schema::Source& source, const Options& options) {
    auto by = [] {
        const char* user = std::getenv("USER");
        return std::string(user && *user ? user : "operator");
    }();
    for (auto [state, columns] :
         {std::pair("accepted", &options.accept), std::pair("refused", &options.refuse)}) {
        if (columns->empty()) continue;
        auto column = *columns == "all" ? std::string() : *columns;
        auto count = context.database().call([&](base::Tx& tx) {
            return quality::decide_issues(
                tx, source.id, column, options.at_least, state, by, std::chrono::system_clock::now()
            );
        });
        print_line(fmt::format("{} proposals {} by {}", grouped(count), state, by));
    }
}

void errors(Context& context, const Options& options) {
    auto source = source_of(context, options.source);
    if (!options.accept.empty() || !options.refuse.empty()) {
        decide(context, source, options);
        return;
    }
    auto table = quality::load_table(context.database(), source.id);
    quality::CellErrorOptions how;
    if (options.threshold > 0) how.threshold = options.threshold;
    std::vector<std::string> why;
    std::vector<quality::CellIssue> issues;
    for (auto& error : quality::find_cell_errors(table, how, &why))
        issues.push_back(
            {table.rows[error.row],
             table.names[error.column],
             error.code,
             table.cells[error.column][error.row],
             error.proposal,
             error.reason,
             error.probability}
        );
    context.database().call([&](base::Tx& tx) {
        quality::replace_issues(
            tx,
            source.id,
            {"dependency", "typo", "pattern", "missing"},
            issues,
            std::chrono::system_clock::now()
        );
    });
    show(context, issues, options.limit);
    if (!context.json && !why.empty()) {
        print_line("columns that follow from others:");
        tell(why);
    }
}

void outliers(Context& context, const Options& options) {
    auto source = source_of(context, options.source);
    auto table = quality::load_table(context.database(), source.id);
    auto limit = options.threshold > 0 ? options.threshold : 3.5;
    std::vector<std::size_t> chosen;
    std::vector<std::vector<double>> columns;
    for (std::size_t c = 0; c < table.names.size(); ++c) {
        if (!options.columns.empty() &&
            std::find(options.columns.begin(), options.columns.end(), table.names[c]) ==
                options.columns.end())
            continue;
        chosen.push_back(c);
        if (auto numbers = quality::numbers_of(table.cells[c]))
            columns.push_back(std::move(*numbers));
    }
    std::vector<quality::CellIssue> issues;
    for (const auto& one : quality::find_outliers(table, chosen, limit))
        issues.push_back(
            {table.rows[one.row],
             table.names[one.column],
             "outlier",
             table.cells[one.column][one.row],
             {},
             fmt::format(
                 "{:.1f} robust deviations from the median, beyond {:g} to {:g}",
                 one.score,
                 one.fences.low,
                 one.fences.high
             ),
             1 - 1 / (1 + std::abs(one.score) / limit)}
        );
    context.database().call([&](base::Tx& tx) {
        quality::replace_issues(
            tx, source.id, {"outlier"}, issues, std::chrono::system_clock::now()
        );
    });
    show(context, issues, options.limit);
    if (context.json || columns.size() < 2) return;
    auto scores = quality::isolation_scores(columns);
    std::vector<std::uint32_t> order(scores.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
        return scores[a] > scores[b];
    });
    Table rare({"key", "isolation score"});
    for (std::size_t i = 0; i < std::min<std::size_t>(10, order.size()) && scores[order[i]] > 0.6;
         ++i)
        rare.add({table.rows[order[i]].key, fmt::format("{:.3f}", scores[order[i]])});
    if (!rare.empty()) {
        print_line("records that are rare as a whole (isolation forest):");
        rare.print();
    }
}

}  // namespace

void add_quality_findings(CLI::App& command, Context& context) {
    auto options = std::make_shared<Options>();
    auto with_source = [&](CLI::App* sub) {
        sub->add_option("SOURCE,--source", options->source, "Source")
            ->required()
            ->type_name("NAME");
        sub->add_option("--limit", options->limit, "Lines shown at most (20)");
    };
    auto* duplicate = command.add_subcommand("duplicates", "Records that are the same, or nearly");
    with_source(duplicate);
    duplicate->add_option("--by", options->by, "exact, normalised, text, image, row or auto");
    duplicate->add_option("--columns", options->columns, "Fields to compare (all)")->delimiter(',');
    duplicate->add_option(
        "--threshold", options->threshold, "Text: likeness (0.7); row: probability (0.5)"
    );
    duplicate->add_flag(
        "--pairs", options->pairs, "With --json: pairs with scores instead of clusters"
    );
    duplicate->callback([options, &context] { duplicates(context, *options); });

    auto* error = command.add_subcommand(
        "errors", "Values that are likely wrong, each with a proposal; nothing is changed"
    );
    with_source(error);
    error->add_option("--threshold", options->threshold, "Report from this probability on (0.5)");
    error
        ->add_option(
            "--accept", options->accept, "Accept the open proposals of this column, or all"
        )
        ->type_name("COLUMN");
    error
        ->add_option(
            "--refuse", options->refuse, "Refuse the open proposals of this column, or all"
        )
        ->type_name("COLUMN");
    error->add_option("--at-least", options->at_least, "Decide only those at least so probable");
    error->callback([options, &context] { errors(context, *options); });

    auto* outlier = command.add_subcommand("outliers", "Numbers far from the others");
    with_source(outlier);
    outlier->add_option("--columns", options->columns, "Fields to look at (all numbers)")
        ->delimiter(',');
    outlier->add_option(
        "--threshold", options->threshold, "Robust deviations from the median (3.5)"
    );
    outlier->callback([options, &context] { outliers(context, *options); });
}

}  // namespace app
