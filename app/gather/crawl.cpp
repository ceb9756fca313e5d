// `tilth crawl`: flags become the same settings that a source's file has (a JSON object), and from
// there on a crawl by flags, by file and by schedule are one. Paths are made absolute, since a
// worker in another folder may run the source later. Secrets are references; --basic and --bearer
// go to the origins of the URLs alone.
#include <filesystem>
#include <memory>
#include <set>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/gather/show.hpp"
#include "app/output.hpp"
#include "base/error.hpp"
#include "base/run/files.hpp"
#include "service/gather/gather.hpp"

namespace app {

namespace json = boost::json;

namespace {

void tell_plan(service::Context& context, const std::string& name, const json::object& spec) {
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

// The flags for proxies and credentials as the settings they stand for.
void add_access(
    json::object& spec,
    const std::vector<std::string>& urls,
    const std::vector<std::string>& proxies,
    const std::string& proxy_login,
    const std::string& basic,
    const std::string& bearer
) {
    if (!proxies.empty()) spec["proxy"] = json::array(proxies.begin(), proxies.end());
    if (!proxy_login.empty()) spec["proxy_login"] = proxy_login;
    if (basic.empty() && bearer.empty()) return;
    json::array credentials;
    std::set<std::string> origins;
    for (const auto& url : crawler::parse_seeds(urls)) origins.insert(url.origin());
    for (const auto& origin : origins) {
        json::object one{{"origin", origin}};
        if (!basic.empty()) one["basic"] = basic;
        if (!bearer.empty()) one["bearer"] = bearer;
        credentials.push_back(one);
    }
    spec["credentials"] = credentials;
}

}  // namespace

void add_crawl(CLI::App& cli, service::Context& context) {
    struct Options {
        std::vector<std::string> urls, include, exclude;
        std::string warc, source, scope = "host", rules, user_agent, consent = "honour";
        std::uint64_t max_pages = 0;
        int depth = 100, delay = 1000, concurrency = 1;
        std::vector<std::string> prefer, max_per_path;
        std::string sitemaps = "auto", revisit = "all";
        std::uint64_t max_per_host = 0, max_per_depth = 0;
        int server_delay = -1;
        std::vector<std::string> proxies, allowed;
        std::string proxy_login, basic, bearer, ca_file;
        std::string record;
        std::vector<std::string> files;
        bool images = false;
        bool no_cookies = false, no_feeds = false, no_traps = false, share = false;
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
    crawl
        ->add_option(
            "--record",
            options->record,
            "Also keep each page that rules take apart, and what they take: see inspect scrape"
        )
        ->type_name("DIR");
    crawl->add_flag("--images", options->images, "Also keep the images that pages show");
    crawl
        ->add_option(
            "--files",
            options->files,
            "Also keep linked files of these types, such as application/pdf"
        )
        ->type_name("TYPE");
    crawl->add_option(
        "--prefer", options->prefer, "Regular expressions: what matches one is fetched first"
    );
    crawl->add_option(
        "--max-per-host", options->max_per_host, "Keep at most so many pages of a host"
    );
    crawl
        ->add_option(
            "--max-per-path",
            options->max_per_path,
            "Keep at most so many pages of each first directory, or of those below PREFIX"
        )
        ->type_name("[PREFIX=]N");
    crawl->add_option(
        "--max-per-depth", options->max_per_depth, "Keep at most so many pages of each depth"
    );
    crawl
        ->add_option(
            "--server-delay",
            options->server_delay,
            "Milliseconds between two requests to one server behind several names (an eighth of "
            "--delay)"
        )
        ->type_name("MS");
    crawl->add_option(
        "--sitemaps", options->sitemaps, "auto: with the links; only: without them; or off"
    );
    crawl->add_flag("--no-feeds", options->no_feeds, "Do not read the feeds that pages name");
    crawl->add_flag(
        "--no-traps", options->no_traps, "Do not shut parts of a site that only repeat themselves"
    );
    crawl->add_option(
        "--revisit",
        options->revisit,
        "In a later crawl ask for all pages, or adaptive: as often as each changes, or so within "
        "MIN..MAX, such as 6h..30d"
    );
    crawl->add_flag("--share", options->share, "Join a crawl of this source that is under way");
    crawl->add_option("--user-agent", options->user_agent, "Who to say we are");
    crawl->add_option(
        "--proxy",
        options->proxies,
        "http://, https://, socks5:// or socks5h://HOST:PORT; of several each host keeps to one"
    );
    crawl
        ->add_option(
            "--proxy-login", options->proxy_login, "env:NAME or file:PATH of user:password"
        )
        ->type_name("SECRET");
    crawl
        ->add_option(
            "--basic",
            options->basic,
            "env:NAME or file:PATH of user:password, sent to the URLs' origins alone"
        )
        ->type_name("SECRET");
    crawl
        ->add_option(
            "--bearer",
            options->bearer,
            "env:NAME or file:PATH of a token, sent to the URLs' origins alone"
        )
        ->type_name("SECRET");
    crawl->add_option("--ca", options->ca_file, "Trust these authorities instead of the system's")
        ->type_name("FILE.pem");
    crawl->add_flag("--no-cookies", options->no_cookies, "Keep no cookies");
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
    crawl
        ->add_option("--warc", options->warc, "Also write what was asked and got as WARC 1.1 files")
        ->type_name("DIR");
    crawl->add_option(
        "--allow-address",
        options->allowed,
        "Private addresses that may be asked all the same, such as 10.1.0.0/16"
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
        spec["sitemaps"] = options->sitemaps;
        spec["feeds"] = !options->no_feeds;
        spec["traps"] = !options->no_traps;
        spec["revisit"] = options->revisit;
        if (options->max_per_host > 0) spec["max_per_host"] = options->max_per_host;
        if (options->max_per_depth > 0) spec["max_per_depth"] = options->max_per_depth;
        if (options->server_delay >= 0) spec["server_delay_ms"] = options->server_delay;
        if (!options->max_per_path.empty())
            spec["max_per_path"] =
                json::array(options->max_per_path.begin(), options->max_per_path.end());
        if (!options->prefer.empty())
            spec["prefer"] = json::array(options->prefer.begin(), options->prefer.end());
        if (options->max_pages > 0) spec["max_pages"] = options->max_pages;
        if (!options->include.empty())
            spec["include"] = json::array(options->include.begin(), options->include.end());
        if (!options->exclude.empty())
            spec["exclude"] = json::array(options->exclude.begin(), options->exclude.end());
        if (!options->user_agent.empty()) spec["user_agent"] = options->user_agent;
        add_access(
            spec,
            options->urls,
            options->proxies,
            options->proxy_login,
            options->basic,
            options->bearer
        );
        if (!options->allow_private && !options->allowed.empty())
            spec["allow_private"] = json::array(options->allowed.begin(), options->allowed.end());
        if (options->no_cookies) spec["cookies"] = false;
        if (!options->ca_file.empty())
            spec["ca_file"] =
                std::filesystem::absolute(options->ca_file).lexically_normal().string();
        if (!options->warc.empty())
            spec["warc"] = std::filesystem::absolute(options->warc).lexically_normal().string();
        if (!options->record.empty())
            spec["record"] = std::filesystem::absolute(options->record).lexically_normal().string();
        if (options->images) spec["images"] = true;
        if (!options->files.empty())
            spec["files"] =
                json::object{{"types", json::array(options->files.begin(), options->files.end())}};
        if (!options->rules.empty()) {
            spec["rules"] = base::read_whole_file(options->rules);
            spec["rules_name"] = options->rules;
        }
        if (options->dry_run) {
            tell_plan(context, options->source, spec);
            return;
        }
        gather_and_tell(
            context,
            service::ensure_source(context.environment(), options->source, "crawl", spec),
            options->share
        );
    });
}

}  // namespace app
