// How the work in a project goes, at the terminal.
#include <iostream>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "app/verbs.hpp"
#include "service/labels/dashboard.hpp"

namespace app {

namespace {

std::string in_seconds(const std::optional<double>& value) {
    return value ? fmt::format("{:.1f} s", *value) : std::string();
}

std::string as_share(const std::optional<double>& value) {
    return value ? fmt::format("{:.2f}", *value) : std::string();
}

void show_board(const service::Dashboard& board) {
    const auto& queue = board.queue;
    print_line(fmt::format(
        "{}: {} open ({} in hand, {} skipped by somebody), {} done, {} to review, {} flagged",
        board.project,
        queue.open,
        queue.leased,
        queue.skipped,
        queue.done,
        queue.waiting_review,
        queue.flagged
    ));
    if (board.done_by)
        print_line(fmt::format(
            "at the pace of the last week the rest is done by {}", base::rfc3339(*board.done_by)
        ));
    Table people({"annotator", "answers with a time", "median", "90 %", "pauses"});
    auto add_time = [&](const std::string& user, const service::BoardTime& time) {
        people.add(
            {user,
             std::to_string(time.answers),
             in_seconds(time.median),
             in_seconds(time.p90),
             std::to_string(time.pauses)}
        );
    };
    add_time("all", board.seconds);
    for (const auto& one : board.people) add_time(one.user, one);
    people.print();
    Table work({"from", "answers", "taken back", "done", "labels", "agreement"});
    for (const auto& one : board.buckets)
        if (one.answers + one.taken_back + one.done + one.labels > 0)
            work.add(
                {base::rfc3339(one.begin),
                 std::to_string(one.answers),
                 std::to_string(one.taken_back),
                 std::to_string(one.done),
                 std::to_string(one.labels),
                 as_share(one.agreement)}
            );
    if (!work.empty()) work.print();
    if (board.skips.empty()) return;
    Table skips({"skipped because", "times"});
    for (const auto& one : board.skips) skips.add({one.reason, std::to_string(one.skips)});
    skips.print();
}

}  // namespace

void add_label_dashboard(CLI::App& label, service::Context& context) {
    auto& command = add_command(label, "label dashboard");
    Flags<service::ShowDashboard> flags(
        command, {.positionals = {{"project", "NAME"}}, .without = {"format"}}
    );
    auto csv = std::make_shared<bool>(false);
    command.add_flag("--csv", *csv, "A row for each figure: section,begin,user,name,value");
    on_command(command, [flags, csv, &context] {
        auto board = ask<service::show_dashboard>(context, flags.read());
        if (*csv)
            std::cout << service::csv_of(board) << std::flush;
        else if (context.json)
            print_answer(base::Answer(board));
        else
            show_board(board);
    });
}

}  // namespace app
