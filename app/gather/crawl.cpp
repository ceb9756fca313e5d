// `tilth crawl`: its flags are the settings of a source of kind crawl, so that a crawl by flags, by
// file and by schedule are one. Paths are made absolute, since a worker in another folder may run
// the source later. Secrets are references; --basic and --bearer go to the origins of the URLs
// alone.
#include <filesystem>
#include <memory>
#include <set>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/gather/show.hpp"
#include "app/verbs.hpp"
#include "base/run/files.hpp"
#include "service/gather/gathering.hpp"
#include "service/gather/kinds/kind.hpp"

namespace app {

namespace json = boost::json;

namespace {

// What is said by flags beside those of the settings.
struct More {
    std::string rules, basic, bearer;
    std::vector<std::string> allowed;
    bool share = false, dry_run = false;
};

void tell_plan(service::Context& context, const std::string& name, const std::string& spec) {
    Table table({"verdict", "reason", "url"});
    for (const auto& decision : service::plan_crawl(context.environment(), name, spec)) {
        auto reason = crawler::name_of(decision.reason);
        if (context.json) {
            print_json(json::object{
                {"url", decision.url},
                {"fetch", decision.fetch},
                {"reason", reason},
                {"detail", decision.detail}});
        } else {
            table.add(
                {decision.fetch ? "fetch" : "skip",
                 decision.detail.empty() ? std::string(reason)
                                         : fmt::format("{} ({})", reason, decision.detail),
                 decision.url}
            );
        }
    }
    if (!context.json) table.print();
}

void complete(crawler::CrawlSettings& settings, const More& more) {
    for (auto* path : {&settings.warc, &settings.record, &settings.access.ca_file})
        if (!path->empty()) *path = std::filesystem::absolute(*path).lexically_normal().string();
    const auto* all = std::get_if<bool>(&settings.reach.allow_private);
    if (!more.allowed.empty() && all && !*all) settings.reach.allow_private = more.allowed;
    if (!more.rules.empty()) {
        settings.scrape.rules.text =
            json::serialize(json::value(base::read_whole_file(more.rules)));
        settings.scrape.rules_name = more.rules;
    }
    if (more.basic.empty() && more.bearer.empty()) return;
    std::set<std::string> origins;
    for (const auto& url : crawler::parse_seeds(settings.urls)) origins.insert(url.origin());
    for (const auto& origin : origins)
        settings.access.credentials.push_back(
            {.origin = origin, .basic = more.basic, .bearer = more.bearer, .headers = {}}
        );
}

void add_flags(CLI::App& command, More& more) {
    command
        .add_option("--extract", more.rules, "Fields to take out of each page, what to leave out")
        ->type_name("RULES.toml");
    command
        .add_option(
            "--basic",
            more.basic,
            "env:NAME or file:PATH of user:password, sent to the URLs' origins alone"
        )
        ->type_name("SECRET");
    command
        .add_option(
            "--bearer",
            more.bearer,
            "env:NAME or file:PATH of a token, sent to the URLs' origins alone"
        )
        ->type_name("SECRET");
    command.add_option(
        "--allow-address",
        more.allowed,
        "Private addresses that may be asked all the same, such as 10.1.0.0/16"
    );
    command.add_flag("--share", more.share, "Join a crawl of this source that is under way");
    command.add_flag(
        "--dry-run", more.dry_run, "Say what would be fetched and what not, and why; store nothing"
    );
}

}  // namespace

void add_crawl(CLI::App& cli, service::Context& context) {
    auto& command = add_command(cli, "crawl");
    auto more = std::make_shared<More>();
    add_flags(command, *more);
    Flags<service::Crawl> flags(
        command, {.positionals = {{"urls", "URL"}}, .without = {"rules", "rules_name"}}
    );
    on_command(command, [more, flags, &context] {
        auto request = flags.read();
        complete(request.settings_of_kind, *more);
        auto spec = crawler::CrawlSettings::settings.text(request.settings_of_kind);
        if (more->dry_run) return tell_plan(context, request.source, spec);
        gather_given(
            context,
            service::crawl_kind,
            {.source = request.source, .spec = spec, .save = request.save, .share = more->share}
        );
    });
}

}  // namespace app
