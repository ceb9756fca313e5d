// A snapshot is written open, filled and closed with a hash in one transaction, and never changed
// afterwards: a program that is killed leaves an open one, which the next to take its name drops.
//
// Before anything is stored the split is checked by find_leaks(), which shares the pairs with
// split() but not its clusters: a fault there must not go unnoticed in every later measurement.
//
// Of each record only what divides them is held, less than 100 bytes: the rest, its key and label
// and the line that it adds to the hash, lies on disk between the steps.
#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/bytes/hash.hpp"
#include "base/bytes/hex.hpp"
#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "base/run/log.hpp"
#include "base/settings/settings.hpp"
#include "schema/records/values.hpp"
#include "schema/sources/source_store.hpp"
#include "training/candidates/candidate_store.hpp"
#include "training/candidates/earlier_sides_store.hpp"
#include "training/candidates/snapshot_counts.hpp"
#include "training/candidates/sorted_lines.hpp"
#include "training/labels/label_fields.hpp"
#include "training/snapshots/example_store.hpp"
#include "training/snapshots/label_copies.hpp"
#include "training/snapshots/member_store.hpp"
#include "training/snapshots/snapshot_store.hpp"
#include "training/sql.hpp"

namespace training {

namespace json = boost::json;

namespace {

// Exactly one of project and source says what the snapshot is of; with both they must agree.
std::optional<base::Fault> check(SnapshotSpec& spec) {
    if (spec.project.empty() && spec.source.empty())
        return base::Fault{
            "neither a labeling project nor a source is named", "name one of them", "project"};
    if (!spec.question.empty() && spec.project.empty())
        return base::Fault{
            "there is no form that asks it", "name the labeling project too", "question"};
    if (!spec.time_format.empty() && spec.time.empty())
        return base::Fault{
            "there is no time to read by it", "give the time's field too", "time_format"};
    if (spec.folds == 1) return base::Fault{"one fold divides nothing", "give 2 or more", "folds"};
    return std::nullopt;
}

}  // namespace

const base::Settings<SnapshotSpec> SnapshotSpec::settings{
    {{"name", &SnapshotSpec::name, "what it is called", {.required = true}},
     {"project", &SnapshotSpec::project, "labeling project"},
     {"question", &SnapshotSpec::question, "of a form: the one whose answers are learnt"},
     {"source", &SnapshotSpec::source, "records without labels, to learn a column or find groups"},
     {"where", &SnapshotSpec::where, "condition on fields, class, probability .."},
     {"split", &SnapshotSpec::split, "fractions of training, validation and test, or field=NAME"},
     {"group", &SnapshotSpec::group, "records of equal value in this field stay on one side"},
     {"time", &SnapshotSpec::time, "split by this field's time: the newest are the test"},
     {"time_format", &SnapshotSpec::time_format, "how the times are written (strptime)"},
     {"stratify",
      &SnapshotSpec::stratify,
      "equal shares of this field's values in all parts, or none; the class by default"},
     {"folds",
      &SnapshotSpec::folds,
      "parts of a cross-validation over training and validation",
      {.low = 0, .high = 1000}},
     {"leave_out_stale",
      &SnapshotSpec::leave_out_stale,
      "leave out what changed after it was labelled"},
     {"seed", &SnapshotSpec::seed, "of the split"}},
    &check};

namespace {

constexpr std::size_t page_size = 5000;

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
    if (project.id == 0) return {};
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
    const auto item_of = [&](const Candidate& c) {
        return Item{{c.rk, source_id, c.key}, c.version, c.class_id, c.value, ""};
    };
    CandidateReader all(choice.candidates);
    while (copies.open()) {
        const auto c = all.next();
        if (!c) break;
        if (!choice.imported(*c) || (!c->class_id && !c->value)) continue;
        page.push_back(item_of(*c));
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
    CandidateReader first(choice.candidates);
    while (page.size() < texts_looked_at) {
        const auto c = first.next();
        if (!c) break;
        page.push_back(item_of(*c));
    }
    label.in_text = store.fields_in_texts(page, with_names(fields, origins));
    return label;
}

std::string spec_json(const SnapshotSpec& spec) {
    json::object out{
        {"where", spec.where},
        {"split", spec.split},
        {"group", spec.group},
        {"time", spec.time},
        {"time_format", spec.time_format},
        {"stratify", spec.stratify},
        {"folds", spec.folds},
        {"leave_out_stale", spec.leave_out_stale},
        {"seed", spec.seed}};
    if (!spec.question.empty()) out["question"] = spec.question;
    return json::serialize(out);
}

void refuse_leaks(const Candidates& choice, const Split& split) {
    auto leaks = find_leaks(choice.members, split.parts);
    if (leaks.empty()) return;
    std::string first, second;
    CandidateReader all(choice.candidates);
    for (std::uint32_t i = 0; auto one = all.next(); ++i) {
        if (i == leaks[0].first) first = one->key;
        if (i == leaks[0].second) second = one->key;
    }
    throw base::Error(
        "snapshot",
        fmt::format(
            "records '{}' and '{}' are of one {} but on two sides of the split",
            first,
            second,
            leaks[0].reason
        ),
        "report this: the split must not allow it"
    );
}

// What is to be stored.
struct Made {
    SnapshotProject project;
    std::vector<std::string> classes;
    Candidates choice;
    Split split;
    std::uint64_t members = 0;
    std::string hash;
    std::string counts;

    bool holds(std::size_t i) const { return split.parts[i] != Part::left_out; }
    std::optional<int> fold(std::size_t i) const {
        return split.folds.empty() || split.folds[i] < 0 ? std::nullopt
                                                         : std::optional(split.folds[i]);
    }
};

void set_hash(Made& made) {
    SortedLines lines(made.choice.candidates.size());
    CandidateReader candidates(made.choice.candidates);
    for (std::size_t i = 0; const auto c = candidates.next(); ++i) {
        if (!made.holds(i)) continue;
        lines.add(member_line(
            c->key,
            base::hex({c->content.data(), c->content.size()}),
            label_text(c->class_id, c->value, c->label.value_or(""), made.classes),
            static_cast<int>(made.split.parts[i]),
            c->probability,
            made.fold(i)
        ));
        ++made.members;
    }
    MembersHash hash(made.project.source);
    lines.each([&](const std::string& line) { hash.add(line); });
    made.hash = hash.finish();
}

Made make(base::Database& database, const SnapshotSpec& spec) {
    auto plan = plan_of(spec);
    Made made;
    database.call([&](base::Tx& tx) {
        made.project = find_project(tx, spec);
        made.classes = class_names(tx, made.project.id, spec.question);
    });
    made.choice = choose(database, made.project, spec, plan, made.classes);
    if (made.choice.candidates.size() == 0) {
        throw base::Error(
            fmt::format("snapshot '{}'", spec.name),
            made.project.id == 0 ? fmt::format("no record of source '{}' matches", spec.source)
            : spec.question.empty()
                ? fmt::format("no labelled record of project '{}' matches", spec.project)
                : fmt::format(
                      "no record of project '{}' that matches has an answer to '{}'",
                      spec.project,
                      spec.question
                  ),
            made.project.id == 0 ? "gather records first, or change --where"
                                 : "label or import ground truth first, or change --where"
        );
    }
    if (plan.split.by == SplitSpec::By::hash) keep_sides(database, made.project, spec, made.choice);
    made.split = training::split(made.choice.members, plan.split);
    refuse_leaks(made.choice, made.split);
    set_hash(made);
    return made;
}

template <typename T>
void put(base::CopyWriter& copy, const std::optional<T>& value) {
    if (value) {
        copy.value(*value);
    } else {
        copy.null();
    }
}

void copy_members(base::Tx& tx, std::int64_t id, const Made& made) {
    auto copy = tx.copy(
        "snapshot_item (rk, source_id, key, snapshot_id, version, split, class_id, value, "
        "cluster, probability, fold, label)",
        12
    );
    CandidateReader candidates(made.choice.candidates);
    for (std::size_t i = 0; const auto read = candidates.next(); ++i) {
        if (!made.holds(i)) continue;
        const auto& c = *read;
        copy.begin_row();
        copy.value(c.rk);
        copy.value(made.project.source_id);
        copy.text(c.key);
        copy.value(id);
        copy.value(std::int32_t{c.version});
        copy.value(static_cast<std::int16_t>(made.split.parts[i]));
        put(copy, c.class_id);
        put(copy, c.value);
        copy.value(static_cast<std::int64_t>(made.choice.members.id[made.split.clusters[i]]));
        put(copy, c.probability);
        auto fold = made.fold(i);
        put(copy, fold ? std::optional(static_cast<std::int16_t>(*fold)) : std::nullopt);
        if (c.label) {
            copy.jsonb(*c.label);
        } else {
            copy.null();
        }
    }
    copy.finish();
}

}  // namespace

CreateResult create_snapshot(
    base::Database& database,
    const SnapshotSpec& spec,
    schema::Time now,
    const ColumnFields& origins,
    const std::stop_token& stop
) {
    auto made = make(database, spec);
    auto existing = database.call([&](base::Tx& tx) { return find_snapshot(tx, spec.name); });
    if (existing && existing->state == "closed") {
        if (existing->hash == base::hex(made.hash)) return {*existing, false};
        throw base::Error(
            fmt::format("snapshot '{}'", spec.name),
            "exists with other members; a snapshot never changes",
            "choose another name"
        );
    }
    made.counts = counts_of(
        made.split,
        made.choice,
        made.classes,
        find_label(database, made.project, made.choice, origins)
    );
    if (stop.stop_requested()) throw base::Interrupted();
    return database.call([&](base::Tx& tx) -> CreateResult {
        tx.exec(sql::file["drop_open_items"], spec.name);
        tx.exec(sql::file["drop_open_snapshot"], spec.name);
        auto id = tx.value<std::int64_t>(
            sql::file["open_snapshot"],
            spec.name,
            made.project.id,
            made.project.source_id,
            spec_json(spec),
            schema::timestamp(now)
        );
        if (!id)
            throw base::Error(
                fmt::format("snapshot '{}'", spec.name),
                "another program makes it at the same time",
                "wait for it"
            );
        copy_members(tx, *id, made);
        tx.exec(sql::file["analyze_snapshots"]);
        tx.exec(
            sql::file["close_snapshot"],
            *id,
            base::bytes_of(made.hash),
            static_cast<std::int64_t>(made.members),
            made.counts,
            schema::timestamp(now)
        );
        return {*find_snapshot(tx, spec.name), true};
    });
}

}  // namespace training
