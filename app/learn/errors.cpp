// `tilth errors RUN`: where the model is wrong, and what to label next. With --send what was chosen
// goes to the labeling queue: unlabelled records as new tasks, suspected labels as tasks again, to
// people who have not seen them. Both in one transaction, or half a choice would wait for answers.
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "labeling/store.hpp"
#include "training/analysis/analysis.hpp"

namespace app {

namespace json = boost::json;

namespace {

struct Options {
    training::AnalysisRequest request;
    bool slices = false, label_errors = false, send = false;
};

json::array to_json(const std::vector<training::ReviewItem>& items) {
    json::array all;
    for (const auto& one : items)
        all.push_back(json::object{
            {"key", one.item.id.key},
            {"given", one.given},
            {"suggested", one.suggested},
            {"score", one.score},
            {"reason", one.reason},
            {"text", one.snippet}});
    return all;
}

void print_items(
    const char* heading,
    const std::vector<training::ReviewItem>& items,
    std::size_t at_most
) {
    if (items.empty()) return;
    print_line(heading);
    Table table({"record", "label", "model says", "score", "reason", "text"});
    for (const auto& one : items) {
        if (at_most-- == 0) break;
        table.add(
            {one.item.id.key.substr(0, 50),
             one.given,
             one.suggested,
             fmt::format("{:.3f}", one.score),
             one.reason,
             one.snippet.substr(0, 50)}
        );
    }
    table.print();
}

// Puts what should be labelled next, and what should be labelled again, into the project's queue.
labeling::Enqueued
send(service::Context& context, const training::Analysis& analysis, bool suspects) {
    std::vector<labeling::QueueRequest> fresh, again;
    for (const auto& one : analysis.next) fresh.push_back({one.item.id.key, one.score, one.reason});
    if (suspects)
        for (const auto& one : analysis.label_errors)
            again.push_back({one.item.id.key, 1 - one.score, one.reason});
    return context.database().call([&](base::Tx& tx) {
        auto project = labeling::load_project(tx, analysis.run.project);
        auto now = std::chrono::system_clock::now();
        auto sent = labeling::enqueue(tx, project, fresh, false, now);
        auto more = labeling::enqueue(tx, project, again, true, now);
        sent.added += more.added;
        sent.changed += more.changed;
        sent.waiting += more.waiting;
        return sent;
    });
}

void tell(
    service::Context& context,
    const Options& options,
    const training::Analysis& analysis,
    const std::optional<labeling::Enqueued>& sent
) {
    if (context.json) {
        json::array confused, slices;
        for (const auto& pair : analysis.confused)
            confused.push_back(json::object{
                {"truth", pair.truth},
                {"predicted", pair.predicted},
                {"rows", pair.rows},
                {"share", pair.share}});
        for (const auto& slice : analysis.slices)
            slices.push_back(json::object{
                {"slice", slice.description},
                {"rows", slice.rows.size()},
                {"errors", slice.errors},
                {"rate", slice.rate},
                {"low", slice.interval.low},
                {"high", slice.interval.high},
                {"lift", slice.lift},
                {"q_value", slice.q_value}});
        json::object object{
            {"run", analysis.run.id},
            {"judged", analysis.judged},
            {"wrong", analysis.wrong},
            {"confused", confused},
            {"slices", slices},
            {"label_errors", to_json(analysis.label_errors)},
            {"estimated_label_errors", analysis.estimated_label_errors},
            {"next", to_json(analysis.next)},
            {"pool", analysis.pool}};
        if (sent)
            object["sent"] = json::object{
                {"added", sent->added}, {"changed", sent->changed}, {"waiting", sent->waiting}};
        print_json(object);
        return;
    }
    print_line(fmt::format(
        "run {} ({} on {}): {} of {} validation and test records wrong",
        analysis.run.id,
        analysis.run.kind,
        analysis.run.snapshot,
        analysis.wrong,
        analysis.judged
    ));
    Table confused({"label", "taken for", "records", "share of label"});
    for (std::size_t i = 0; i < analysis.confused.size() && i < 10; ++i) {
        const auto& pair = analysis.confused[i];
        confused.add(
            {pair.truth,
             pair.predicted,
             std::to_string(pair.rows),
             fmt::format("{:.1f} %", pair.share * 100)}
        );
    }
    if (!confused.empty()) confused.print();
    if (options.slices || !options.label_errors) {
        Table slices({"slice", "records", "error rate (95 % interval)", "lift", "q"});
        for (std::size_t i = 0; i < analysis.slices.size() && i < 10; ++i) {
            const auto& slice = analysis.slices[i];
            slices.add(
                {slice.description,
                 std::to_string(slice.rows.size()),
                 with_interval(slice.rate, slice.interval.low, slice.interval.high),
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
    if (options.label_errors || !options.slices)
        print_items(
            fmt::format(
                "labels that may be wrong (about {:.1f} % of those judged):",
                analysis.estimated_label_errors * 100
            )
                .c_str(),
            analysis.label_errors,
            10
        );
    print_items(
        fmt::format("to label next, of {} without a label:", analysis.pool).c_str(),
        analysis.next,
        10
    );
    if (sent)
        print_line(fmt::format(
            "sent to labeling project '{}': {} new, {} changed, {} were waiting",
            analysis.run.project,
            sent->added,
            sent->changed,
            sent->waiting
        ));
}

}  // namespace

void add_errors(CLI::App& cli, service::Context& context) {
    auto options = std::make_shared<Options>();
    auto* errors = cli.add_subcommand("errors", "What a run gets wrong, and what to label next");
    errors->add_option("RUN", options->request.run_id)->required();
    errors->add_flag("--slices", options->slices, "Only slices");
    errors->add_flag(
        "--label-errors",
        options->label_errors,
        "Only labels that may be wrong; with --send they are asked again"
    );
    errors->add_option("--next", options->request.next, "Choose so many records to label next");
    errors->add_option(
        "--pool", options->request.pool, "Records without a label to look at (20000)"
    );
    errors->add_option("--seed", options->request.seed, "Of the random share (1)");
    errors->add_flag("--send", options->send, "Put what was chosen into the labeling queue");
    errors->callback([options, &context] {
        auto analysis =
            training::analyse(context.database(), context.blobs(), {}, options->request);
        std::optional<labeling::Enqueued> sent;
        if (options->send) sent = send(context, analysis, options->label_errors);
        tell(context, *options, analysis, sent);
    });
}

}  // namespace app
