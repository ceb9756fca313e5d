#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/run/progress.hpp"
#include "labeling/agreement/agreement.hpp"
#include "labeling/queue/simulate.hpp"
#include "labeling/store.hpp"
#include "schema/select/filter.hpp"
#include "training/snapshots/example_store.hpp"

// The work within a labeling project: its queue, how far people agree, what the truth is.
namespace app {

namespace json = boost::json;
using Clock = std::chrono::system_clock;

namespace {

labeling::StoredProject project_named(service::Context& context, const std::string& name) {
    return context.database().call([&](base::Tx& tx) { return labeling::load_project(tx, name); });
}

void queue(CLI::App& label, service::Context& context) {
    struct Options {
        std::string name, where;
        std::int64_t add = 0;
        double priority = 0;
    };
    auto options = std::make_shared<Options>();
    auto* verb = label.add_subcommand("queue", "What waits to be labeled; put more into the queue");
    verb->add_option("NAME", options->name, "Project")->required();
    verb->add_option(
        "--add", options->add, "Put so many records in that have neither label nor task"
    );
    verb->add_option("--where", options->where, "Only records that this condition holds for")
        ->type_name("EXPR");
    verb->add_option("--priority", options->priority, "Higher ones come first (0)");
    verb->callback([options, &context] {
        auto stored = project_named(context, options->name);
        std::int64_t added = 0;
        if (options->add > 0 && options->where.empty()) {
            added = context.database().call([&](base::Tx& tx) {
                return labeling::enqueue_unlabeled(
                    tx, stored, options->add, options->priority, "added", Clock::now()
                );
            });
        } else if (options->add > 0) {
            training::ExampleStore store(context.database(), context.blobs());
            std::vector<labeling::QueueRequest> requests;
            for (const auto& item : store.matching_items(
                     stored.source_id,
                     schema::Filter::parse(options->where),
                     static_cast<std::size_t>(options->add)
                 ))
                requests.push_back({item.id.key, options->priority, "added"});
            added = context.database().call([&](base::Tx& tx) {
                return labeling::enqueue(tx, stored, requests, false, Clock::now()).added;
            });
        }
        auto at = context.database().call([&](base::Tx& tx) {
            return labeling::progress(tx, stored.id);
        });
        if (context.json) {
            print_json(json::object{
                {"project", options->name},
                {"added", added},
                {"open", at.open},
                {"done", at.done},
                {"answers", at.answers},
                {"wanted", at.wanted}});
        } else {
            print_line(fmt::format(
                "{}: {} added; {} open, {} done, {} of {} answers",
                options->name,
                added,
                at.open,
                at.done,
                at.answers,
                at.wanted
            ));
        }
    });
}

void agreement(CLI::App& label, service::Context& context) {
    struct Options {
        std::string name, metric = "krippendorff-nominal";
    };
    auto options = std::make_shared<Options>();
    auto* verb = label.add_subcommand("agreement", "How far the annotators of a project agree");
    verb->add_option("NAME", options->name, "Project")->required();
    verb->add_option(
        "--metric", options->metric, "As for 'tilth agreement' (krippendorff-nominal)"
    );
    verb->callback([options, &context] {
        auto metric = base::parse<labeling::Metric>(options->metric);
        if (!metric)
            throw base::UsageError(
                fmt::format("--metric {}", options->metric),
                "unknown",
                fmt::format("use {}", base::one_of<labeling::Metric>())
            );
        auto stored = project_named(context, options->name);
        auto found =
            labeling::agreement(labeling::load_judgements(context.database(), stored), *metric);
        auto number = [](const std::optional<double>& value) {
            return value ? json::value(*value) : json::value(nullptr);
        };
        if (context.json) {
            print_json(json::object{
                {"metric", options->metric},
                {"value", number(found.value)},
                {"ci_low", number(found.low)},
                {"ci_high", number(found.high)},
                {"units", found.units},
                {"raters", found.raters}});
        } else if (!found.value) {
            print_line(
                fmt::format("{} is undefined: only one class was ever given", options->metric)
            );
        } else {
            print_line(fmt::format(
                "{} {} over {} records and {} annotators",
                options->metric,
                with_interval(
                    *found.value,
                    found.low.value_or(*found.value),
                    found.high.value_or(*found.value)
                ),
                found.units,
                found.raters
            ));
        }
    });
}

void truth(CLI::App& label, service::Context& context) {
    struct Options {
        std::string name, method = "auto";
        bool replace = false;
    };
    auto options = std::make_shared<Options>();
    auto* verb = label.add_subcommand(
        "truth", "Infer the truth from a project's answers and store it as labels"
    );
    verb->add_option("NAME", options->name, "Project")->required();
    verb->add_option("--method", options->method, base::one_of<labeling::Method>());
    verb->add_flag("--replace-imported", options->replace, "Also where a label was imported");
    verb->callback([options, &context] {
        auto method = base::parse<labeling::Method>(options->method);
        if (!method)
            throw base::UsageError(
                fmt::format("--method {}", options->method),
                "unknown",
                fmt::format("use one of {}", base::one_of<labeling::Method>())
            );
        auto done = labeling::resolve_truth(
            context.database(), options->name, *method, !options->replace, Clock::now()
        );
        auto name = std::string(base::name_of(done.method));
        if (context.json) {
            json::object workers;
            for (const auto& [worker, accuracy] : done.worker_accuracy) workers[worker] = accuracy;
            print_json(json::object{
                {"project", options->name},
                {"method", name},
                {"why", done.why},
                {"records", done.records},
                {"workers", done.workers},
                {"answers", done.answers},
                {"new", done.added},
                {"changed", done.changed},
                {"below_target", done.below_target},
                {"judged", done.judged},
                {"accuracy", done.accuracy},
                {"worker_accuracy", workers}});
            return;
        }
        print_line(fmt::format(
            "{}: {} of {} records resolved by {} from {} answers of {} annotators; {} below the "
            "target",
            options->name,
            done.added + done.changed,
            done.records,
            name,
            done.answers,
            done.workers,
            done.below_target
        ));
        if (!done.why.empty()) print_line(done.why);
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
    });
}

// "ada:0.1" or just an error rate.
labeling::SimulatedAnnotator annotator_of(const std::string& text, std::size_t number) {
    auto colon = text.find(':');
    auto name = colon == text.npos ? fmt::format("simulated-{}", number) : text.substr(0, colon);
    try {
        auto error = std::stod(colon == text.npos ? text : text.substr(colon + 1));
        if (error >= 0 && error <= 1) return {name, error};
    } catch (const std::exception&) {
    }
    throw base::UsageError(
        fmt::format("--annotator {}", text), "is no error rate", "write NAME:0.1 or 0.1"
    );
}

void simulate(CLI::App& label, service::Context& context) {
    struct Options {
        std::string name, field;
        std::vector<std::string> pool;
        std::uint64_t seed = 1;
        std::int64_t most = 1'000'000'000;
    };
    auto options = std::make_shared<Options>();
    auto* verb = label.add_subcommand(
        "simulate",
        "Let simulated annotators of known error rates work off the queue, for trials of a "
        "project's set-up"
    );
    verb->add_option("NAME", options->name, "Project")->required();
    verb->add_option("--field", options->field, "Field of the records that holds the true class")
        ->required();
    verb->add_option("--annotator", options->pool, "NAME:ERROR, several times")
        ->required()
        ->type_name("NAME:ERROR");
    verb->add_option("--seed", options->seed, "Of their errors (1)");
    verb->add_option("--answers", options->most, "At most so many");
    verb->callback([options, &context] {
        auto stored = project_named(context, options->name);
        auto truths = training::field_by_key(context.database(), stored.source_id, options->field);
        labeling::Simulation simulation;
        for (const auto& text : options->pool)
            simulation.pool.push_back(annotator_of(text, simulation.pool.size() + 1));
        simulation.seed = options->seed;
        simulation.at_most = options->most;
        simulation.truth = [&](const std::string& key) -> std::optional<std::string> {
            auto found = truths.find(key);
            if (found == truths.end()) return std::nullopt;
            for (const auto& one : stored.project.classes)
                if (one.name == found->second || one.value == found->second) return one.name;
            return std::nullopt;
        };
        base::Progress progress("simulated annotators", "answers");
        simulation.on_progress = [&](std::int64_t answers) {
            progress.update(static_cast<std::uint64_t>(answers));
        };
        auto done =
            labeling::simulate(context.database(), stored, simulation, [] { return Clock::now(); });
        progress.update(static_cast<std::uint64_t>(done.answers));
        progress.finish();
        if (context.json) {
            print_json(json::object{
                {"project", options->name},
                {"simulated", true},
                {"answers", done.answers},
                {"wrong", done.wrong},
                {"skipped", done.skipped}});
        } else {
            print_line(fmt::format(
                "{}: {} simulated answers, {} of them wrong by design, {} skipped",
                options->name,
                done.answers,
                done.wrong,
                done.skipped
            ));
        }
    });
}

}  // namespace

void add_label_work(CLI::App& label, service::Context& context) {
    queue(label, context);
    agreement(label, context);
    truth(label, context);
    simulate(label, context);
}

}  // namespace app
