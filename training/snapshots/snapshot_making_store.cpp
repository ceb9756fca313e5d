// A snapshot is written open, filled and closed with a hash in one transaction, and never changed
// afterwards: a program that is killed leaves an open one, which the next to take its name drops.
//
// Before anything is stored the split is checked by find_leaks(), which shares the pairs with
// split() but not its clusters: a fault there must not go unnoticed in every later measurement.
#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/bytes/hex.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/run/log.hpp"
#include "base/settings/settings.hpp"
#include "schema/records/values.hpp"
#include "schema/sources/source_store.hpp"
#include "training/snapshots/candidate_store.hpp"
#include "training/snapshots/example_store.hpp"
#include "training/snapshots/label_copies.hpp"
#include "training/snapshots/label_fields.hpp"
#include "training/snapshots/member_store.hpp"
#include "training/snapshots/snapshot_store.hpp"
#include "training/sql.hpp"

namespace training {

namespace json = boost::json;

const base::Settings<SnapshotSpec> SnapshotSpec::settings{
    {"name", &SnapshotSpec::name, "what it is called", {.required = true}},
    {"project", &SnapshotSpec::project, "labeling project", {.required = true}},
    {"where", &SnapshotSpec::where, "condition on fields, class, probability .."},
    {"split", &SnapshotSpec::split, "fractions of training, validation and test, or field=NAME"},
    {"group", &SnapshotSpec::group, "records of equal value in this field stay on one side"},
    {"time", &SnapshotSpec::time, "split by this field's time: the newest are the test"},
    {"seed", &SnapshotSpec::seed, "of the split"},
};

namespace {

constexpr std::size_t page_size = 5000;

// What of the records says their label: never features.
struct LabelParts {
    std::vector<std::string> columns;  // made of a field that labels were imported from, or a copy
    std::vector<std::string> in_text;  // such fields, that are a part of the texts
};

std::vector<std::string> fields_of(const SnapshotProject& project) {
    std::vector<std::string> fields;
    const auto list = json::parse(project.label_fields);
    for (const auto& field : list.as_array()) fields.emplace_back(field.as_string());
    return fields;
}

LabelParts find_label(
    base::Database& database,
    const SnapshotProject& project,
    const Candidates& choice,
    const ColumnFields& origins
) {
    constexpr std::size_t texts_looked_at = 1000;
    schema::Blobs no_blobs{""};
    ExampleStore store(database, no_blobs);
    store.leave_images();
    store.leave_texts();
    auto fields = fields_of(project);
    auto source_id = project.source_id;
    LabelCopies copies;
    std::vector<Item> page;
    auto see = [&] {
        if (!page.empty()) copies.see(store.load(page, {}));
        page.clear();
    };
    for (const auto& c : choice.candidates) {
        if (!copies.open()) break;
        if (!c.imported || (!c.class_id && !c.value)) continue;
        page.push_back({{c.rk, source_id, c.key}, c.version, c.class_id, c.value, ""});
        if (page.size() == page_size) see();
    }
    see();
    LabelParts label{copies.columns(), {}};
    auto columns =
        database.call([&](base::Tx& tx) { return schema::latest_columns(tx, source_id); });
    for (const auto& column : columns)
        if (made_of(column.name, origins, fields) &&
            std::find(label.columns.begin(), label.columns.end(), column.name) ==
                label.columns.end())
            label.columns.push_back(column.name);
    for (const auto& c : choice.candidates)
        if (page.size() < texts_looked_at)
            page.push_back({{c.rk, source_id, c.key}, c.version, c.class_id, c.value, ""});
    label.in_text = store.fields_in_texts(page, with_names(fields, origins));
    return label;
}

json::array list_of(const std::vector<std::string>& names) {
    json::array list;
    for (const auto& name : names) list.emplace_back(name);
    return list;
}

std::string counts_of(
    const Split& split,
    const Candidates& choice,
    const std::vector<std::string>& classes,
    const LabelParts& label
) {
    std::map<std::string, std::array<std::uint64_t, 3>> by_class;
    std::array<std::uint64_t, 3> ruled{};
    for (std::size_t i = 0; i < choice.candidates.size(); ++i) {
        const auto& one = choice.candidates[i];
        auto part = static_cast<std::size_t>(split.parts[i]);
        if (part >= 3) continue;
        if (one.ruled) ++ruled[part];
        if (one.class_id) ++by_class[classes.at(static_cast<std::size_t>(*one.class_id))][part];
    }
    json::object class_counts;
    for (const auto& [name, counts] : by_class)
        class_counts[name] = json::array{counts[0], counts[1], counts[2]};
    return json::serialize(json::object{
        {"training", split.rows[0]},
        {"validation", split.rows[1]},
        {"test", split.rows[2]},
        {"left_out", split.rows[3]},
        {"consent_denied", choice.denied},
        {"clusters", split.cluster_count},
        {"largest_cluster", split.largest_cluster},
        {"classes", class_counts},
        {"labels_by_rules", json::array{ruled[0], ruled[1], ruled[2]}},
        {"label_columns", list_of(label.columns)},
        {"label_in_text", list_of(label.in_text)},
        {"warnings", list_of(split.warnings)}});
}

std::string spec_json(const SnapshotSpec& spec) {
    return json::serialize(json::object{
        {"where", spec.where},
        {"split", spec.split},
        {"group", spec.group},
        {"time", spec.time},
        {"seed", spec.seed}});
}

void refuse_leaks(const Candidates& choice, const Split& split) {
    auto leaks = find_leaks(choice.members, split.parts);
    if (leaks.empty()) return;
    throw base::Error(
        "snapshot",
        fmt::format(
            "records '{}' and '{}' are of one {} but on two sides of the split",
            choice.candidates[leaks[0].first].key,
            choice.candidates[leaks[0].second].key,
            leaks[0].reason
        ),
        "report this: the split must not allow it"
    );
}

}  // namespace

CreateResult create_snapshot(
    base::Database& database,
    const SnapshotSpec& spec,
    schema::Time now,
    const ColumnFields& origins
) {
    auto plan = plan_of(spec);
    SnapshotProject project;
    std::vector<std::string> classes;
    database.call([&](base::Tx& tx) {
        project = find_project(tx, spec.project);
        classes = class_names(tx, project.id);
    });
    auto choice = choose(database, project, spec, plan, classes);
    if (choice.candidates.empty()) {
        throw base::Error(
            fmt::format("snapshot '{}'", spec.name),
            fmt::format("no labelled record of project '{}' matches", spec.project),
            "label or import ground truth first, or change --where"
        );
    }
    auto split = training::split(choice.members, plan.split);
    refuse_leaks(choice, split);
    for (const auto& warning : split.warnings)
        base::log::warning("snapshot '{}': {}", spec.name, warning);

    std::vector<std::string> lines;
    std::uint64_t members = 0;
    for (std::size_t i = 0; i < choice.candidates.size(); ++i) {
        if (split.parts[i] == Part::left_out) continue;
        const auto& c = choice.candidates[i];
        lines.push_back(member_line(
            c.key,
            c.content_sha256,
            label_text(c.class_id, c.value, classes),
            static_cast<int>(split.parts[i])
        ));
        ++members;
    }
    auto hash = members_hash(project.source, std::move(lines));
    auto existing = database.call([&](base::Tx& tx) { return find_snapshot(tx, spec.name); });
    if (existing && existing->state == "closed") {
        if (existing->hash == base::hex(hash)) return {*existing, false};
        throw base::Error(
            fmt::format("snapshot '{}'", spec.name),
            "exists with other members; a snapshot never changes",
            "choose another name"
        );
    }

    auto counts = counts_of(split, choice, classes, find_label(database, project, choice, origins));
    return database.call([&](base::Tx& tx) -> CreateResult {
        tx.exec(sql::file["drop_open_items"], spec.name);
        tx.exec(sql::file["drop_open_snapshot"], spec.name);
        auto id = tx.value<std::int64_t>(
            sql::file["open_snapshot"],
            spec.name,
            project.id,
            spec_json(spec),
            schema::timestamp(now)
        );
        if (!id)
            throw base::Error(
                fmt::format("snapshot '{}'", spec.name),
                "another program makes it at the same time",
                "wait for it"
            );
        auto copy = tx.copy(
            "snapshot_item (rk, source_id, key, snapshot_id, version, split, class_id, value, "
            "cluster)",
            9
        );
        for (std::size_t i = 0; i < choice.candidates.size(); ++i) {
            if (split.parts[i] == Part::left_out) continue;
            const auto& c = choice.candidates[i];
            copy.begin_row();
            copy.value(c.rk);
            copy.value(project.source_id);
            copy.text(c.key);
            copy.value(*id);
            copy.value(std::int32_t{c.version});
            copy.value(static_cast<std::int16_t>(split.parts[i]));
            if (c.class_id) {
                copy.value(std::int32_t{*c.class_id});
            } else {
                copy.null();
            }
            if (c.value) {
                copy.value(*c.value);
            } else {
                copy.null();
            }
            copy.value(choice.candidates[split.clusters[i]].rk);
        }
        copy.finish();
        tx.exec(sql::file["analyze_snapshots"]);
        tx.exec(
            sql::file["close_snapshot"],
            *id,
            base::bytes_of(hash),
            static_cast<std::int64_t>(members),
            counts,
            schema::timestamp(now)
        );
        return {*find_snapshot(tx, spec.name), true};
    });
}

}  // namespace training
