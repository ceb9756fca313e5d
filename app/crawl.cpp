#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/gather.hpp"
#include "app/output.hpp"
#include "base/error.hpp"

namespace app {

namespace json = boost::json;

namespace {

void tell_plan(Context& context, const schema::Source& source) {
    Table table({"verdict", "reason", "url"});
    for (const auto& decision : crawler::plan_crawl(crawl_options(context.config, source))) {
        if (context.json) {
            print_json(json::object{
                {"url", decision.url},
                {"fetch", decision.fetch},
                {"reason", decision.reason},
                {"detail", decision.detail}});
        } else {
            table.add(
                {decision.fetch ? "fetch" : "skip",
                 decision.detail.empty() ? decision.reason
                                         : fmt::format("{} ({})", decision.reason, decision.detail),
                 decision.url}
            );
        }
    }
    if (!context.json) table.print();
}

}  // namespace

void add_crawl(CLI::App& cli, Context& context) {
    struct Options {
        std::vector<std::string> urls, include, exclude;
        std::string source, scope = "host", rules, user_agent, consent = "honour";
        std::uint64_t max_pages = 0;
        int depth = 100, delay = 1000, concurrency = 1;
        bool allow_private = false, dry_run = false, ignore_robots = false;
    };
    auto options = std::make_shared<Options>();
    auto* crawl = cli.add_subcommand(
        "crawl", "Fetch pages politely, follow their links, store what they say"
    );
    crawl->add_option("URL", options->urls, "Where to begin")->required();
    crawl->add_option("--source", options->source, "Source to crawl into; made if there is none")
        ->required()
        ->type_name("NAME");
    crawl->add_option("--max-pages", options->max_pages, "Stop after so many pages");
    crawl->add_option("--depth", options->depth, "Links away from the first pages (100)");
    crawl->add_option("--scope", options->scope, "host, domain, prefix or any");
    crawl->add_option(
        "--include", options->include, "Regular expressions, one of which a URL must match"
    );
    crawl->add_option(
        "--exclude", options->exclude, "Regular expressions, none of which a URL may match"
    );
    crawl
        ->add_option(
            "--delay", options->delay, "Milliseconds between two requests to one host (1000)"
        )
        ->type_name("MS");
    crawl->add_option("--concurrency", options->concurrency, "Requests to one host at once (1)");
    crawl
        ->add_option(
            "--extract", options->rules, "Fields to take out of each page, what to leave out"
        )
        ->type_name("RULES.toml");
    crawl->add_option("--user-agent", options->user_agent, "Who to say we are");
    crawl->add_option(
        "--consent", options->consent, "honour opt-outs from machine learning, or only record them"
    );
    crawl->add_flag(
        "--allow-private", options->allow_private, "Also private and loopback addresses"
    );
    crawl->add_flag(
        "--ignore-robots",
        options->ignore_robots,
        "Do not ask robots.txt: only for sites of your own"
    );
    crawl->add_flag(
        "--dry-run",
        options->dry_run,
        "Say what would be fetched and what not, and why; store nothing"
    );
    crawl->callback([options, &context] {
        json::object spec{
            {"urls", json::array(options->urls.begin(), options->urls.end())},
            {"scope", options->scope},
            {"depth", options->depth},
            {"delay_ms", options->delay},
            {"concurrency", options->concurrency},
            {"consent", options->consent},
            {"allow_private", options->allow_private},
            {"obey_robots", !options->ignore_robots}};
        if (options->max_pages > 0) spec["max_pages"] = options->max_pages;
        if (!options->include.empty())
            spec["include"] = json::array(options->include.begin(), options->include.end());
        if (!options->exclude.empty())
            spec["exclude"] = json::array(options->exclude.begin(), options->exclude.end());
        if (!options->user_agent.empty()) spec["user_agent"] = options->user_agent;
        if (!options->rules.empty()) {
            spec["rules"] = read_whole_file(options->rules);
            spec["rules_name"] = options->rules;
        }
        if (options->dry_run) {
            tell_plan(context, {0, options->source, "crawl", json::serialize(spec), "", "active"});
            return;
        }
        gather_and_tell(context, ensure_source(context, options->source, "crawl", spec));
    });
}

}  // namespace app
