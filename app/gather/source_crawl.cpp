// What a crawled source met: its addresses and its hosts.
#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "base/database/database.hpp"
#include "crawler/frontier/watch_store.hpp"
#include "schema/sources/source_store.hpp"

namespace app {

namespace json = boost::json;
using Clock = std::chrono::system_clock;

namespace {

void urls_verb(CLI::App& source, Context& context) {
    struct Options {
        std::string name, reason, state;
        int limit = 50;
    };
    auto options = std::make_shared<Options>();
    auto* verb = source.add_subcommand(
        "urls", "Addresses that a crawl met: waiting, fetched, or not fetched and why"
    );
    verb->add_option("NAME", options->name)->required();
    verb->add_option(
        "--reason",
        options->reason,
        "Only those of a reason: robots, trap, budget .., gone, orphaned"
    );
    verb->add_option("--state", options->state, "queued, done, skipped or failed");
    verb->add_option("--limit", options->limit, "At most so many (50)");
    verb->callback([options, &context] {
        Table table({"state", "reason", "detail", "status", "url"});
        std::int64_t after = 0;
        for (int left = options->limit; left > 0;) {
            auto lines = context.database().call([&](base::Tx& tx) {
                auto id = schema::require_source(tx, options->name).id;
                return crawler::source_urls(
                    tx, id, after, options->reason, options->state, std::min(left, 1000)
                );
            });
            if (lines.empty()) break;
            after = lines.back().id;
            left -= static_cast<int>(lines.size());
            for (const auto& line : lines) {
                if (context.json) {
                    print_json(json::object{
                        {"url", line.url},
                        {"kind", line.kind},
                        {"state", line.state},
                        {"reason", line.reason},
                        {"detail", line.detail},
                        {"status", line.status},
                        {"depth", line.depth},
                        {"due_at", line.due_at},
                        {"gone_at", line.gone_at},
                        {"orphaned_at", line.orphaned_at}});
                    continue;
                }
                auto reason = line.reason;
                if (!line.gone_at.empty()) reason += " gone";
                if (!line.orphaned_at.empty()) reason += " orphaned";
                table.add(
                    {line.state,
                     reason,
                     line.detail,
                     line.status ? std::to_string(line.status) : "",
                     line.url}
                );
            }
        }
        if (!context.json) table.print();
    });
}

void hosts_verb(CLI::App& source, Context& context) {
    auto name = std::make_shared<std::string>();
    auto limit = std::make_shared<int>(1000);
    auto* verb = source.add_subcommand("hosts", "How the hosts of a crawl fare");
    verb->add_option("NAME", *name)->required();
    verb->add_option("--limit", *limit, "At most so many (1000)");
    verb->callback([name, limit, &context] {
        auto lines = context.database().call([&](base::Tx& tx) {
            return crawler::source_hosts(
                tx, schema::require_source(tx, *name).id, Clock::now(), *limit
            );
        });
        Table table(
            {"host",
             "server",
             "requests",
             "bytes",
             "errors",
             "mean ms",
             "delay ms",
             "state",
             "queued",
             "done",
             "left out"}
        );
        for (const auto& line : lines) {
            std::string state = line.failures > 0 ? fmt::format("{} failures", line.failures)
                                : line.held       ? "under way"
                                : line.queued > 0 ? "waiting"
                                                  : "done";
            if (context.json) {
                print_json(json::object{
                    {"host", line.host},
                    {"address", line.address},
                    {"requests", line.requests},
                    {"bytes", line.bytes},
                    {"errors", line.errors},
                    {"mean_ms", line.mean_ms},
                    {"delay_ms", line.delay_ms},
                    {"state", state},
                    {"queued", line.queued},
                    {"done", line.done},
                    {"left_out", line.others}});
                continue;
            }
            table.add(
                {line.host,
                 line.address,
                 grouped(line.requests),
                 grouped(line.bytes),
                 grouped(line.errors),
                 fmt::format("{:.0f}", line.mean_ms),
                 fmt::format("{:.0f}", line.delay_ms),
                 state,
                 grouped(line.queued),
                 grouped(line.done),
                 grouped(line.others)}
            );
        }
        if (!context.json) table.print();
    });
}

}  // namespace

void add_source_crawl(CLI::App& source, Context& context) {
    urls_verb(source, context);
    hosts_verb(source, context);
}

}  // namespace app
