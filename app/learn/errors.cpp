// `tilth errors RUN`: where the model is wrong, and what to label next.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "app/verbs.hpp"
#include "base/text/utf8.hpp"
#include "service/learn/errors.hpp"

namespace app {

namespace {

void print_items(
    const char* heading,
    const std::vector<service::ToReview>& items,
    std::size_t at_most
) {
    if (items.empty()) return;
    print_line(heading);
    Table table({"record", "label", "model says", "score", "reason", "text"});
    for (const auto& one : items) {
        if (at_most-- == 0) break;
        table.add(
            {std::string(base::cut_at_character(one.key, 50)),
             one.given,
             one.suggested,
             fmt::format("{:.3f}", one.score),
             one.reason,
             std::string(base::cut_at_character(one.text, 50))}
        );
    }
    table.print();
}

void show(const service::AnalyseErrors& asked, const service::FoundErrors& found) {
    print_line(fmt::format(
        "run {} ({} on {}): {} of {} validation and test records wrong",
        found.run,
        found.model,
        found.snapshot,
        found.wrong,
        found.judged
    ));
    Table confused({"label", "taken for", "records", "share of label"});
    for (std::size_t i = 0; i < found.confused.size() && i < 10; ++i) {
        const auto& pair = found.confused[i];
        confused.add(
            {pair.truth,
             pair.predicted,
             std::to_string(pair.rows),
             fmt::format("{:.1f} %", pair.share * 100)}
        );
    }
    if (!confused.empty()) confused.print();
    if (asked.slices || !asked.label_errors) {
        Table slices({"slice", "records", "error rate (95 % interval)", "lift", "q"});
        for (std::size_t i = 0; i < found.slices.size() && i < 10; ++i) {
            const auto& slice = found.slices[i];
            slices.add(
                {slice.slice,
                 std::to_string(slice.rows),
                 with_interval(slice.rate, slice.low, slice.high),
                 fmt::format("{:.2f}", slice.lift),
                 fmt::format("{:.1g}", slice.q_value)}
            );
        }
        print_line(
            slices.empty() ? "no slice is worse than the rest beyond chance"
                           : "slices that are worse than the rest:"
        );
        if (!slices.empty()) slices.print();
    }
    if (asked.label_errors || !asked.slices)
        print_items(
            fmt::format(
                "labels that may be wrong (about {:.1f} % of those judged):",
                found.estimated_label_errors * 100
            )
                .c_str(),
            found.label_errors,
            10
        );
    print_items(
        fmt::format("to label next, of {} without a label:", found.pool).c_str(), found.next, 10
    );
    if (const auto& sent = found.sent; sent && sent->added + sent->changed + sent->waiting == 0)
        print_line(
            found.pool == 0 ? "nothing was sent: every record has a label or is asked for already"
                            : "nothing was sent: add --next N to choose records, or --label-errors "
                              "for doubtful "
                              "labels"
        );
    else if (sent)
        print_line(fmt::format(
            "sent to labeling project '{}': {} new, {} changed, {} were waiting",
            found.project,
            sent->added,
            sent->changed,
            sent->waiting
        ));
}

}  // namespace

void add_errors(CLI::App& cli, service::Context& context) {
    auto& command = add_command(cli, "errors");
    Flags<service::AnalyseErrors> flags(command, {.positionals = {{"run", "RUN"}}});
    on_command(command, [flags, &context] {
        auto request = flags.read();
        auto found = ask<service::find_errors_of>(context, request);
        if (context.json) {
            print_answer(base::Answer(found));
        } else {
            show(request, found);
        }
    });
}

}  // namespace app
