// `tilth model test`: tests of a model's behaviour from a TOML file, or those that are kept. What
// fails is shown with examples, and makes exit code 1.
#include "app/learn/model_test.hpp"

#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/output.hpp"
#include "app/verbs.hpp"
#include "base/error.hpp"
#include "base/text/utf8.hpp"
#include "service/models/behaviour.hpp"

namespace app {

namespace {

void show_tested(const service::ModelTested& tested) {
    print_line(fmt::format("model '{}' version {}", tested.name, tested.version));
    Table table({"test", "kind", "result", "what"});
    for (const auto& one : tested.tests)
        table.add(
            {one.name,
             std::string(base::name_of(one.kind)),
             one.passed ? "passed" : "FAILED",
             one.words}
        );
    if (!table.empty()) table.print();
    for (const auto& one : tested.tests) {
        if (one.passed || one.examples.empty()) continue;
        print_line(one.name + ", for example:");
        for (const auto& row : one.examples)
            print_line(fmt::format("    {}: {}", base::cut_at_character(row.row, 100), row.said));
    }
    if (!tested.golden.empty()) print_line("golden predictions: " + tested.golden);
    if (tested.kept) print_line("kept: each version is tested so before it goes into production");
}

void show_tests(const service::ModelTests& found) {
    if (found.kept_at) {
        print_line("kept since " + *found.kept_at + ":");
        print_line(found.tests.text);
    } else {
        print_line("no tests are kept; 'tilth model test --file TESTS.toml --keep' keeps some");
    }
    Table table({"when", "version", "result"});
    for (const auto& one : found.results)
        table.add({one.tested_at, std::to_string(one.version), one.passed ? "passed" : "FAILED"});
    if (!table.empty()) table.print();
}

}  // namespace

void test_model(CLI::App& model, service::Context& context) {
    add_verb<service::list_tests>(
        model, context, "model tests", {.positionals = {{"model", "NAME"}}}, show_tests
    );
    auto file = std::make_shared<std::string>();
    auto& command = add_command(model, "model test");
    Flags<service::TestModel> flags(
        command, {.positionals = {{"model", "NAME"}}, .without = {"test"}}
    );
    command.add_option("--file", *file, "The tests; without, those that are kept")
        ->type_name("TESTS.toml");
    on_command(command, [file, flags, &context] {
        const auto request = flags.read(
            file->empty() ? base::Document::json("{}") : base::Document::toml_file(*file)
        );
        const auto tested = ask<service::test_model>(context, request);
        if (context.json) {
            print_answer(base::Answer(tested));
        } else if (request.forget) {
            print_line(fmt::format("no tests are kept for model '{}'", tested.name));
        } else {
            show_tested(tested);
        }
        std::size_t failed = 0;
        for (const auto& one : tested.tests)
            if (!one.passed) ++failed;
        if (!tested.passed)
            throw base::Error(
                fmt::format("model '{}'", tested.name),
                failed == 0 ? "its golden predictions do not come out again"
                            : fmt::format("{} of {} tests fail", failed, tested.tests.size()),
                "see above"
            );
    });
}

}  // namespace app
