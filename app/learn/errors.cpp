// `tilth errors RUN`: where the model is wrong, why, and what to do; and `tilth errors
// --probabilities FILE --labels FILE`: which labels of plain files may be wrong, without a
// database. Of each finding people see the first ten; machines get all that was asked for.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/learn/runs.hpp"
#include "app/verbs.hpp"
#include "base/error.hpp"
#include "base/text/utf8.hpp"
#include "formats/csv/csv.hpp"
#include "service/learn/errors.hpp"
#include "training/analysis/labels/label_error_files.hpp"

namespace app {

namespace {

constexpr std::size_t shown = 10, classes_shown = 50;

void print_reviews(
    const std::string& heading,
    const std::vector<service::ToReview>& items,
    bool parts = true
) {
    if (items.empty()) return;
    print_line(heading);
    const bool people = std::any_of(items.begin(), items.end(), [](const auto& one) {
        return !one.people.empty();
    });
    std::vector<std::string> head{"record", "label", "model says", "score", "reason", "text"};
    if (people) head.insert(head.begin() + 3, "people say");
    if (parts) head.insert(head.begin() + 1, "part");
    Table table(head);
    for (const auto& one : items) {
        std::vector<std::string> row{
            std::string(base::cut_at_character(one.key, 50)),
            one.given,
            one.suggested,
            fmt::format("{:.3f}", one.score),
            one.reason,
            std::string(base::cut_at_character(one.text, 50))};
        if (people) row.insert(row.begin() + 3, one.people);
        if (parts) row.insert(row.begin() + 1, one.part);
        table.add(row);
        if (&one - items.data() + 1 == static_cast<std::ptrdiff_t>(shown)) break;
    }
    table.print();
}

void print_confused(const std::vector<service::ConfusedClass>& pairs) {
    Table table({"label", "taken for", "records", "share of label", "for example"});
    for (std::size_t i = 0; i < pairs.size() && i < shown; ++i) {
        const auto& pair = pairs[i];
        table.add(
            {pair.truth,
             pair.predicted,
             std::to_string(pair.rows),
             fmt::format("{:.1f} %", pair.share * 100),
             pair.examples.empty() ? "" : std::string(base::cut_at_character(pair.examples[0], 50))}
        );
    }
    if (!table.empty()) table.print();
}

void print_classes(const std::vector<service::ClassFaults>& all) {
    const bool spans = std::any_of(all.begin(), all.end(), [](const auto& one) {
        return one.wrong_label + one.wrong_boundary > 0;
    });
    std::vector<std::string> head{"class", "has it", "said", "missed", "spurious"};
    if (spans) head.insert(head.end(), {"wrong label", "wrong boundary"});
    head.insert(head.end(), {"may be wrong", "missed, for example", "spurious, for example"});
    Table table(head);
    for (std::size_t i = 0; i < all.size() && i < classes_shown; ++i) {
        const auto& one = all[i];
        std::vector<std::string> row;
        row.push_back(one.name);
        for (auto count : {one.support, one.said, one.missed, one.spurious})
            row.push_back(std::to_string(count));
        if (spans)
            for (auto count : {one.wrong_label, one.wrong_boundary})
                row.push_back(std::to_string(count));
        row.push_back(std::to_string(one.label_errors));
        for (const auto* examples : {&one.missed_examples, &one.spurious_examples})
            row.emplace_back(
                examples->empty() ? "" : base::cut_at_character(examples->front(), 50)
            );
        table.add(row);
    }
    if (!table.empty()) table.print();
}

// Squared errors of values are shown as their roots, which are in the unit of the values.
void print_slices(const std::vector<service::WorseSlice>& all, bool of_values) {
    const auto shown_as = [&](double error) {
        return of_values ? std::sqrt(std::max(error, 0.0)) : error;
    };
    Table table(
        {"slice",
         "records",
         of_values ? "RMSE (95 % interval)" : "error (95 % interval)",
         "lift",
         "q"}
    );
    for (std::size_t i = 0; i < all.size() && i < shown; ++i) {
        const auto& slice = all[i];
        table.add(
            {slice.slice,
             std::to_string(slice.rows),
             with_interval(shown_as(slice.rate), shown_as(slice.low), shown_as(slice.high)),
             fmt::format("{:.2f}", slice.lift),
             fmt::format("{:.1g}", slice.q_value)}
        );
    }
    print_line(
        table.empty() ? "no slice is worse than the rest beyond chance"
                      : "slices that are worse than the rest:"
    );
    if (!table.empty()) table.print();
}

void print_odd(const service::FoundErrors& found) {
    print_reviews(
        fmt::format(
            "ambiguous, {} of the judged (label or likeliest other, both near):",
            found.counts.ambiguous
        ),
        found.ambiguous
    );
    print_reviews(
        fmt::format("far from all training records, {} of the judged:", found.counts.far), found.far
    );
    if (found.alike.empty()) return;
    print_line(fmt::format(
        "nearly the same text, in two parts or with two labels, {} pairs:", found.counts.alike
    ));
    Table table({"record", "part", "label", "record", "part", "label"});
    for (std::size_t i = 0; i < found.alike.size() && i < shown; ++i) {
        const auto& pair = found.alike[i];
        table.add(
            {std::string(base::cut_at_character(pair.key_a, 40)),
             pair.part_a,
             pair.label_a,
             std::string(base::cut_at_character(pair.key_b, 40)),
             pair.part_b,
             pair.label_b}
        );
    }
    table.print();
}

void print_advice(const std::vector<service::AdviceLine>& all) {
    if (all.empty()) return;
    print_line("what to do:");
    std::size_t number = 0;
    for (const auto& one : all) {
        auto line = fmt::format(
            "{:2}. {}: {}. Why: {}. {}",
            ++number,
            base::name_of(one.action),
            one.finding,
            one.cause,
            one.advice
        );
        if (one.gain)
            line += fmt::format(
                " ({} more labels: error lower by {})",
                one.labels,
                with_interval(*one.gain, *one.gain_low, *one.gain_high)
            );
        print_line(line);
    }
}

void print_collect(const std::vector<service::PagesToGather>& all) {
    if (all.empty()) return;
    print_line("where more should come from ('--collect PAGES --send' has it crawled first):");
    Table table({"source", "addresses", "waiting", "asked first", "seen like it", "others", "for"});
    for (std::size_t i = 0; i < all.size() && i < shown; ++i) {
        const auto& one = all[i];
        table.add(
            {one.source,
             one.prefer,
             std::to_string(one.waiting),
             fmt::format("{:.0f}", one.share * static_cast<double>(one.waiting)),
             std::to_string(one.like),
             std::to_string(one.others),
             std::string(base::cut_at_character(one.finding, 60))}
        );
    }
    table.print();
}

void print_sent(const service::FoundErrors& found) {
    if (!found.sent) return;
    const auto& sent = *found.sent;
    if (sent.pages)
        print_line(
            *sent.pages > 0
                ? fmt::format("a crawl for {} pages is queued for the workers", *sent.pages)
                : "no crawl was queued: the source waits for the workers or runs already"
        );
    if (sent.unfit > 0)
        print_line(fmt::format(
            "{} records were left out: they lack a field that the question is about", sent.unfit
        ));
    const auto queued = sent.added + sent.changed + sent.waiting;
    if (queued == 0 && (sent.pages || sent.unfit > 0)) return;
    if (queued > 0)
        return print_line(fmt::format(
            "sent to labeling project '{}': {} new, {} changed, {} were waiting",
            found.project,
            sent.added,
            sent.changed,
            sent.waiting
        ));
    print_line(
        found.pool == 0 ? "nothing was sent: every record has a label or is asked for already"
                        : "nothing was sent: add --next N to choose records, or --label-errors for "
                          "doubtful labels"
    );
}

void show(const service::AnalyseErrors& asked, const service::FoundErrors& found) {
    const auto run = fmt::format("run {} ({} on {})", found.run, found.model, found.snapshot);
    if (found.rmse)
        print_line(fmt::format(
            "{}: RMSE {:.6g} over {} validation and test records; {} err by more",
            run,
            *found.rmse,
            found.judged,
            found.wrong
        ));
    else
        print_line(fmt::format(
            "{}: {} of {} validation and test records wrong", run, found.wrong, found.judged
        ));
    print_classes(found.classes);
    print_confused(found.confused);
    if (asked.slices || !asked.label_errors) print_slices(found.slices, found.rmse.has_value());
    if (asked.label_errors || !asked.slices)
        print_reviews(
            fmt::format(
                "labels that may be wrong, {} of {} judged ({} beyond doubt; about {:.1f} % are "
                "wrong):",
                found.counts.label_errors,
                found.counts.label_errors_judged,
                found.counts.label_errors_confident,
                found.estimated_label_errors * 100
            ),
            found.label_errors
        );
    print_odd(found);
    print_forecasts(found.forecasts);
    print_past(found.past);
    print_advice(found.advice);
    print_collect(found.collect);
    for (const auto& note : found.notes) print_line("note: " + note);
    if (found.fits_kept > 0)
        print_line("note: what an earlier look at this run fitted was kept, and is used");
    print_reviews(
        fmt::format("to label next, of {} without a label:", found.pool), found.next, false
    );
    print_sent(found);
}

// Of plain files: CSV with the likeliest error first, or one JSON object.
void judge_files(
    const std::string& probabilities,
    const std::string& labels,
    const service::AnalyseErrors& asked,
    service::Context& context
) {
    const auto rows = training::read_judged_labels(probabilities, labels, context.stop());
    const auto found =
        training::label_errors(rows.probabilities, rows.labels, rows.classes.size(), asked.rank);
    const auto class_at = [&](int at) { return rows.classes.at(static_cast<std::size_t>(at)); };
    boost::json::array all;
    std::string csv = "id,label,suggested,quality,self_confidence,confident\n";
    for (const auto& one : found.suspects) {
        if (all.size() == asked.top) break;
        all.push_back(boost::json::object{
            {"id", rows.ids[one.row]},
            {"label", class_at(one.given)},
            {"suggested", class_at(one.suggested)},
            {"quality", one.quality},
            {"self_confidence", one.self_confidence},
            {"confident", one.confident}});
        formats::append_row(
            {rows.ids[one.row],
             class_at(one.given),
             class_at(one.suggested),
             fmt::format("{:.6g}", one.quality),
             fmt::format("{:.6g}", one.self_confidence),
             one.confident ? "true" : "false"},
            csv
        );
    }
    if (context.json) {
        boost::json::array notes(rows.notes.begin(), rows.notes.end());
        return print_json(boost::json::object{
            {"rows", rows.labels.size()},
            {"classes", rows.classes.size()},
            {"suspects", found.suspects.size()},
            {"confident", found.confident},
            {"estimated_label_errors", found.estimated_share},
            {"notes", notes},
            {"label_errors", all}});
    }
    std::cout << csv;
    for (const auto& note : rows.notes) std::cerr << "note: " << note << "\n";
    std::cerr << fmt::format(
        "{} of {} labels may be wrong, {} beyond doubt; about {:.1f} % are wrong\n",
        found.suspects.size(),
        rows.labels.size(),
        found.confident,
        found.estimated_share * 100
    );
}

}  // namespace

void add_errors(CLI::App& cli, service::Context& context) {
    struct Files {
        std::string probabilities, labels;
    };
    auto& command = add_command(cli, "errors");
    Flags<service::AnalyseErrors> flags(command, {.positionals = {{"run", "RUN"}}});
    auto files = std::make_shared<Files>();
    command
        .add_option(
            "--probabilities",
            files->probabilities,
            "Without a run: CSV or JSON with id and a column for each class, of a model that has "
            "not "
            "seen the rows"
        )
        ->type_name("FILE");
    command
        .add_option(
            "--labels", files->labels, "With --probabilities: CSV or JSON with id and label"
        )
        ->type_name("FILE");
    on_command(command, [flags, files, &context] {
        if (files->probabilities.empty() != files->labels.empty())
            throw base::UsageError(
                files->labels.empty() ? "--labels" : "--probabilities",
                "is missing",
                "give both files, or a run"
            );
        if (!files->labels.empty()) {
            if (flags.given("run"))
                throw base::UsageError(
                    "RUN", "stands beside --probabilities", "give a run or files"
                );
            service::AnalyseErrors asked;
            flags.set(asked);
            return judge_files(files->probabilities, files->labels, asked, context);
        }
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
