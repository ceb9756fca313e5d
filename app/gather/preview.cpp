// `tilth source kinds` and `source preview`: what can be known of a source before it is one.
#include "app/gather/preview.hpp"

#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/gather/source_commands.hpp"
#include "app/verbs.hpp"
#include "base/error.hpp"
#include "base/text/utf8.hpp"

namespace app {

namespace {

constexpr std::size_t shown_text = 200;

std::string line_of(const base::Answer& answer) {
    auto line = answer.json_text();
    if (line.size() <= shown_text) return line;
    return std::string(base::cut_at_character(line, shown_text)) + " ..";
}

void show(const service::SourcePreview& seen) {
    for (const auto& line : seen.plan) print_line(line);
    if (!seen.urls.empty()) {
        Table table({"verdict", "reason", "url"});
        for (const auto& one : seen.urls)
            table.add(
                {one.fetch ? "fetch" : "skip",
                 one.detail.empty() ? one.reason : fmt::format("{} ({})", one.reason, one.detail),
                 one.url}
            );
        table.print();
    }
    for (const auto& record : seen.records) print_line(line_of(base::Answer(record)));
    for (const auto& reject : seen.rejects)
        print_line(fmt::format(
            "rejected: {}: {}{}{}",
            reject.code,
            reject.reason,
            reject.file.empty() ? "" : ", " + reject.file,
            reject.line ? fmt::format(", line {}", *reject.line) : ""
        ));
    for (const auto& note : seen.notes) print_line(note);
    if (seen.ended) print_line("there is no more than this");
    print_line("a preview: nothing was stored");
}

void show_kinds(const std::vector<service::KindItem>& kinds) {
    Table table({"kind", "what it gathers", "settings to begin with"});
    for (const auto& kind : kinds) table.add({kind.kind, kind.words, kind.example.text});
    table.print();
}

}  // namespace

void preview(service::Context& context, const service::PreviewSource& request) {
    auto seen = ask<service::preview_source>(context, request);
    if (context.json) return print_answer(base::Answer(seen));
    show(seen);
}

void add_source_preview(CLI::App& source, service::Context& context) {
    add_verb<service::list_kinds>(
        source,
        context,
        "source kinds",
        {},
        [](const service::Page<service::KindItem>& page) { show_kinds(page.items); }
    );
    auto name = std::make_shared<std::string>();
    auto& command = add_command(source, "source preview");
    command
        .add_option(
            "NAME", *name, "A source, or a TOML file that describes one, as of 'source add'"
        )
        ->type_name("NAME|FILE.toml");
    Flags<service::PreviewSource> flags(command, {.without = {"source"}});
    on_command(command, [name, flags, &context] {
        service::PreviewSource request;
        if (name->ends_with(".toml")) {
            auto described = read_description(*name);
            request.kind = described.kind;
            request.spec = described.spec;
        } else {
            request.source = *name;
        }
        flags.set(request);
        preview(context, request);
    });
}

}  // namespace app
