// Gold on the command line. The project's name stands before the step or behind it: `label gold
// NAME add ..` as `label review` has it, `label gold add NAME ..` as people also write; alone it
// lists.
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "app/verbs.hpp"
#include "base/error.hpp"
#include "service/labels/quality.hpp"

namespace app {

namespace {

// The project's name, as it was given before the step or behind it.
std::string project_of_gold(const std::string& before, const std::string& behind) {
    if (before.empty() == behind.empty())
        throw base::UsageError(
            "NAME",
            before.empty() ? "is missing" : "is given twice",
            "name the project once, before the step or behind it"
        );
    return before.empty() ? behind : before;
}

template <auto function>
void add_gold_step(
    CLI::App& gold,
    service::Context& context,
    const char* name,
    const std::shared_ptr<const std::string>& before,
    const std::function<void(const service::AnswerOf<function>&)>& show
) {
    auto& command = add_command(gold, name);
    auto behind = std::make_shared<std::string>();
    command.add_option("NAME", *behind, "The project, if it does not stand before");
    Flags<service::RequestOf<function>> flags(command, {.without = {"project"}});
    on_command(command, [flags, before, behind, show, &context] {
        auto project = project_of_gold(*before, *behind);
        auto answer = ask<function>(
            context, flags.read(base::Document::of(boost::json::object{{"project", project}}))
        );
        if (context.json) return print_answer(base::Answer(answer));
        show(answer);
    });
}

}  // namespace

void add_label_quality(CLI::App& label, service::Context& context) {
    auto* gold = label.add_subcommand("gold", "Tasks whose truth is known, mixed in unseen");
    auto project = std::make_shared<std::string>();
    gold->add_option("NAME", *project, "The project");
    auto show_list = [](const service::Page<labeling::GoldItem>& page) {
        if (page.items.empty()) return print_line("no task is gold");
        print_table(base::Answer(page.items));
    };
    on_command(*gold, [project, show_list, &context] {
        auto answer = ask<service::list_gold>(context, {.project = project_of_gold(*project, "")});
        if (context.json) return print_answer(base::Answer(answer));
        show_list(answer);
    });
    add_gold_step<service::add_gold>(
        *gold,
        context,
        "label gold add",
        project,
        [](const labeling::GoldAdded& done) {
            print_line(fmt::format("{} more are gold; {} were before", done.added, done.there));
            if (done.no_truth > 0)
                print_line(
                    fmt::format("{} have no label that was imported or adjudicated", done.no_truth)
                );
            if (done.audited > 0)
                print_line(fmt::format("{} are being audited, and stay there", done.audited));
            if (done.unfit > 0)
                print_line(fmt::format(
                    "{} were left out: they lack a field that the question is about, or their "
                    "label is no answer to it as it is now",
                    done.unfit
                ));
        }
    );
    add_gold_step<service::list_gold>(*gold, context, "label gold list", project, show_list);
    add_gold_step<service::remove_gold>(
        *gold,
        context,
        "label gold remove",
        project,
        [](const service::GoldRemoved& done) {
            print_line(fmt::format("{} are gold no more", done.removed));
        }
    );
}

}  // namespace app
