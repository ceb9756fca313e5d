// Review on the command line.
#include <iostream>
#include <iterator>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "app/label/steps.hpp"
#include "app/output.hpp"
#include "app/verbs.hpp"
#include "base/error.hpp"
#include "base/run/files.hpp"
#include "service/labels/invalidation.hpp"
#include "service/labels/queue/browse.hpp"
#include "service/labels/review.hpp"

namespace app {

namespace {

std::string said_by(const std::optional<std::string>& label, const base::JsonText& value) {
    return label ? *label : value.text;
}

void show_item(const labeling::ReviewItem& item) {
    auto label = item.method ? fmt::format(
                                   "{} ({:.2f}, {}{})",
                                   said_by(item.label, item.value),
                                   item.probability.value_or(0),
                                   *item.method,
                                   item.decided_by ? " by " + *item.decided_by : std::string()
                               )
                             : std::string("no label");
    auto apart = item.agreement ? fmt::format(", agreement {:.2f}", *item.agreement) : "";
    print_line(fmt::format("{}: {}{}", item.key, label, apart));
    for (const auto& each : item.answers)
        print_line(fmt::format(
            "    {}  {}  {}{}",
            each.user,
            said_by(each.label, each.value),
            base::rfc3339(each.submitted_at),
            each.accuracy ? fmt::format("  right in {:.0f} %", *each.accuracy * 100) : ""
        ));
    for (const auto& each : item.comments)
        print_line(fmt::format("    {}{}: {}", each.user, each.flag ? " (flag)" : "", each.text));
}

void show_looked_at(const service::LookedAt& seen) {
    if (seen.review) show_item(*seen.review);
    if (!seen.item.title.empty()) print_line(seen.item.title);
    if (!seen.item.text.empty()) print_line(seen.item.text);
    for (const auto& field : seen.item.fields)
        print_line(fmt::format("{}: {}", field.name, field.value.text));
}

std::string text_in(const std::string& file) {
    if (file == "-") return {std::istreambuf_iterator(std::cin), {}};
    return base::read_whole_file(file);
}

}  // namespace

void add_label_review(CLI::App& label, service::Context& context) {
    add_some<service::list_review>(
        label,
        context,
        "label review",
        50,
        {.positionals = {{"project", "NAME"}}},
        [](const std::vector<labeling::ReviewItem>& items) {
            if (items.empty()) print_line("there is nothing to review");
            for (const auto& item : items) show_item(item);
        }
    );
    auto& review = *label.get_subcommand("review");
    add_step<service::accept_answer>(review, context, "label review accept", show_item);
    auto file = std::make_shared<std::string>();
    auto& fix = add_step<service::fix_label>(
        review,
        context,
        "label review fix",
        show_item,
        {.without = {"value"}},
        [file](service::FixLabel& request) {
            if (!file->empty()) request.value.text = text_in(*file);
        }
    );
    fix.add_option("--value", *file, "JSON of an answer that is more than a class; -: input")
        ->type_name("FILE");
    add_step<service::send_back>(review, context, "label review send-back", show_item);
    add_step<service::undo_review>(review, context, "label review undo", show_item);
}

void add_label_tasks(CLI::App& label, service::Context& context) {
    auto& tasks = *label.add_subcommand("tasks", "The tasks of a project, looked through");
    tasks.require_subcommand(1);
    add_some<service::list_tasks>(
        tasks, context, "label tasks list", 50, {.positionals = {{"project", "NAME"}}}
    );
    add_verb<service::show_task>(
        tasks,
        context,
        "label tasks show",
        {.positionals = {{"project", "NAME"}, {"task", "TASK"}}},
        show_looked_at
    );
    add_verb<service::bookmark_task>(
        label, context, "label bookmark", {.positionals = {{"task", "TASK"}}}
    );
}

void add_invalidation(CLI::App& annotators, service::Context& context) {
    const FlagOptions by_user{.positionals = {{"user", "USER"}}};
    add_step<service::invalidate_answers>(
        annotators,
        context,
        "label annotators invalidate",
        [](const service::InvalidatedAnswers& done) {
            print_line(fmt::format(
                "{} answers of {} count no more; restore brings them back", done.answers, done.user
            ));
        },
        by_user
    );
    add_step<service::restore_answers>(
        annotators,
        context,
        "label annotators restore",
        [](const service::InvalidatedAnswers& done) {
            print_line(fmt::format("{} answers of {} count again", done.answers, done.user));
        },
        by_user
    );
    add_step<service::list_invalidations>(
        annotators,
        context,
        "label annotators invalidated",
        [](const service::Page<labeling::Invalidation>& page) {
            print_table(base::Answer(page.items));
        }
    );
}

}  // namespace app
