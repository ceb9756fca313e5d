#include <chrono>
#include <cstdlib>
#include <memory>

#include <fmt/format.h>
#include <toml++/toml.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "schema/sources/source_store.hpp"
#include "training/preparation/preparation_store.hpp"
#include "training/preparation/prepare.hpp"

namespace app {

namespace json = boost::json;

namespace {

constexpr std::size_t counted_rows = 1000;

struct Options {
    std::string source, file, snapshot, note;
    std::optional<int> version;
    int operation = 0;
    std::size_t rows = 3;
};

schema::Source source_of(Context& context, const std::string& name) {
    return context.database().call([&](base::Tx& tx) { return schema::require_source(tx, name); });
}

json::value to_json(const toml::node& node, const std::string& file) {
    if (const auto* table = node.as_table()) {
        json::object object;
        for (const auto& [key, value] : *table)
            object[std::string(key.str())] = to_json(value, file);
        return object;
    }
    if (const auto* list = node.as_array()) {
        json::array array;
        for (const auto& one : *list) array.push_back(to_json(one, file));
        return array;
    }
    if (node.is_string()) return json::value(*node.value<std::string>());
    if (node.is_boolean()) return *node.value<bool>();
    if (node.is_integer()) return *node.value<std::int64_t>();
    if (node.is_floating_point()) return *node.value<double>();
    throw base::UsageError(
        fmt::format("{}, line {}", file, node.source().begin.line),
        "a date is no setting",
        "put it in quotes"
    );
}

// [[operation]] op = "trim" ..
json::array read_operations(const std::string& file) {
    auto text = read_whole_file(file);
    toml::table table;
    try {
        table = toml::parse(text, file);
    } catch (const toml::parse_error& error) {
        throw base::UsageError(
            fmt::format("{}, line {}", file, error.source().begin.line),
            std::string(error.description()),
            "mend the TOML"
        );
    }
    for (const auto& [key, node] : table)
        if (key.str() != "operation")
            throw base::UsageError(
                fmt::format("{}, line {}", file, key.source().begin.line),
                fmt::format("'{}' is unknown", std::string(key.str())),
                "write [[operation]] tables; see docs/preparing.md"
            );
    const auto* list = table["operation"].as_array();
    if (!list || list->empty())
        throw base::UsageError(
            file, "has no operations", "write [[operation]] tables; see docs/preparing.md"
        );
    return to_json(*list, file).as_array();
}

std::string who() {
    const char* user = std::getenv("USER");
    return user ? user : "command line";
}

json::object to_json(const training::PreparationVersion& version) {
    return {
        {"version", version.version},
        {"operations", json::parse(version.operations)},
        {"note", version.note},
        {"made_by", version.made_by},
        {"made_at", version.made_at}};
}

void tell(
    Context& context,
    const schema::Source& source,
    const training::PreparationVersion& version
) {
    if (context.json) {
        print_json(to_json(version));
        return;
    }
    auto operations = json::parse(version.operations).as_array();
    print_line(fmt::format(
        "{}: preparation version {} of {} operations{}",
        source.name,
        version.version,
        operations.size(),
        version.note.empty() ? "" : ": " + version.note
    ));
    Table table({"", "operation", "settings"});
    for (std::size_t i = 0; i < operations.size(); ++i) {
        auto settings = operations[i].as_object();
        std::string op(settings.at("op").as_string());
        settings.erase("op");
        table.add({std::to_string(i + 1), op, settings.empty() ? "" : json::serialize(settings)});
    }
    table.print();
}

training::PreparationVersion present(base::Tx& tx, const schema::Source& source) {
    return training::require_preparation(tx, source.id);
}

void add(Context& context, const Options& options) {
    auto more = read_operations(options.file);
    training::Preparation::parse(json::serialize(more)
    );  // its own numbers in what is wrong with it
    auto source = source_of(context, options.source);
    auto made = context.database().call([&](base::Tx& tx) {
        auto operations = json::parse(present(tx, source).operations).as_array();
        operations.insert(operations.end(), more.begin(), more.end());
        auto note = options.note.empty() ? "added " + options.file : options.note;
        return training::add_preparation(
            tx,
            source.id,
            json::serialize(operations),
            note,
            who(),
            std::chrono::system_clock::now()
        );
    });
    tell(context, source, made);
}

void undo(Context& context, const Options& options) {
    auto source = source_of(context, options.source);
    auto made = context.database().call([&](base::Tx& tx) {
        auto before = present(tx, source);
        auto operations = json::parse(before.operations).as_array();
        auto count = static_cast<int>(operations.size());
        auto number = options.operation == 0 ? count : options.operation;
        if (count == 0)
            throw base::Error(
                fmt::format("source '{}'", source.name),
                "has no operations to undo",
                "see 'tilth prepare list'"
            );
        if (number < 1 || number > count)
            throw base::UsageError(
                fmt::format("--operation {}", number),
                fmt::format("there are {} operations", count),
                "see 'tilth prepare show'"
            );
        auto op =
            std::string(operations[static_cast<std::size_t>(number - 1)].at("op").as_string());
        operations.erase(operations.begin() + number - 1);
        return training::add_preparation(
            tx,
            source.id,
            json::serialize(operations),
            fmt::format("undid operation {} ({}) of version {}", number, op, before.version),
            who(),
            std::chrono::system_clock::now()
        );
    });
    tell(context, source, made);
}

void list(Context& context, const Options& options) {
    auto source = source_of(context, options.source);
    Table table({"version", "operations", "note", "by", "at"});
    for (const auto& one : context.database().call([&](base::Tx& tx) {
             return training::list_preparations(tx, source.id);
         })) {
        if (context.json) {
            print_json(to_json(one));
        } else {
            table.add(
                {std::to_string(one.version),
                 std::to_string(json::parse(one.operations).as_array().size()),
                 one.note,
                 one.made_by,
                 one.made_at}
            );
        }
    }
    if (!context.json) table.print();
}

void show(Context& context, const Options& options) {
    auto source = source_of(context, options.source);
    auto version = context.database().call([&](base::Tx& tx) {
        return training::require_preparation(tx, source.id, options.version);
    });
    tell(context, source, version);
}

// A snapshot of the source.
training::SnapshotInfo
snapshot_of(Context& context, const schema::Source& source, const std::string& name) {
    auto snapshot = training::require_snapshot(context.database(), name);
    if (snapshot.source_id != source.id)
        throw base::UsageError(
            fmt::format("snapshot '{}'", name),
            fmt::format("is of source '{}'", snapshot.source),
            fmt::format("name a snapshot of '{}'", source.name)
        );
    return snapshot;
}

training::Prepared prepared(
    Context& context,
    training::ExampleStore& store,
    const training::SnapshotInfo& snapshot,
    const Options& options
) {
    auto found = training::prepare(
        context.database(), store, snapshot, options.version, std::chrono::system_clock::now()
    );
    if (found.version == 0)
        throw base::Error(
            fmt::format("source '{}'", options.source),
            "has no preparation",
            "make one with 'tilth prepare add'"
        );
    return found;
}

void apply(Context& context, const Options& options) {
    auto source = source_of(context, options.source);
    auto snapshot = snapshot_of(context, source, options.snapshot);
    training::ExampleStore store(context.database(), context.blobs());
    auto found = prepared(context, store, snapshot, options);
    auto fitted = json::parse(found.fitted.json()).as_array();
    if (context.json) {
        print_json(json::object{
            {"snapshot", snapshot.name}, {"version", found.version}, {"operations", fitted}});
        return;
    }
    print_line(fmt::format(
        "version {} fitted on the training side of snapshot '{}'", found.version, snapshot.name
    ));
    Table table({"", "operation", "fitted"});
    for (std::size_t i = 0; i < fitted.size(); ++i)
        table.add(
            {std::to_string(i + 1),
             std::string(fitted[i].at("operation").at("op").as_string()),
             json::serialize(fitted[i].at("fitted"))}
        );
    table.print();
}

json::object row_json(const training::Examples& rows, std::size_t row) {
    json::object object;
    if (!rows.text.empty()) {
        object["title"] = rows.text[row].title;
        object["body"] = rows.text[row].body.substr(0, 500);
    }
    for (std::size_t c = 0; c < rows.columns.size(); ++c) {
        auto value = rows.numeric[row * rows.columns.size() + c];
        object[rows.columns[c].name] = value == value ? json::value(value) : json::value();
    }
    return object;
}

void preview(Context& context, const Options& options) {
    auto source = source_of(context, options.source);
    auto snapshot = snapshot_of(context, source, options.snapshot);
    training::ExampleStore store(context.database(), context.blobs());
    auto found = prepared(context, store, snapshot, options);
    auto items = store.split_items(snapshot.id, 0);
    if (items.size() > counted_rows) items.resize(counted_rows);
    auto before = store.load(items, {});
    std::vector<std::size_t> changed;
    auto after = found.fitted.apply(before, &changed);
    json::array rows, operations;
    for (std::size_t i = 0; i < std::min(options.rows, items.size()); ++i)
        rows.push_back(json::object{
            {"key", items[i].id.key},
            {"before", row_json(before, i)},
            {"after", row_json(after, i)}});
    auto fitted = json::parse(found.fitted.json()).as_array();
    for (std::size_t i = 0; i < changed.size(); ++i)
        operations.push_back(json::object{
            {"op", fitted[i].at("operation").at("op")}, {"changed", changed[i]}});
    if (context.json) {
        print_json(json::object{
            {"version", found.version},
            {"records", items.size()},
            {"operations", std::move(operations)},
            {"rows", std::move(rows)}});
        return;
    }
    print_line(
        fmt::format("version {} on {} records of the training side", found.version, items.size())
    );
    Table table({"", "operation", "values changed"});
    for (std::size_t i = 0; i < operations.size(); ++i)
        table.add(
            {std::to_string(i + 1),
             std::string(operations[i].at("op").as_string()),
             grouped(changed[i])}
        );
    table.print();
    for (const auto& row : rows) {
        print_line(fmt::format("{}", std::string(row.at("key").as_string())));
        print_line("  before " + json::serialize(row.at("before")));
        print_line("  after  " + json::serialize(row.at("after")));
    }
}

}  // namespace

void add_prepare(CLI::App& cli, Context& context) {
    auto options = std::make_shared<Options>();
    auto* prepare = cli.add_subcommand(
        "prepare", "Recorded operations on a source's records, for training, prediction and export"
    );
    prepare->require_subcommand(1);
    auto verb = [&](const char* name, const char* text, auto job) {
        auto* made = prepare->add_subcommand(name, text);
        made->add_option("SOURCE,--source", options->source, "Source")
            ->required()
            ->type_name("NAME");
        made->callback([options, &context, job] { job(context, *options); });
        return made;
    };
    auto with_snapshot = [&](CLI::App* made) {
        made->add_option("--snapshot", options->snapshot, "Whose training side it is fitted on")
            ->required()
            ->type_name("NAME");
        made->add_option("--version", options->version, "Instead of the present one");
    };
    auto* adding =
        verb("add", "Put a file's operations behind those there are: the next version", add);
    adding->add_option("FILE", options->file, "[[operation]] tables")
        ->required()
        ->type_name("FILE.toml");
    adding->add_option("--note", options->note, "Why");
    auto* undoing = verb("undo", "The next version, without the last operation, or another", undo);
    undoing->add_option("--operation", options->operation, "Its number");
    verb("list", "Every version: when, by whom, why", list);
    verb("show", "The operations of the present version, or another", show)
        ->add_option("--version", options->version, "Instead of the present one");
    with_snapshot(
        verb("apply", "Fit it on the training side of a snapshot, and show what was learnt", apply)
    );
    auto* previewing = verb(
        "preview", "Some records before and after, and how much each operation changes", preview
    );
    with_snapshot(previewing);
    previewing->add_option("--rows", options->rows, "So many records (3)");
}

}  // namespace app
