#include <algorithm>
#include <fstream>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "quality/bias/bias_store.hpp"
#include "quality/report/report.hpp"
#include "quality/store.hpp"
#include "schema/sources/source_store.hpp"

namespace app {

namespace json = boost::json;
namespace quality = ingest::quality;

namespace {

struct Options {
    std::string source, out, label, project, favourable, reference;
    std::vector<std::string> by;
    bool no_duplicates = false;
};

schema::Source source_of(Context& context, const std::string& name) {
    return context.database().call([&](base::Tx& tx) { return schema::require_source(tx, name); });
}

void report(Context& context, const Options& options) {
    auto made = quality::report_quality(
        context.database(), source_of(context, options.source), !options.no_duplicates
    );
    if (!options.out.empty()) {
        std::ofstream out(options.out, std::ios::binary);
        out << quality::render_html(made);
        out.flush();
        if (!out) throw base::Error(options.out, "cannot be written", "choose another --out");
    }
    if (context.json) {
        print_json(quality::to_json(made));
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
    if (!options.out.empty()) print_line(options.out);
}

json::object share_json(const quality::Share& share) {
    return {{"value", share.value}, {"low", share.low}, {"high", share.high}};
}

json::object breakdown_json(const quality::Breakdown& breakdown) {
    json::array groups;
    for (const auto& group : breakdown.groups) {
        json::object labels;
        for (const auto& [label, share] : group.labels) labels[label] = share_json(share);
        json::object one{
            {"values", json::array(group.values.begin(), group.values.end())},
            {"records", group.records},
            {"share", share_json(group.share)},
            {"labelled", group.labelled},
            {"labels", labels}};
        if (group.reference) {
            one["reference"] = *group.reference;
            one["off_reference"] = group.off_reference;
        }
        if (group.impact) one["impact"] = *group.impact;
        groups.push_back(one);
    }
    return {
        {"fields", json::array(breakdown.fields.begin(), breakdown.fields.end())},
        {"groups", groups}};
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

void bias(Context& context, const Options& options) {
    auto source = source_of(context, options.source);
    auto table = quality::load_table(context.database(), source.id);
    quality::BiasOptions how;
    how.by = options.by;
    how.favourable = options.favourable;
    if (!options.reference.empty())
        how.reference =
            quality::parse_reference(read_whole_file(options.reference), options.reference);
    if (!options.label.empty()) {
        auto found = std::find(table.names.begin(), table.names.end(), options.label);
        if (found == table.names.end())
            throw base::UsageError(
                fmt::format("field '{}'", options.label),
                "the records have none of that name",
                "see 'tilth quality profile'"
            );
        how.labels = table.cells[static_cast<std::size_t>(found - table.names.begin())];
    }
    std::vector<quality::Breakdown> given;
    if (!options.project.empty()) {
        auto labels =
            quality::labels_of_project(context.database(), options.project, source.id, table);
        if (!labels)
            throw base::UsageError(
                "project '" + options.project + "'",
                "there is none of that name",
                "see 'tilth label project list'"
            );
        how.labels = std::move(*labels);
        given.push_back(quality::annotators_of_project(context.database(), options.project));
        given.push_back(quality::origins_of_project(context.database(), options.project));
    }
    auto found = quality::report_bias(table, how);
    if (context.json) {
        json::array breakdowns, missing, project;
        for (const auto& one : found.breakdowns) breakdowns.push_back(breakdown_json(one));
        for (const auto& one : given) project.push_back(breakdown_json(one));
        for (const auto& one : found.missing)
            missing.push_back(json::object{
                {"field", one.field},
                {"value", one.value},
                {"column", one.column},
                {"missing", share_json(one.share)},
                {"overall", one.overall}});
        json::object object{
            {"records", found.records}, {"breakdowns", breakdowns}, {"missing", missing}};
        if (!found.favourable.empty()) object["favourable"] = found.favourable;
        if (!given.empty()) object["project"] = project;
        print_json(object);
        return;
    }
    print_line(fmt::format("{} records; intervals are of 95 %", grouped(found.records)));
    for (const auto& one : found.breakdowns) show(one, found.favourable);
    for (const auto& one : given)
        if (!one.groups.empty()) show(one, found.favourable);
    for (const auto& one : found.missing)
        print_line(fmt::format(
            "{} is missing in {:.1f} % of the records with {} '{}', in {:.1f} % of all",
            one.column,
            100 * one.share.value,
            one.field,
            one.value,
            100 * one.overall
        ));
}

}  // namespace

void add_quality_reports(CLI::App& command, Context& context) {
    auto options = std::make_shared<Options>();
    auto* page = command.add_subcommand(
        "report", "All that is known of a source's quality, as one page with plots or JSON"
    );
    page->add_option("SOURCE,--source", options->source, "Source")->required()->type_name("NAME");
    page->add_option("--out", options->out, "Where the page goes")->type_name("FILE.html");
    page->add_flag(
        "--no-duplicates", options->no_duplicates, "Do not look for duplicates, show those known"
    );
    page->callback([options, &context] { report(context, *options); });

    auto* groups = command.add_subcommand(
        "bias", "Who is in the records, and how labels and missing values fall on groups"
    );
    groups->add_option("SOURCE,--source", options->source, "Source")->required()->type_name("NAME");
    groups->add_option("--by", options->by, "Fields; several also together")
        ->required()
        ->delimiter(',')
        ->type_name("A,B");
    auto* label = groups->add_option("--label", options->label, "The field that holds the label");
    groups->add_option("--project", options->project, "Labels of a labeling project")
        ->excludes(label);
    groups->add_option(
        "--favourable",
        options->favourable,
        "The label whose rates are compared (the rarer of two, else the most frequent)"
    );
    groups
        ->add_option(
            "--reference", options->reference, "Shares the groups should have: field,value,share"
        )
        ->type_name("FILE.csv");
    groups->callback([options, &context] { bias(context, *options); });
}

}  // namespace app
