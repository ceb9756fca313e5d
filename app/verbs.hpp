#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "app/flags.hpp"
#include "app/output.hpp"
#include "service/context.hpp"
#include "service/verb.hpp"

// Verbs of the service as commands.
namespace app {

// The subcommand of `parent` for a verb; its last word names it, its summary is the help.
CLI::App& add_command(CLI::App& parent, std::string_view verb_name);
// Calls `run` when the command is given.
void on_command(CLI::App& command, std::function<void()> run);

// Prints an answer as JSON; a list as JSON lines.
void print_answer(const base::Answer& answer);
// Prints an answer as a table, for verbs that have no better way.
void print_table(const base::Answer& answer);

// The flag --limit, as large as one likes.
std::shared_ptr<const int> add_limit(CLI::App& command, int usual);

// The answer of a verb to a request from this machine.
template <auto function>
service::AnswerOf<function>
ask(service::Context& context, const service::RequestOf<function>& request) {
    service::AnswerOf<function> answer;
    service::run_locally(context.environment(), [&](service::Work& work) {
        answer = function(work, request);
    });
    return answer;
}

// Adds the command of a verb, by its name: its flags are the settings of the request; `show` prints
// the answer for people.
//
//     add_verb<service::pause_source>(*source, context, "source pause",
//         {.positionals = {{"source", "NAME"}}},
//         [](const service::SourceState& now) { print_line(..); });
template <auto function>
void add_verb(
    CLI::App& parent,
    service::Context& context,
    std::string_view name,
    const FlagOptions& options = {},
    std::function<void(const service::AnswerOf<function>&)> show = nullptr
) {
    using Request = service::RequestOf<function>;
    auto& command = add_command(parent, name);
    Flags<Request> flags(command, options);
    on_command(command, [flags, show = std::move(show), &context] {
        auto request = flags.read();
        auto answer = ask<function>(context, request);
        if (context.json) {
            print_answer(base::Answer(answer));
        } else if (show) {
            show(answer);
        } else {
            print_table(base::Answer(answer));
        }
    });
}

template <auto function>
using ItemsOf = decltype(service::AnswerOf<function>::items);

template <auto function>
void print_items(
    const service::Context& context,
    const ItemsOf<function>& items,
    const std::function<void(const ItemsOf<function>&)>& show
) {
    if (context.json) {
        print_answer(base::Answer(items));
    } else if (show) {
        show(items);
    } else {
        print_table(base::Answer(items));
    }
}

// The command of a list verb whose request holds a service::Paging as `page`, for long lists: its
// first `usual` items, or as many as --limit says.
template <auto function>
void add_some(
    CLI::App& parent,
    service::Context& context,
    std::string_view name,
    int usual,
    FlagOptions options = {},
    std::function<void(const ItemsOf<function>&)> show = nullptr
) {
    auto& command = add_command(parent, name);
    options.without.emplace_back("limit");
    Flags<service::RequestOf<function>> flags(command, options);
    auto limit = add_limit(command, usual);
    on_command(command, [flags, limit, show = std::move(show), &context] {
        auto request = flags.read();
        ItemsOf<function> items;
        for (int left = *limit; left > 0 && !context.stop().stop_requested();) {
            request.page.limit = std::min(left, 200);
            auto part = ask<function>(context, request);
            left -= static_cast<int>(part.items.size());
            for (auto& item : part.items) items.push_back(std::move(item));
            if (!part.next) break;
            request.page.after = *part.next;
        }
        print_items<function>(context, items, show);
    });
}

// The command of a list verb whose request holds a service::Paging as `page`: the whole list, or
// the one part that --limit and --after ask for. `show` prints it for people.
template <auto function>
void add_list(
    CLI::App& parent,
    service::Context& context,
    std::string_view name,
    const FlagOptions& options = {},
    std::function<void(const ItemsOf<function>&)> show = nullptr
) {
    using Request = service::RequestOf<function>;
    auto& command = add_command(parent, name);
    Flags<Request> flags(command, options);
    on_command(command, [flags, show = std::move(show), &context] {
        auto request = flags.read();
        bool all = !flags.given("limit");
        if (all) request.page.limit = 200;
        ItemsOf<function> items;
        for (bool more = true; more;) {
            auto part = ask<function>(context, request);
            for (auto& item : part.items) items.push_back(std::move(item));
            more = all && part.next;
            if (more) request.page.after = *part.next;
        }
        print_items<function>(context, items, show);
    });
}

}  // namespace app
