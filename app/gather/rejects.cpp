// `tilth rejects`: inputs that could not become records. Replay goes one of two ways, by what the
// source is: pages are taken apart again by the crawler's rules, records mapped again by ingest's.
// expire forgets only the raw bytes; that there was a reject, where and why, stays.
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/run/files.hpp"
#include "base/settings/settings.hpp"
#include "ingest/pipeline/replay.hpp"
#include "ingest/pipeline/store.hpp"
#include "schema/sources/source_store.hpp"
#include "service/gather/gather_archives.hpp"
#include "service/gather/scraping.hpp"

namespace app {

namespace json = boost::json;

namespace {

constexpr int page = 1000;

struct Options {
    std::string source, code, state, id, map;
    int days = 30;
    int limit = 100;
};

json::object to_json(const ingest::StoredReject& stored) {
    const auto& reject = stored.reject;
    return {
        {"id", stored.id},
        {"at", stored.at},
        {"state", stored.state},
        {"run", stored.run_id},
        {"file", reject.file},
        {"member", reject.member},
        {"line", reject.line},
        {"byte_offset", reject.byte_offset},
        {"column", reject.column},
        {"code", reject.code},
        {"reason", reject.reason},
        {"bytes", stored.raw_size}};
}

void list(service::Context& context, const Options& options) {
    Table table({"id", "state", "code", "file", "line", "offset", "column", "reason"});
    context.database().call([&](base::Tx& tx) {
        auto source = schema::require_source(tx, options.source);
        std::string after;
        for (int left = options.limit; left > 0;) {
            auto rows = ingest::list_rejects(
                tx, source.id, options.state, options.code, after, std::min(left, page)
            );
            for (const auto& stored : rows) {
                if (context.json) {
                    print_json(to_json(stored));
                } else {
                    const auto& r = stored.reject;
                    table.add(
                        {stored.id.substr(0, 10),
                         stored.state,
                         r.code,
                         r.file,
                         std::to_string(r.line),
                         std::to_string(r.byte_offset),
                         r.column,
                         r.reason}
                    );
                }
            }
            if (rows.empty()) break;
            left -= static_cast<int>(rows.size());
            after = rows.back().id;
        }
    });
    if (!context.json) table.print();
}

void show(service::Context& context, const Options& options) {
    auto found = context.database().call([&](base::Tx& tx) {
        return ingest::show_reject(tx, schema::require_source(tx, options.source).id, options.id);
    });
    if (!found)
        throw base::Error(
            fmt::format("reject '{}'", options.id),
            "there is none of that id",
            "see 'tilth rejects list'"
        );
    if (context.json) {
        auto object = to_json(*found);
        object["raw"] = found->reject.raw;
        print_json(object);
        return;
    }
    print_line(fmt::format("{}: {}", found->reject.code, found->reject.reason));
    print_line(fmt::format(
        "file {} {} line {} byte {}",
        found->reject.file,
        found->reject.member,
        found->reject.line,
        found->reject.byte_offset
    ));
    print_line(found->reject.raw);
}

ingest::Rules stored_rules(const schema::Source& source) {
    auto document = base::Document::json(source.spec);
    if (!document.has("rules")) return {};
    return ingest::Rules::settings.read(document.embedded("rules", "the source's rules"));
}

void replay(service::Context& context, const Options& options) {
    auto source = context.database().call([&](base::Tx& tx) {
        return schema::require_source(tx, options.source);
    });
    std::int64_t run = 0;
    schema::Counts counts;
    if (source.kind == "crawl" || service::holds_archives(source)) {
        auto result = service::replay_pages(context, source, options.map, options.code);
        run = result.run_id;
        counts = result.counts;
    } else {
        auto rules = options.map.empty()
                         ? stored_rules(source)
                         : ingest::parse_rules(base::read_whole_file(options.map), options.map);
        auto result = ingest::replay(
            context.database(), context.blobs(), {options.source, options.code, std::move(rules)}
        );
        run = result.run_id;
        counts = result.counts;
    }
    if (context.json) {
        print_json(json::object{
            {"run", run},
            {"read", counts.read},
            {"new", counts.added},
            {"changed", counts.changed},
            {"unchanged", counts.unchanged},
            {"rejected", counts.rejected}});
    } else {
        print_line(fmt::format(
            "{} replayed: {} new, {} changed, {} unchanged; {} still rejected",
            counts.read,
            counts.added,
            counts.changed,
            counts.unchanged,
            counts.rejected
        ));
    }
}

void expire(service::Context& context, const Options& options) {
    auto before = std::chrono::system_clock::now() - std::chrono::hours(24) * options.days;
    auto count = context.database().call([&](base::Tx& tx) {
        return ingest::expire_rejects(tx, schema::require_source(tx, options.source).id, before);
    });
    if (context.json) {
        print_json(json::object{{"expired", count}});
    } else {
        print_line(fmt::format("{} rejects expired", count));
    }
}

}  // namespace

void add_rejects(CLI::App& cli, service::Context& context) {
    auto options = std::make_shared<Options>();
    auto* rejects = cli.add_subcommand(
        "rejects", "Inputs that could not become records: look at them, and read them again"
    );
    rejects->require_subcommand(1);
    auto verb =
        [&](const char* name, const char* help, void (*work)(service::Context&, const Options&)) {
            auto* added = rejects->add_subcommand(name, help);
            added->add_option("--source", options->source, "Source")->required()->type_name("NAME");
            added->callback([options, &context, work] { work(context, *options); });
            return added;
        };
    auto* listing = verb("list", "Rejects of a source", list);
    listing->add_option("--code", options->code, "Only of this code");
    listing->add_option("--state", options->state, "open, replayed or expired");
    listing->add_option("--limit", options->limit, "At most so many (100)");
    verb("show", "One reject with its raw bytes", show)
        ->add_option("ID", options->id, "Its id or the id's beginning")
        ->required();
    auto* again = verb("replay", "Map open rejects again, by the source's present rules", replay);
    again->add_option("--map", options->map, "Other rules")->type_name("RULES.toml");
    again->add_option("--code", options->code, "Only of this code");
    verb("expire", "Forget the raw bytes of old rejects", expire)
        ->add_option("--days", options->days, "Older than so many days (30)");
}

}  // namespace app
