// What fields hold, how that changes, and checks, printed for people.
//
// A check that blocks fails the command after all results are printed: a script that gathers can
// stop there, and its log says what else was found.
#include <algorithm>
#include <cmath>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/data/checks.hpp"
#include "app/data/examinations.hpp"
#include "app/verbs.hpp"
#include "base/error.hpp"
#include "base/numbers/short_figure.hpp"
#include "base/run/files.hpp"
#include "service/quality/findings.hpp"
#include "service/quality/profiles.hpp"

namespace app {

namespace json = boost::json;

namespace {

// Four figures, whole numbers and large ones without an exponent.
std::string short_number(const json::value& value) {
    if (value.is_null()) return "";
    auto number = value.to_number<double>();
    bool large = std::abs(number) >= 1000 && std::abs(number) < 1e15;
    return large ? fmt::format("{:.0f}", number) : base::short_figure(number);
}

void show_profile(const service::ProfileAnswer& profile) {
    print_line(fmt::format("{} records", grouped(profile.records)));
    Table table(
        {"field", "type", "missing", "distinct", "mean", "min", "median", "max", "most frequent"}
    );
    auto records = static_cast<double>(profile.records);
    for (const auto& [name, told] : profile.columns) {
        auto missing =
            told.at("missing").to_number<double>() + told.at("spelled_missing").to_number<double>();
        bool numeric = told.at("type") == "number";
        const auto* numbers = numeric ? &told.at("numbers") : nullptr;
        const auto& top = told.at("top").as_array();
        auto number = [&](const char* which) {
            return numbers ? short_number(numbers->at(which)) : std::string();
        };
        table.add(
            {std::string(name),
             std::string(told.at("type").as_string()),
             fmt::format("{:.1f} %", profile.records ? 100.0 * missing / records : 0),
             fmt::format("{:.0f}", told.at("distinct").to_number<double>()),
             number("mean"),
             number("min"),
             numbers ? short_number(numbers->at("quantiles").at("0.5")) : "",
             number("max"),
             top.empty() ? ""
                         : fmt::format(
                               "{} ({})",
                               std::string(top[0].at("value").as_string()).substr(0, 24),
                               top[0].at("count").to_number<std::uint64_t>()
                           )}
        );
    }
    table.print();
}

void show_drift(const service::Page<service::DriftItem>& found) {
    Table table(
        {"field",
         "verdict",
         "PSI",
         "Jensen-Shannon",
         "L-infinity",
         "KS",
         "chi-square p",
         "missing before",
         "missing after"}
    );
    for (const auto& one : found.items)
        table.add(
            {one.column,
             one.verdict,
             fmt::format("{:.3f}", one.psi),
             fmt::format("{:.3f}", one.jensen_shannon),
             fmt::format("{:.3f}", one.l_infinity),
             one.ks ? fmt::format("{:.3f}", *one.ks) : "",
             base::chance(one.chi_square_p),
             fmt::format("{:.1f} %", 100 * one.missing_before),
             fmt::format("{:.1f} %", 100 * one.missing_after)}
        );
    table.print();
}

void show_queued(const service::QueuedExamination& queued) {
    print_line(
        queued.job ? fmt::format("job {} waits for a worker", *queued.job)
                   : std::string("the same waits for a worker already, or is under way")
    );
}

}  // namespace

void queue_examination(service::Context& context, const service::QueueExamination& request) {
    auto queued = ask<service::queue_examination>(context, request);
    if (context.json) return print_answer(base::Answer(queued));
    show_queued(queued);
}

void show_checks(const service::Page<service::CheckItem>& results) {
    Table table({"check", "severity", "result", "observed", "examples"});
    for (const auto& result : results.items) {
        std::string examples;
        for (std::size_t i = 0; i < std::min<std::size_t>(3, result.examples.size()); ++i)
            examples += (i ? ", '" : "'") + result.examples[i].substr(0, 30) + "'";
        table.add(
            {result.check,
             result.severity,
             result.passed ? "passed" : "failed",
             result.observed,
             examples}
        );
    }
    table.print();
}

service::Page<service::CheckItem>
checked(service::Context& context, service::CheckRecords request, const std::string& file) {
    request.rules = base::read_whole_file(file);
    request.rules_name = file;
    return ask<service::check_records>(context, request);
}

void refuse_blocked(const std::string& source, const service::Page<service::CheckItem>& results) {
    for (const auto& result : results.items)
        if (!result.passed && result.severity == "block")
            throw base::Error(
                fmt::format("source '{}'", source),
                fmt::format("check '{}' blocks it", result.check),
                "mend the data, or the check"
            );
}

namespace {

void run_checks(
    service::Context& context,
    const service::CheckRecords& request,
    const std::string& file
) {
    const auto results = checked(context, request, file);
    if (context.json) {
        print_answer(base::Answer(results));
    } else {
        show_checks(results);
    }
    refuse_blocked(request.source, results);
}

}  // namespace

namespace {

// Settings of whatever word it is, as NAME=VALUE.
void add_queue_command(CLI::App& quality, service::Context& context) {
    auto& queue = add_command(quality, "quality queue");
    Flags<service::QueueExamination> asked(
        queue,
        {.positionals = {{"examination", "WHAT"}, {"source", "SOURCE,--source"}},
         .without = {"settings"}}
    );
    auto said = std::make_shared<std::vector<std::string>>();
    queue.add_option("--set", *said, "Settings of 'tilth quality WHAT'")->type_name("NAME=VALUE");
    on_command(queue, [asked, said, &context] {
        auto request = asked.read();
        for (const auto& each : *said) {
            auto sign = each.find('=');
            if (sign == each.npos || sign == 0)
                throw base::UsageError("--set " + each, "is no setting", "write NAME=VALUE");
            request.given[each.substr(0, sign)] = each.substr(sign + 1);
        }
        queue_examination(context, request);
    });
}

}  // namespace

void add_quality(CLI::App& cli, service::Context& context) {
    auto* command = cli.add_subcommand("quality", "How good the records of a source are");
    command->require_subcommand(1);
    add_examination<service::profile_source>(
        *command, context, service::Examination::profile, show_profile
    );
    add_queue_command(*command, context);
    add_verb<service::find_drift>(
        *command,
        context,
        "quality drift",
        {.positionals = {{"before", "BEFORE"}, {"after", "AFTER"}}},
        show_drift
    );

    auto& check = add_command(*command, "quality check");
    Flags<service::CheckRecords> flags(
        check, {.positionals = {{"source", "SOURCE,--source"}}, .without = {"rules", "rules_name"}}
    );
    auto rules = std::make_shared<std::string>();
    check.add_option("--rules", *rules, "The checks")->required()->type_name("CHECKS.toml");
    auto queue = add_queue_flag(check);
    on_command(check, [flags, rules, queue, &context] {
        service::CheckRecords request;
        flags.set(request);
        if (*queue) {
            request.rules = base::read_whole_file(*rules);
            request.rules_name = *rules;
            return queue_examination(context, service::Examination::check, request);
        }
        run_checks(context, request, *rules);
    });

    add_quality_findings(*command, context);
    add_quality_reports(*command, context);
    add_quality_pages(*command, context);
}

}  // namespace app
