// The work within a labeling project: its queue, its tasks, how far people agree, what the truth
// is.
//
// Tasks can be worked off from here as well as on the page, with --user to say whose work it is:
// for scripts, and for models that label beside people.
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "app/verbs.hpp"
#include "base/error.hpp"
#include "base/run/files.hpp"
#include "base/run/progress.hpp"
#include "service/labels/judging.hpp"
#include "service/labels/own_work.hpp"
#include "service/labels/queue/queue.hpp"
#include "service/labels/tasks.hpp"

namespace app {

namespace json = boost::json;

namespace {

const FlagOptions named_project{.positionals = {{"project", "NAME"}}};
const FlagOptions named_task{.positionals = {{"task", "TASK"}}};

void show_queue(const service::QueueState& at) {
    print_line(fmt::format(
        "{}: {} added, {} changed; {} open, {} done, {} of {} answers",
        at.project,
        at.added,
        at.changed,
        at.open,
        at.done,
        at.answers,
        at.wanted
    ));
    if (at.unfit > 0)
        print_line(fmt::format(
            "{} records were left out: they lack a field that the question is about", at.unfit
        ));
    if (at.looked_at > 0) print_line(fmt::format("chosen from {}", at.looked_at));
    Table picked({"picked by", "run", "tasks", "done", "mean score"});
    for (const auto& each : at.picked)
        picked.add(
            {each.picked_by,
             each.run == 0 ? std::string() : std::to_string(each.run),
             std::to_string(each.tasks),
             std::to_string(each.done),
             each.mean_score ? fmt::format("{:.3f}", *each.mean_score) : ""}
        );
    if (!picked.empty()) picked.print();
}

void show_measured(const service::MeasuredAgreement& found) {
    const auto& name = found.metric;
    if (!found.value)
        return print_line(fmt::format("{} is undefined: only one class was ever given", name));
    print_line(fmt::format(
        "{} {} over {} records and {} annotators",
        name,
        with_interval(
            *found.value, found.low.value_or(*found.value), found.high.value_or(*found.value)
        ),
        found.units,
        found.raters
    ));
}

json::object json_of(const service::MeasuredAgreement& found) {
    auto number = [](const std::optional<double>& value) {
        return value ? json::value(*value) : json::value(nullptr);
    };
    return {
        {"metric", found.metric},
        {"value", number(found.value)},
        {"ci_low", number(found.low)},
        {"ci_high", number(found.high)},
        {"units", found.units},
        {"raters", found.raters}};
}

void show_parts(const std::vector<service::AgreementOfPart>& parts, bool as_json) {
    if (as_json) {
        for (const auto& part : parts) {
            json::object line{{"part", part.part}};
            for (auto& member : json_of(part)) line.insert(member);
            print_json(line);
        }
        return;
    }
    if (parts.empty()) return;
    Table table({"part", parts.front().metric, "records", "annotators"});
    for (const auto& part : parts) {
        auto told =
            part.value
                ? with_interval(
                      *part.value, part.low.value_or(*part.value), part.high.value_or(*part.value)
                  )
            : part.units == 0 ? std::string("no record has two answers")
                              : std::string("undefined: all say the same");
        table.add({part.part, told, std::to_string(part.units), std::to_string(part.raters)});
    }
    table.print();
}

void agreement(CLI::App& label, service::Context& context) {
    auto& command = add_command(label, "label agreement");
    Flags<service::MeasureAgreement> flags(command, named_project);
    on_command(command, [flags, &context] {
        auto request = flags.read();
        service::ProjectAgreement answer;
        service::run_locally(context.environment(), [&](service::Work& work) {
            if (request.metric.empty() && !request.by)
                request.metric = service::first_metric(work, request);
            answer = service::measure_agreement(work, request);
        });
        const auto& found = answer.metrics.front();
        if (request.by && context.json) return show_parts(answer.parts, true);
        if (context.json) return print_json(json_of(found));
        show_measured(found);
        show_parts(answer.parts, false);
    });
}

void show_truth(const service::ResolvedTruth& done) {
    print_line(fmt::format(
        "{}: {} records resolved by {} ({} labels new, {} changed) from {} answers of {} "
        "annotators; "
        "{} below the target",
        done.project,
        done.records,
        base::name_of(done.method),
        done.added,
        done.changed,
        done.answers,
        done.workers,
        done.below_target
    ));
    if (done.asked_again > 0)
        print_line(fmt::format("one more person is asked about {} of these", done.asked_again));
    if (done.closed > 0)
        print_line(fmt::format("{} are sure now and wait for nobody more", done.closed));
    if (!done.why.empty()) print_line(done.why);
    for (const auto& why : done.machines_left_out) print_line("does not count: " + why);
    if (done.judged > 0)
        print_line(fmt::format(
            "right on {:.2f} % of the {} records whose label is known by import",
            done.accuracy * 100,
            done.judged
        ));
    Table table({"annotator", "estimated accuracy"});
    for (const auto& [worker, accuracy] : done.worker_accuracy)
        table.add({worker, fmt::format("{:.3f}", accuracy)});
    table.print();
}

void simulate(CLI::App& label, service::Context& context) {
    auto& command = add_command(label, "label simulate");
    Flags<service::SimulateAnswers> flags(command, named_project);
    on_command(command, [flags, &context] {
        auto request = flags.read();
        service::SimulatedAnswers done;
        base::Progress progress("simulated annotators", "answers");
        auto tell = [&](std::int64_t answers) {
            progress.update(static_cast<std::uint64_t>(answers));
        };
        service::run_locally(context.environment(), [&](service::Work& work) {
            done = service::simulate_and_tell(work, request, tell);
        });
        tell(done.answers);
        progress.finish();
        if (context.json) return print_answer(base::Answer(done));
        print_line(fmt::format(
            "{}: {} simulated answers, {} of them wrong by design, {} skipped",
            done.project,
            done.answers,
            done.wrong,
            done.skipped
        ));
    });
}

void show_task(const service::Task& task) {
    print_line(fmt::format("task {}, lease {}: {}", task.id, task.lease, task.item.key));
    if (!task.item.title.empty()) print_line(task.item.title);
    if (!task.item.text.empty()) print_line(task.item.text);
    for (const auto& field : task.item.fields)
        print_line(fmt::format("{}: {} {}", field.name, field.value.text, field.unit));
}

std::string all_of(const std::string& file) {
    if (file == "-") return {std::istreambuf_iterator(std::cin), {}};
    return base::read_whole_file(file);
}

// The JSON of an answer that is more than a class comes from a file: on a command line brackets are
// taken for a list of values.
template <auto function>
void with_value(
    CLI::App& label,
    service::Context& context,
    const char* name,
    const std::function<void(const service::AnswerOf<function>&)>& show
) {
    using Request = service::RequestOf<function>;
    auto file = std::make_shared<std::string>();
    auto& command = add_command(label, name);
    Flags<Request> flags(command, {.positionals = named_task.positionals, .without = {"value"}});
    command.add_option("--value", *file, "JSON of an answer that is more than a class; -: input")
        ->type_name("FILE");
    on_command(command, [flags, file, show, &context] {
        auto request = flags.read();
        if (!file->empty()) request.value.text = all_of(*file);
        service::AnswerOf<function> answer;
        service::run_locally(context.environment(), [&](service::Work& work) {
            answer = function(work, request);
        });
        if (context.json) return print_answer(base::Answer(answer));
        show(answer);
    });
}

void tasks(CLI::App& label, service::Context& context) {
    add_verb<service::claim_tasks>(
        label,
        context,
        "label claim",
        named_project,
        [](const service::ClaimedTasks& claimed) {
            for (const auto& task : claimed.tasks) show_task(task);
            if (!claimed.tasks.empty()) return;
            print_line("nothing to label here for now");
            if (!claimed.limit.empty())
                print_line(fmt::format("the project's {} is reached", claimed.limit));
            if (claimed.with_others > 0)
                print_line(fmt::format("{} tasks are in others' hands", claimed.with_others));
        }
    );
    auto show_outcome = [](const service::TaskOutcome& outcome) {
        print_line(base::name_of(outcome.state));
    };
    with_value<service::submit_answer>(label, context, "label submit", show_outcome);
    with_value<service::correct_answer>(label, context, "label correct", show_outcome);
    with_value<service::save_draft>(label, context, "label draft", [](const service::Nothing&) {
        print_line("kept");
    });
    add_verb<service::skip_task>(label, context, "label skip", named_task, show_outcome);
    add_verb<service::renew_task>(label, context, "label renew", named_task);
    add_verb<service::undo_answer>(label, context, "label undo", named_project, show_task);
}

void own_work(CLI::App& label, service::Context& context) {
    add_verb<service::comment_task>(label, context, "label comment", named_task);
    add_list<service::list_comments>(label, context, "label comments", named_project);
    add_list<service::list_mine>(label, context, "label mine", named_project);
    add_verb<service::show_progress>(
        label,
        context,
        "label progress",
        named_project,
        [](const labeling::OwnProgress& at) {
            print_line(fmt::format(
                "yours: {} answered, {} skipped, {} in hand, {} left, {} with others; in all: {} "
                "open, {} done",
                at.answered,
                at.skipped,
                at.in_hand,
                at.left,
                at.with_others,
                at.open,
                at.done
            ));
        }
    );
}

}  // namespace

void add_label_work(CLI::App& label, service::Context& context) {
    add_verb<service::queue_records>(label, context, "label queue", named_project, show_queue);
    agreement(label, context);
    add_verb<service::resolve_truth>(label, context, "label truth", named_project, show_truth);
    simulate(label, context);
    tasks(label, context);
    own_work(label, context);
    add_list<service::list_answers>(label, context, "label answers", named_project);
}

}  // namespace app
