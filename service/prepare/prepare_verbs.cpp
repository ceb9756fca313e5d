// Versions of how a source's records are prepared, and what a version learns and does.
//
// A version is never changed: adding and undoing make the next one, so that a model can name the
// version that it was trained with for as long as it lives. Operations with something to learn are
// fitted on the training side of a snapshot alone, as training itself does, so that a preview shows
// what a model will see.
#include "service/prepare/prepare.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/json/finite.hpp"
#include "base/text/utf8.hpp"
#include "service/gather/sources.hpp"
#include "training/preparation/preparation_store.hpp"
#include "training/preparation/prepare.hpp"

namespace service {

namespace json = boost::json;

const base::Settings<AddPreparation> AddPreparation::settings{
    {"source", &AddPreparation::source, "whose records", {.required = true}},
    {"recipe",
     &AddPreparation::recipe,
     "the operations, as TOML of [[operation]] tables",
     {.required = true}},
    {"recipe_name", &AddPreparation::recipe_name, "what messages call them"},
    {"note", &AddPreparation::note, "why"},
};

const base::Settings<UndoPreparation> UndoPreparation::settings{
    {"source", &UndoPreparation::source, "whose records", {.required = true}},
    {"operation", &UndoPreparation::operation, "its number; none: the last"},
};

const base::Settings<PreparationOf> PreparationOf::settings{
    {"source", &PreparationOf::source, "whose records", {.required = true}},
    {"version", &PreparationOf::version, "instead of the present one"},
};

const base::Settings<PreparationHistory> PreparationHistory::settings{
    {"source", &PreparationHistory::source, "whose records", {.required = true}},
};

const base::Settings<ApplyPreparation> ApplyPreparation::settings{
    {"source", &ApplyPreparation::source, "whose records", {.required = true}},
    {"snapshot",
     &ApplyPreparation::snapshot,
     "whose training side it is fitted on",
     {.required = true}},
    {"version", &ApplyPreparation::version, "instead of the present one"},
};

const base::Settings<PreviewPreparation> PreviewPreparation::settings{
    {"source", &PreviewPreparation::source, "whose records", {.required = true}},
    {"snapshot",
     &PreviewPreparation::snapshot,
     "whose training side it is fitted on",
     {.required = true}},
    {"version", &PreviewPreparation::version, "instead of the present one"},
    {"rows", &PreviewPreparation::rows, "so many records", {.high = 1000}},
};

namespace {

constexpr std::size_t counted_rows = 1000;

struct Recipe {
    std::vector<json::object> operation;
    static const base::Settings<Recipe> settings;
};

const base::Settings<Recipe> Recipe::settings{
    {"operation", &Recipe::operation, "what is done, in this order", {.required = true}},
};

json::array read_operations(const AddPreparation& request) {
    auto recipe = Recipe::settings.read(base::Document::toml(request.recipe, request.recipe_name));
    json::array operations(recipe.operation.begin(), recipe.operation.end());
    // By itself first: messages then count the operations as its reader does.
    training::Preparation::parse(json::serialize(operations));
    return operations;
}

PreparationItem item_of(const training::PreparationVersion& version) {
    return {
        .version = version.version,
        .operations = json::parse(version.operations).as_array(),
        .note = version.note,
        .made_by = version.made_by,
        .made_at = version.made_at};
}

PreparationItem
next_version(Work& work, std::int64_t source, const json::array& operations, std::string note) {
    return item_of(training::add_preparation(
        work.tx, source, json::serialize(operations), note, work.caller.name, work.now
    ));
}

struct Fit {
    training::SnapshotInfo snapshot;
    training::ExampleStore store;
    training::Prepared prepared;
};

Fit fit(
    Work& work,
    const std::string& source_name,
    const std::string& snapshot_name,
    std::optional<int> version
) {
    auto source = known_source(work, source_name);
    auto& database = work.here.database;
    auto snapshot = training::require_snapshot(database, snapshot_name);
    if (snapshot.source_id != source.id)
        throw base::UsageError(
            "snapshot '" + snapshot_name + "'",
            "is of source '" + snapshot.source + "'",
            "name a snapshot of '" + source.name + "'"
        );
    training::ExampleStore store(database, work.here.blobs);
    auto prepared = training::prepare(database, store, snapshot, version, work.now);
    if (prepared.version == 0)
        throw base::Error(
            "source '" + source.name + "'",
            "has no preparation",
            "make one with 'tilth prepare add'"
        );
    return {std::move(snapshot), std::move(store), std::move(prepared)};
}

json::object row_of(const training::Examples& rows, std::size_t row) {
    json::object object;
    if (!rows.text.empty()) {
        object["title"] = rows.text[row].title;
        object["body"] = base::cut_at_character(rows.text[row].body, 500);
    }
    for (std::size_t c = 0; c < rows.columns.size(); ++c) {
        object[rows.columns[c].name] =
            base::finite_or_null(rows.numeric[row * rows.columns.size() + c]);
    }
    return object;
}

}  // namespace

PreparationItem add_preparation(Work& work, const AddPreparation& request) {
    auto more = read_operations(request);
    auto source = known_source(work, request.source);
    auto before = training::require_preparation(work.tx, source.id);
    auto operations = json::parse(before.operations).as_array();
    operations.insert(operations.end(), more.begin(), more.end());
    auto note = request.note.empty() ? "added " + request.recipe_name : request.note;
    return next_version(work, source.id, operations, std::move(note));
}

PreparationItem undo_preparation(Work& work, const UndoPreparation& request) {
    auto source = known_source(work, request.source);
    auto before = training::require_preparation(work.tx, source.id);
    auto operations = json::parse(before.operations).as_array();
    auto count = static_cast<int>(operations.size());
    if (count == 0)
        throw base::Error(
            "source '" + source.name + "'", "has no operations to undo", "see 'tilth prepare list'"
        );
    auto number = request.operation.value_or(count);
    if (number < 1 || number > count)
        throw base::UsageError(
            fmt::format("operation {}", number),
            fmt::format("there are {} operations", count),
            "see 'tilth prepare show'"
        );
    auto place = operations.begin() + number - 1;
    std::string op(place->at("op").as_string());
    operations.erase(place);
    return next_version(
        work,
        source.id,
        operations,
        fmt::format("undid operation {} ({}) of version {}", number, op, before.version)
    );
}

PreparationItem show_preparation(Work& work, const PreparationOf& request) {
    auto source = known_source(work, request.source);
    return item_of(training::require_preparation(work.tx, source.id, request.version));
}

Page<PreparationItem> list_preparations(Work& work, const PreparationHistory& request) {
    auto source = known_source(work, request.source);
    Page<PreparationItem> page;
    for (const auto& one : training::list_preparations(work.tx, source.id))
        page.items.push_back(item_of(one));
    return page;
}

FittedAnswer apply_preparation(Work& work, const ApplyPreparation& request) {
    auto made = fit(work, request.source, request.snapshot, request.version);
    return {
        .snapshot = made.snapshot.name,
        .version = made.prepared.version,
        .operations = json::parse(made.prepared.fitted.json()).as_array()};
}

PreviewAnswer preview_preparation(Work& work, const PreviewPreparation& request) {
    auto made = fit(work, request.source, request.snapshot, request.version);
    auto items = made.store.split_items(made.snapshot.id, 0);
    if (items.size() > counted_rows) items.resize(counted_rows);
    auto before = made.store.load(items, {});
    std::vector<std::size_t> changed;
    auto after = made.prepared.fitted.apply(before, &changed);
    PreviewAnswer answer{
        .version = made.prepared.version, .records = items.size(), .operations = {}, .rows = {}};
    for (std::size_t i = 0; i < std::min<std::size_t>(request.rows, items.size()); ++i)
        answer.rows.push_back({items[i].id.key, row_of(before, i), row_of(after, i)});
    auto fitted = json::parse(made.prepared.fitted.json()).as_array();
    for (std::size_t i = 0; i < changed.size(); ++i)
        answer.operations.push_back(
            {std::string(fitted[i].at("operation").at("op").as_string()), changed[i]}
        );
    return answer;
}

std::span<const Verb> prepare_verbs() {
    static const std::vector<Verb> verbs{
        verb<add_preparation>(
            "prepare add", "Put operations behind those there are: the next version", analysts
        ),
        verb<undo_preparation>(
            "prepare undo", "The next version, without the last operation, or another", analysts
        ),
        verb<list_preparations>("prepare list", "Every version: when, by whom, why", analysts),
        verb<show_preparation>(
            "prepare show", "The operations of the present version, or another", analysts
        ),
        verb<apply_preparation>(
            "prepare apply",
            "Fit it on the training side of a snapshot, and show what was learnt",
            analysts
        ),
        verb<preview_preparation>(
            "prepare preview",
            "Some records before and after, and how much each operation changes",
            analysts
        ),
    };
    return verbs;
}

}  // namespace service
