// `tilth inspect`: single decisions of the crawler and the readers, without a database. JSON lines
// in, JSON lines out, one answer a line and flushed at the end: this is how other programs, and the
// conformance suites, ask for thousands of decisions in one process. Kinds come from the crawler;
// this table only has their help.
#include <functional>
#include <iostream>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "base/error.hpp"
#include "base/run/files.hpp"
#include "crawler/archive/warc_replay.hpp"
#include "crawler/inspect.hpp"
#include "crawler/scrape/fixture.hpp"
#include "formats/csv/guard.hpp"
#include "ingest/inspect.hpp"
#include "service/gather/csv_options.hpp"

namespace app {

namespace json = boost::json;

namespace {

// Answers each line of standard input by one line.
void answer_lines(const std::function<std::string(const std::string&)>& answer) {
    std::ios::sync_with_stdio(false);
    for (std::string line; std::getline(std::cin, line);) {
        if (line.find_first_not_of(" \t\r") == line.npos) continue;
        std::cout << answer(line) << '\n';
    }
    std::cout.flush();
}

struct Options {
    std::string file, delimiter, quote, escape, encoding;
    std::optional<std::size_t> skip, header_rows;
    bool rows = false, guard_formulas = false;
};

ingest::ReadOptions read_options(const Options& options) {
    ingest::ReadOptions read;
    read.format = "csv";
    read.encoding = options.encoding;
    if (!options.delimiter.empty()) read.delimiter = service::separator_of(options.delimiter);
    read.quote = service::sign_of("quote", options.quote);
    read.escape = service::sign_of("escape", options.escape);
    read.skip = options.skip;
    if (options.header_rows) {
        read.header = *options.header_rows > 0;
        read.header_rows = options.header_rows;
    }
    return read;
}

struct ScrapeOptions {
    std::string rules, fixtures;
    bool update = false;
};

void tell_fixtures(const service::Context& context, const ScrapeOptions& options) {
    auto rules = crawler::Rules::parse(base::read_whole_file(options.rules), options.rules);
    auto report = crawler::check_fixtures(rules, options.fixtures, options.update);
    for (const auto& line : report.differences) {
        if (context.json) {
            auto value = [](const std::string& text) {
                return text.empty() ? json::value() : json::parse(text);
            };
            print_json(json::object{
                {"fixture", line.fixture},
                {"url", line.url},
                {"path", line.path},
                {"expected", value(line.expected)},
                {"now", value(line.now)}});
        } else {
            auto or_nothing = [](const std::string& text) {
                return text.empty() ? "nothing" : text;
            };
            print_line(fmt::format(
                "{}: {}: {} -> {}",
                line.fixture,
                line.path.empty() ? "all" : line.path,
                or_nothing(line.expected),
                or_nothing(line.now)
            ));
        }
    }
    auto sum = fmt::format("{} of {} fixtures differ", report.changed, report.fixtures);
    if (report.changed > 0 && !options.update)
        throw base::Error(
            options.fixtures, sum, "mend the rules, or accept what they say with --update"
        );
    if (!context.json) print_line(options.update && report.changed > 0 ? sum + "; accepted" : sum);
}

void add_scrape(CLI::App& inspect, service::Context& context) {
    auto options = std::make_shared<ScrapeOptions>();
    auto* verb = inspect.add_subcommand(
        "scrape", "What scraping rules take out of pages, or whether they still do of fixtures"
    );
    verb->add_option("--rules", options->rules, "The rules; else each line brings its own")
        ->type_name("RULES.toml");
    auto* folder =
        verb->add_option(
                "--fixtures", options->fixtures, "Apply the rules to what crawl --record has kept"
        )
            ->type_name("DIR");
    verb->add_flag("--update", options->update, "Accept what the rules say now")->needs(folder);
    verb->callback([options, &context] {
        if (!options->fixtures.empty()) {
            if (options->rules.empty())
                throw base::UsageError("--fixtures", "without rules", "add --rules RULES.toml");
            return tell_fixtures(context, *options);
        }
        if (options->rules.empty())
            return answer_lines([](const std::string& line) {
                return crawler::inspect("scrape", line);
            });
        auto rules = crawler::Rules::parse(base::read_whole_file(options->rules), options->rules);
        answer_lines([&](const std::string& line) { return crawler::inspect_scrape(rules, line); });
    });
}

void add_file_kinds(CLI::App& inspect) {
    auto options = std::make_shared<Options>();
    auto kind = [&](const char* name, const char* help) {
        auto* verb = inspect.add_subcommand(name, help);
        verb->add_option("FILE", options->file, "A path, or - for standard input")->required();
        return verb;
    };
    auto* csv = kind("csv", "Dialect, columns and the reasons");
    csv->add_option("--delimiter", options->delimiter, "Instead of the one found");
    csv->add_option("--quote", options->quote, "Instead of the one found; none for no quotes");
    csv->add_option("--escape", options->escape, "Instead of the one found; none for none");
    csv->add_option("--skip", options->skip, "Rows above the table");
    csv->add_option("--header-rows", options->header_rows, "Of the header; 0 for none")
        ->check(CLI::Range(0, 100));
    csv->add_option("--encoding", options->encoding, "Instead of the one found");
    auto* rows = csv->add_flag("--rows", options->rows, "Print the rows as RFC 4180 CSV");
    csv->add_flag("--guard-formulas", options->guard_formulas, formats::guard_words)->needs(rows);
    csv->callback([options] {
        if (options->rows) {
            ingest::write_csv_rows(
                options->file, read_options(*options), std::cout, options->guard_formulas
            );
        } else {
            std::cout << ingest::inspect_csv(options->file, read_options(*options)) << '\n';
        }
    });
    kind("json", "Whether the file is one JSON text")->callback([options] {
        auto verdict = ingest::inspect_json(options->file);
        if (!verdict.valid) throw base::Error(options->file, "is not JSON: " + verdict.reason);
    });
    kind("warc", "The records of a WARC or ARC file, with digest checks")->callback([options] {
        if (!crawler::inspect_archive(options->file, std::cout))
            throw base::Error(
                options->file, "has broken records", "see the lines with a fault or a bad digest"
            );
    });
    kind("image", "Format, size and hash")->callback([options] {
        std::cout << ingest::inspect_image(options->file) << '\n';
    });
}

}  // namespace

void add_inspect(CLI::App& cli, service::Context& context) {
    auto* inspect = cli.add_subcommand(
        "inspect", "Ask for single decisions, without a database: JSON lines in, JSON lines out"
    );
    inspect->require_subcommand(1);
    for (const auto& [name, help] : std::initializer_list<std::pair<const char*, const char*>>{
             {"robots", "May a URL be fetched (RFC 9309)"},
             {"url", "The parts of a URL (WHATWG)"},
             {"canonical", "The form of a URL that names its page"},
             {"select", "What a CSS or XPath expression matches"},
             {"charset", "The encoding of a page, and how it was found"},
             {"decode", "Bytes as UTF-8"},
             {"article", "Main text, title, byline, date, language, licence"},
             {"metadata", "JSON-LD, microdata, OpenGraph, meta"},
             {"links", "Links with text and rel"},
             {"sitemap", "URLs of a sitemap"},
             {"feed", "Entries of a feed"},
             {"consent", "Opt-outs from machine learning, and the decision"}}) {
        if (!crawler::can_inspect(name)) continue;
        inspect->add_subcommand(name, help)->callback([kind = std::string(name)] {
            answer_lines([&](const std::string& line) { return crawler::inspect(kind, line); });
        });
    }
    add_scrape(*inspect, context);
    add_file_kinds(*inspect);
}

}  // namespace app
