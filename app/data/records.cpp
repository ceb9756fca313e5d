#include <chrono>
#include <cstdlib>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/run/stop.hpp"
#include "schema/select/filter.hpp"
#include "schema/records/purge_store.hpp"
#include "schema/records/record_fields.hpp"
#include "schema/select/record_search_store.hpp"
#include "schema/records/record_store.hpp"

namespace app {

namespace json = boost::json;

namespace {

constexpr int page = 500;

struct Options {
    std::string source, key, where, query, after;
    int limit = 20;
};

json::value payload_of(const std::string& text) {
    boost::system::error_code error;
    auto value = json::parse(text, error);
    return error ? json::value(text) : value;
}

void tell(Context& context, const schema::RecordLine& line, Table& table) {
    if (!context.json) {
        table.add(
            {line.id.key,
             std::to_string(line.version),
             line.title.substr(0, 60),
             line.width ? fmt::format("{}x{}", line.width, line.height) : "",
             line.url}
        );
        return;
    }
    json::object object{
        {"key", line.id.key}, {"version", line.version}, {"payload", payload_of(line.payload)}};
    if (!line.url.empty()) object["url"] = line.url;
    if (!line.title.empty()) object["title"] = line.title;
    if (!line.snippet.empty()) object["text"] = line.snippet;
    if (line.width > 0)
        object["image"] = json::object{{"width", line.width}, {"height", line.height}};
    print_json(object);
}

// The lines that the condition holds for.
std::vector<schema::RecordLine>
matching(base::Tx& tx, const schema::Filter& where, std::vector<schema::RecordLine> lines) {
    if (where.fields().empty() || lines.empty()) return lines;
    std::vector<schema::RecordVersion> versions;
    for (const auto& line : lines) versions.push_back({line.id.rk, line.id.key, line.version});
    auto fields = schema::load_fields(tx, lines[0].id.source_id, where.fields(), versions);
    std::vector<schema::RecordLine> kept;
    for (std::size_t i = 0; i < lines.size(); ++i)
        if (where.matches(fields[i])) kept.push_back(std::move(lines[i]));
    return kept;
}

void list(Context& context, const Options& options) {
    Table table({"key", "version", "title", "image", "url"});
    auto where = schema::Filter::parse(options.where);
    auto source = context.database().call([&](base::Tx& tx) {
        return schema::require_source(tx, options.source);
    });
    std::optional<schema::RecordId> after;
    for (int left = options.limit; left > 0 && !context.stop().stop_requested();) {
        bool filtered = !where.fields().empty(), last = false;
        std::vector<schema::RecordLine> lines;
        auto next = after;
        context.database().call([&](base::Tx& tx) {
            lines =
                schema::list_records(tx, source.id, after, filtered ? page : std::min(left, page));
            last = lines.empty();
            if (!last) next = lines.back().id;
            lines = matching(tx, where, std::move(lines));
        });
        after = next;
        for (const auto& line : lines) {
            if (left-- <= 0) break;
            tell(context, line, table);
        }
        if (last) break;
    }
    if (!context.json) table.print();
}

void search(Context& context, const Options& options) {
    auto& database = context.database();
    auto where = schema::Filter::parse(options.where);
    auto source =
        database.call([&](base::Tx& tx) { return schema::require_source(tx, options.source); });
    schema::index_texts(database, source.id, context.stop());
    if (context.stop().stop_requested()) throw base::Interrupted();
    auto answer = database.call([&](base::Tx& tx) {
        return schema::search(tx, {source.id, options.query, where, options.after, options.limit});
    });
    if (context.json) {
        json::array hits;
        for (const auto& hit : answer.hits) {
            json::object object{
                {"key", hit.id.key},
                {"version", hit.version},
                {"rank", hit.rank},
                {"title", hit.title},
                {"snippet", hit.snippet}};
            if (!hit.url.empty()) object["url"] = hit.url;
            hits.push_back(std::move(object));
        }
        print_json(json::object{
            {"items", std::move(hits)},
            {"next", answer.next ? json::value(*answer.next) : json::value()}});
        return;
    }
    for (const auto& hit : answer.hits) {
        print_line(fmt::format("{}  {}", hit.id.key, hit.title));
        print_line("    " + hit.snippet);
    }
    if (answer.hits.empty()) print_line("nothing found");
    if (answer.next) print_line(fmt::format("more with --after '{}'", *answer.next));
}

void lineage(Context& context, const Options& options) {
    auto told = context.database().call([&](base::Tx& tx) {
        return schema::record_lineage(tx, schema::require_source(tx, options.source), options.key);
    });
    if (!told)
        throw base::Error(
            fmt::format("record '{}'", options.key),
            fmt::format("source '{}' has none of that key", options.source),
            "see 'tilth records list'"
        );
    print_line(*told);
}

void show(Context& context, const Options& options) {
    auto shown = context.database().call([&](base::Tx& tx) {
        return schema::show_record(tx, schema::require_source(tx, options.source), options.key);
    });
    if (!shown)
        throw base::Error(
            fmt::format("record '{}'", options.key),
            fmt::format("source '{}' has none of that key", options.source),
            "see 'tilth records list'"
        );
    print_line(*shown);
}

json::object to_json(const schema::PurgeCounts& counts) {
    return {
        {"records", counts.records},
        {"versions", counts.versions},
        {"texts", counts.texts},
        {"numbers", counts.numbers},
        {"images", counts.images},
        {"labels", counts.labels},
        {"blobs", counts.blobs},
        {"rejects", counts.rejects},
        {"addresses", counts.addresses},
        {"members", counts.members},
        {"snapshots", json::array(counts.snapshots.begin(), counts.snapshots.end())}};
}

void purge(Context& context, const schema::PurgeWhat& what, bool yes) {
    auto now = std::chrono::system_clock::now();
    const char* user = std::getenv("USER");
    auto counts =
        yes ? schema::purge(
                  context.database(), context.blobs(), what, user ? user : "command line", now
              )
            : schema::count_purge(context.database(), what);
    if (context.json) {
        auto object = to_json(counts);
        object["what"] = what.text();
        object["purged"] = yes;
        print_json(object);
        return;
    }
    print_line(fmt::format(
        "{} {}: {} records with {} versions ({} texts, {} numbers, {} images), {} labels, {} blobs",
        what.text(),
        yes ? "purged" : "would lose",
        grouped(counts.records),
        grouped(counts.versions),
        grouped(counts.texts),
        grouped(counts.numbers),
        grouped(counts.images),
        grouped(counts.labels),
        grouped(counts.blobs)
    ));
    print_line(fmt::format(
        "{} rejects emptied, {} addresses never to be fetched again",
        grouped(counts.rejects),
        grouped(counts.addresses)
    ));
    for (const auto& snapshot : counts.snapshots)
        print_line(fmt::format("snapshot '{}' held some of them: it no longer verifies", snapshot));
    if (!yes) print_line("nothing was changed; add --yes to do it");
}

}  // namespace

void add_records(CLI::App& cli, Context& context) {
    auto options = std::make_shared<Options>();
    auto* records = cli.add_subcommand("records", "What has been gathered");
    records->require_subcommand(1);
    auto* listing = records->add_subcommand("list", "Records of a source");
    listing->add_option("--source", options->source, "Source")->required()->type_name("NAME");
    listing->add_option("--limit", options->limit, "At most so many (20)");
    listing->add_option("--where", options->where, "Condition on fields, quality, duplicates")
        ->type_name("EXPR");
    listing->callback([options, &context] { list(context, *options); });
    auto* showing = records->add_subcommand("show", "One record, with where it came from, as JSON");
    showing->add_option("--source", options->source, "Source")->required()->type_name("NAME");
    showing->add_option("KEY", options->key, "Its key")->required();
    showing->callback([options, &context] { show(context, *options); });
    auto* tracing = records->add_subcommand(
        "lineage", "Where each version of a record came from: run, file and offset or URL"
    );
    tracing->add_option("--source", options->source, "Source")->required()->type_name("NAME");
    tracing->add_option("KEY", options->key, "Its key")->required();
    tracing->callback([options, &context] { lineage(context, *options); });
    auto* searching =
        records->add_subcommand("search", "Records whose texts hold words, best first");
    searching->add_option("--source", options->source, "Source")->required()->type_name("NAME");
    searching->add_option("QUERY", options->query, "Words, \"a phrase\", or, -without")->required();
    searching->add_option("--where", options->where, "Condition on fields, quality, duplicates")
        ->type_name("EXPR");
    searching->add_option("--limit", options->limit, "At most so many (20)")
        ->check(CLI::Range(1, 1000));
    searching->add_option("--after", options->after, "The next page: what the answer says");
    searching->callback([options, &context] { search(context, *options); });
    auto what = std::make_shared<schema::PurgeWhat>();
    auto yes = std::make_shared<bool>(false);
    auto* purging = records->add_subcommand(
        "purge", "Destroy what must not be kept, with its bytes; without --yes only count it"
    );
    purging->add_option("--host", what->host, "All pages of a host")->type_name("HOST[:PORT]");
    purging->add_option("--url", what->url, "One page");
    purging->add_option("--licence", what->licence, "All records under a licence");
    purging->add_flag("--yes", *yes, "Do it");
    purging->callback([what, yes, &context] { purge(context, *what, *yes); });
}

}  // namespace app
