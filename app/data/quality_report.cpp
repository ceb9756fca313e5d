// The report about a source as a page in a file, and bias as tables.
//
// Columns that say nothing are left out of the tables: shares that groups should have without a
// reference, labels without a project or a field of them.
#include <algorithm>
#include <fstream>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/data/examinations.hpp"
#include "app/verbs.hpp"
#include "base/error.hpp"
#include "base/run/files.hpp"
#include "service/quality/findings.hpp"
#include "service/quality/profiles.hpp"

namespace app {

namespace {

void report(service::Context& context, service::ReportQuality request, const std::string& file) {
    request.page = !file.empty();
    auto made = ask<service::report_quality>(context, request);
    if (made.page) {
        std::ofstream out(file, std::ios::binary);
        out << *made.page;
        out.flush();
        if (!out) throw base::Error(file, "cannot be written", "choose another --out");
    }
    if (context.json) {
        print_json(made.report);
        return;
    }
    for (const auto& one : made.alerts)
        print_line(fmt::format(
            "{} {}{}: {}",
            one.serious ? "!" : " ",
            one.column.empty() ? "" : one.column + ", ",
            one.kind,
            one.text
        ));
    if (!file.empty()) print_line(file);
}

std::string shown(const quality::Share& share) {
    return fmt::format(
        "{:.1f} % ({:.1f} to {:.1f})", 100 * share.value, 100 * share.low, 100 * share.high
    );
}

void show(const quality::Breakdown& breakdown, const std::string& favourable) {
    bool labels = !favourable.empty();
    bool reference = std::any_of(
        breakdown.groups.begin(),
        breakdown.groups.end(),
        [](const quality::Group& group) { return group.reference.has_value(); }
    );
    std::string name;
    for (const auto& field : breakdown.fields) name += (name.empty() ? "" : " and ") + field;
    std::vector<std::string> head{name, "records", "share"};
    if (reference) head.insert(head.end(), {"should be", ""});
    if (labels) head.insert(head.end(), {"labelled", favourable, "impact", " "});
    Table table(head);
    for (const auto& group : breakdown.groups) {
        std::string values;
        for (const auto& value : group.values)
            values += (values.empty() ? "" : ", ") + value.substr(0, 40);
        std::vector<std::string> line{values, grouped(group.records), shown(group.share)};
        if (reference) {
            line.push_back(group.reference ? fmt::format("{:.1f} %", 100 * *group.reference) : "");
            line.emplace_back(
                !group.off_reference                              ? ""
                : group.share.value < group.reference.value_or(0) ? "too few"
                                                                  : "too many"
            );
        }
        if (labels) {
            auto found = group.labels.find(favourable);
            line.push_back(grouped(group.labelled));
            line.push_back(found == group.labels.end() ? "" : shown(found->second));
            line.push_back(group.impact ? fmt::format("{:.2f}", *group.impact) : "");
            line.emplace_back(group.impact && *group.impact < 0.8 ? "under four fifths" : "");
        }
        table.add(std::move(line));
    }
    table.print();
}

void show_bias(const service::BiasAnswer& found) {
    print_line(fmt::format("{} records; intervals are of 95 %", grouped(found.records)));
    for (const auto& one : found.breakdowns) show(one, found.favourable);
    for (const auto& one : found.project)
        if (!one.groups.empty()) show(one, found.favourable);
    for (const auto& one : found.missing)
        print_line(fmt::format(
            "{} is missing in {:.1f} % of the records with {} '{}', in {:.1f} % of all",
            one.column,
            100 * one.missing.value,
            one.field,
            one.value,
            100 * one.overall
        ));
}

}  // namespace

void add_quality_reports(CLI::App& command, service::Context& context) {
    const std::pair<std::string, std::string> source{"source", "SOURCE,--source"};
    auto& page = add_command(command, "quality report");
    Flags<service::ReportQuality> reported(page, {.positionals = {source}, .without = {"page"}});
    auto file = std::make_shared<std::string>();
    page.add_option("--out", *file, "Where the page goes")->type_name("FILE.html");
    auto later = add_queue_flag(page);
    page.get_option("--queue")->excludes(page.get_option("--out"));
    on_command(page, [reported, file, later, &context] {
        auto request = reported.read();
        if (*later) return queue_examination(context, service::Examination::report, request);
        report(context, request, *file);
    });

    auto& groups = add_command(command, "quality bias");
    Flags<service::ReportBias> grouping(
        groups, {.positionals = {source}, .without = {"reference", "reference_name"}}
    );
    auto reference = std::make_shared<std::string>();
    groups
        .add_option("--reference", *reference, "Shares the groups should have: field,value,share")
        ->type_name("FILE.csv");
    auto queue = add_queue_flag(groups);
    on_command(groups, [grouping, reference, queue, &context] {
        auto request = grouping.read();
        if (!reference->empty()) {
            request.reference = base::read_whole_file(*reference);
            request.reference_name = *reference;
        }
        if (*queue) return queue_examination(context, service::Examination::bias, request);
        auto found = ask<service::report_bias>(context, request);
        if (context.json) return print_answer(base::Answer(found));
        show_bias(found);
    });
}

}  // namespace app
