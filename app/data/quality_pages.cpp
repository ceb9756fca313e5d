// `tilth quality pages`: what the published filters of web corpora would drop. Measures are stored
// with each text, so rules are only compared here and nothing is read twice. Beside how many break
// a rule stands how many break only it: that is what leaving the rule out would bring back.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "app/data/examinations.hpp"
#include "app/verbs.hpp"
#include "service/quality/findings.hpp"

namespace app {

namespace {

void show_pages(const service::PagesAnswer& counted) {
    for (const auto& [name, preset] : counted.presets) {
        print_line(fmt::format(
            "{}: {} of {} records pass", name, grouped(preset.passed), grouped(counted.records)
        ));
        Table table({"measure", "rule", "would drop", "alone"});
        for (const auto& rule : preset.rules)
            if (rule.broken > 0)
                table.add({rule.measure, rule.rule, grouped(rule.broken), grouped(rule.only)});
        table.print();
    }
    Table table({"personal data", "records", "finds"});
    for (const auto& [kind, found] : counted.pii)
        table.add({kind, grouped(found.records), grouped(found.finds)});
    table.print();
}

}  // namespace

void add_quality_pages(CLI::App& quality, service::Context& context) {
    add_examination<service::judge_pages>(
        quality, context, service::Examination::pages, show_pages
    );
}

}  // namespace app
