#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "app/label/steps.hpp"
#include "app/output.hpp"
#include "app/verbs.hpp"
#include "service/labels/queue/audit.hpp"

namespace app {

namespace {

void show_audit(const service::AuditState& at) {
    print_line(fmt::format(
        "{}: audit {} of {} of {} labels{}, seed {}: {} answered, {} in hand, {} skipped",
        at.project,
        at.audit,
        at.sample,
        at.labels,
        at.by_class ? " by class" : "",
        at.seed,
        at.progress.answered,
        at.progress.in_hand,
        at.progress.skipped
    ));
    if (at.stopped_at)
        print_line(fmt::format(
            "stopped by {} at {}", at.stopped_by.value_or(""), base::rfc3339(*at.stopped_at)
        ));
    else
        print_line(
            fmt::format("those who review answer with: tilth label claim {} --audit", at.project)
        );
    if (at.flagged > 0)
        print_line(fmt::format(
            "{} are flagged: see 'tilth label review {} --flagged'", at.flagged, at.project
        ));
}

std::string answer_or_label(const std::optional<std::string>& label, const base::JsonText& value) {
    return label ? *label : value.text;
}

void show_report(const labeling::AuditReport& found) {
    print_line(fmt::format(
        "audit {}: {} of {} answered, {} wrong; of all {} labels wrong: {}",
        found.audit,
        found.answered,
        found.items,
        found.wrong,
        found.labels,
        found.answered == 0 ? std::string("not known yet")
                            : with_interval(found.rate, found.low, found.high)
    ));
    Table classes({"class", "labels", "drawn", "answered", "wrong", "rate (95 % interval)"});
    for (const auto& each : found.classes)
        classes.add(
            {each.label.value_or(""),
             std::to_string(each.labels),
             std::to_string(each.sample),
             std::to_string(each.answered),
             std::to_string(each.wrong),
             each.answered == 0 ? "" : with_interval(each.rate, each.low, each.high)}
        );
    if (!classes.empty()) classes.print();
    Table differences({"record", "label", "answer", "by", "likeness", ""});
    for (const auto& each : found.differences)
        differences.add(
            {each.key,
             answer_or_label(each.label, each.value),
             answer_or_label(each.said_label, each.said_value),
             each.user,
             fmt::format("{:.2f}", each.likeness),
             each.changed ? "changed since" : ""}
        );
    if (!differences.empty()) differences.print();
}

}  // namespace

void add_label_audit(CLI::App& label, service::Context& context) {
    add_verb<service::show_audit>(
        label, context, "label audit", {.positionals = {{"project", "NAME"}}}, show_audit
    );
    auto& audit = *label.get_subcommand("audit");
    add_step<service::start_audit>(audit, context, "label audit start", show_audit);
    add_step<service::report_audit>(audit, context, "label audit report", show_report);
    add_step<service::stop_audit>(audit, context, "label audit stop", show_audit);
}

}  // namespace app
