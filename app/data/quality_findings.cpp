// Duplicates, likely errors and outliers, printed for people.
//
// A source can have thousands of findings: people see the first ones and how many there are, and
// machines all of them, a finding a line.
#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "app/data/examinations.hpp"
#include "app/verbs.hpp"
#include "service/quality/findings.hpp"

namespace app {

namespace {

const FlagOptions of_source{.positionals = {{"source", "SOURCE,--source"}}};

// What only this face knows: how much of the findings it prints.
struct Shown {
    int limit = 20;
    bool pairs = false;
};

std::shared_ptr<Shown> with_limit(CLI::App& command) {
    auto shown = std::make_shared<Shown>();
    command.add_option("--limit", shown->limit, "Lines shown at most (20)");
    return shown;
}

void tell(const std::vector<std::string>& why) {
    for (const auto& line : why) print_line("  " + line);
}

struct Cluster {
    std::vector<std::string> cluster;  // keys
    std::string by;
};
BOOST_DESCRIBE_STRUCT(Cluster, (), (cluster, by))

void print_duplicates(const service::DuplicatesAnswer& found, bool pairs) {
    if (pairs) return print_answer(base::Answer(found.pairs));
    std::vector<Cluster> clusters;
    for (const auto& keys : found.clusters) clusters.push_back({keys, found.by});
    print_answer(base::Answer(std::move(clusters)));
}

void show_duplicates(const service::DuplicatesAnswer& found, int limit) {
    std::size_t in_clusters = 0;
    for (const auto& cluster : found.clusters) in_clusters += cluster.size();
    print_line(fmt::format(
        "{} records compared by {}: {} of them in {} clusters of duplicates",
        grouped(found.records),
        found.by,
        grouped(in_clusters),
        grouped(found.clusters.size())
    ));
    tell(found.why);
    for (const auto& cluster : found.clusters) {
        if (limit-- == 0) {
            print_line("  ... more with --limit");
            break;
        }
        std::string line = " ";
        for (const auto& key : cluster) line += " " + key;
        print_line(line);
    }
}

void show_issues(const std::vector<service::IssueItem>& issues, int limit) {
    Table table({"key", "line", "column", "value", "proposal", "sure", "state", "why"});
    for (const auto& issue : issues) {
        if (limit-- == 0) break;
        table.add(
            {issue.key,
             issue.line ? std::to_string(*issue.line) : "",
             issue.column,
             issue.value.substr(0, 40),
             issue.proposal.value_or("").substr(0, 40),
             fmt::format("{:.2f}", issue.probability),
             issue.state,
             issue.reason.substr(0, 60)}
        );
    }
    print_line(fmt::format("{} values are likely wrong", grouped(issues.size())));
    if (!table.empty()) table.print();
}

void show_errors(const service::ErrorsAnswer& found, int limit) {
    for (const auto& one : found.decided)
        print_line(fmt::format("{} proposals {} by {}", grouped(one.count), one.state, one.by));
    if (!found.decided.empty()) return;
    show_issues(found.items, limit);
    if (found.why.empty()) return;
    print_line("columns that follow from others:");
    tell(found.why);
}

void show_outliers(const service::OutliersAnswer& found, int limit) {
    show_issues(found.items, limit);
    if (found.rare.empty()) return;
    Table table({"key", "isolation score"});
    for (const auto& one : found.rare) table.add({one.key, fmt::format("{:.3f}", one.score)});
    print_line("records that are rare as a whole (isolation forest):");
    table.print();
}

}  // namespace

void add_quality_findings(CLI::App& quality, service::Context& context) {
    auto& duplicates = add_command(quality, "quality duplicates");
    Flags<service::FindDuplicates> compared(duplicates, of_source);
    auto clusters = with_limit(duplicates);
    duplicates.add_flag(
        "--pairs", clusters->pairs, "With --json: pairs with scores instead of clusters"
    );
    auto queue_duplicates = add_queue_flag(duplicates);
    on_command(duplicates, [compared, clusters, queue_duplicates, &context] {
        auto request = compared.read();
        if (*queue_duplicates)
            return queue_examination(context, service::Examination::duplicates, request);
        auto found = ask<service::find_duplicates>(context, request);
        if (context.json) return print_duplicates(found, clusters->pairs);
        show_duplicates(found, clusters->limit);
    });

    auto& errors = add_command(quality, "quality errors");
    Flags<service::FindErrors> suspected(
        errors, {.positionals = of_source.positionals, .without = {"labelled"}}
    );
    auto labelled = std::make_shared<std::string>();
    errors.add_option("--labelled", *labelled, "Some records with what is right, to learn from")
        ->type_name("FILE");
    auto proposals = with_limit(errors);
    auto queue_errors = add_queue_flag(errors);
    on_command(errors, [suspected, labelled, proposals, queue_errors, &context] {
        auto request = suspected.read();
        if (!labelled->empty()) request.labelled = service::read_labelled(*labelled);
        if (*queue_errors) return queue_examination(context, service::Examination::errors, request);
        auto found = ask<service::find_errors>(context, request);
        if (!context.json) return show_errors(found, proposals->limit);
        print_answer(
            found.decided.empty() ? base::Answer(found.items) : base::Answer(found.decided)
        );
    });

    auto& outliers = add_command(quality, "quality outliers");
    Flags<service::FindOutliers> far(outliers, of_source);
    auto values = with_limit(outliers);
    auto queue_outliers = add_queue_flag(outliers);
    on_command(outliers, [far, values, queue_outliers, &context] {
        auto request = far.read();
        if (*queue_outliers)
            return queue_examination(context, service::Examination::outliers, request);
        auto found = ask<service::find_outliers>(context, request);
        if (context.json) return print_answer(base::Answer(found.items));
        show_outliers(found, values->limit);
    });
}

}  // namespace app
