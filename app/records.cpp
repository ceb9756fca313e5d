#include <chrono>
#include <cstdlib>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "base/database.hpp"
#include "base/error.hpp"
#include "schema/purge_store.hpp"
#include "schema/record_store.hpp"

namespace app {

namespace json = boost::json;

namespace {

constexpr int page = 500;

struct Options {
    std::string source, key;
    int limit = 20;
};

json::value payload_of(const std::string& text) {
    boost::system::error_code error;
    auto value = json::parse(text, error);
    return error ? json::value(text) : value;
}

void list(Context& context, const Options& options) {
    Table table({"key", "version", "title", "image", "url"});
    auto source = context.database().call([&](base::Tx& tx) {
        return schema::require_source(tx, options.source);
    });
    std::optional<schema::RecordId> after;
    for (int left = options.limit; left > 0;) {
        auto lines = context.database().call([&](base::Tx& tx) {
            return schema::list_records(tx, source.id, after, std::min(left, page));
        });
        for (const auto& line : lines) {
            if (context.json) {
                json::object object{
                    {"key", line.id.key},
                    {"version", line.version},
                    {"payload", payload_of(line.payload)}};
                if (!line.url.empty()) object["url"] = line.url;
                if (!line.title.empty()) object["title"] = line.title;
                if (!line.snippet.empty()) object["text"] = line.snippet;
                if (line.width > 0)
                    object["image"] = json::object{{"width", line.width}, {"height", line.height}};
                print_json(object);
            } else {
                table.add(
                    {line.id.key,
                     std::to_string(line.version),
                     line.title.substr(0, 60),
                     line.width ? fmt::format("{}x{}", line.width, line.height) : "",
                     line.url}
                );
            }
        }
        if (lines.empty()) break;
        left -= static_cast<int>(lines.size());
        after = lines.back().id;
    }
    if (!context.json) table.print();
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
    listing->callback([options, &context] { list(context, *options); });
    auto* showing = records->add_subcommand("show", "One record, with where it came from, as JSON");
    showing->add_option("--source", options->source, "Source")->required()->type_name("NAME");
    showing->add_option("KEY", options->key, "Its key")->required();
    showing->callback([options, &context] { show(context, *options); });
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
