// A snapshot is written open, filled and closed with a hash in one transaction, and never changed
// afterwards: a program that is killed leaves an open one, which the next to take its name drops.
//
// Before anything is stored the split is checked by find_leaks(), which shares the pairs with
// split() but not its clusters: a fault there must not go unnoticed in every later measurement.
#include "training/snapshots/snapshot_store.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
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
#include "schema/records/record_fields.hpp"
#include "schema/records/values.hpp"
#include "schema/select/filter.hpp"
#include "training/snapshots/example_store.hpp"
#include "training/snapshots/label_copies.hpp"
#include "training/snapshots/member_store.hpp"
#include "training/snapshots/split.hpp"
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
constexpr int words_to_compare = 20;
constexpr std::string_view imported = "import";  // method of a label, of the contract of labeling/
constexpr auto first_rk = std::numeric_limits<std::int64_t>::min();

// A labelled record that the condition holds for.
struct Candidate {
    std::int64_t rk = 0;
    std::string key;
    int version = 0;
    std::string content_sha256;  // hexadecimal
    std::optional<int> class_id;
    std::optional<double> value;
    bool imported = false;  // its label
};

struct Project {
    std::int64_t id = 0;
    std::int64_t source_id = 0;
    std::string source;
};
BOOST_DESCRIBE_STRUCT(Project, (), (id, source_id, source))

// A row of labeled_records.
struct Labeled {
    std::int64_t rk = 0;
    std::string key;
    int version = 0;
    std::string content_sha256;  // hexadecimal
    std::string group_key;
    std::optional<int> class_id;
    std::optional<double> value;
    std::string method;
    std::optional<std::string> payload;
    std::int64_t simhash = 0;
    int words = 0;
    std::optional<std::int64_t> by_row, by_text, by_image;  // clusters of duplicates
    bool denied = false;                                    // its site forbids training
};
BOOST_DESCRIBE_STRUCT(
    Labeled,
    (),
    (rk,
     key,
     version,
     content_sha256,
     group_key,
     class_id,
     value,
     method,
     payload,
     simhash,
     words,
     by_row,
     by_text,
     by_image,
     denied)
)

struct Choice {
    std::vector<Candidate> candidates;
    std::vector<Member> members;
    std::uint64_t denied = 0;  // left out: their sites forbid training
};

Project find_project(base::Tx& tx, const std::string& name) {
    auto found = base::first_as<Project>(tx.exec(sql::file["find_project"], name));
    if (!found)
        throw base::Error(
            fmt::format("label project '{}'", name),
            "there is none of that name",
            "see 'tilth label project list'"
        );
    return *found;
}

// What a condition may ask for, by the names of the columns.
schema::RecordFields
fields_of(const pqxx::row& row, const Labeled& labeled, const std::vector<std::string>& classes) {
    static constexpr std::pair<const char*, const char*> columns[] = {
        {"key", "key"},
        {"version", "version"},
        {"group", "group_key"},
        {"time", "time"},
        {"value", "value"},
        {"probability", "probability"},
        {"method", "method"},
        {"words", "words"},
        {"characters", "characters"},
        {"language", "language"},
        {"title", "title"},
        {"url", "url"},
        {"file", "file"},
        {"media_type", "media_type"},
        {"width", "width"},
        {"height", "height"}};
    schema::RecordFields fields;
    for (const auto& [name, column] : columns) {
        auto field = row[column];
        fields.set(name, field.is_null() ? std::nullopt : std::optional(field.as<std::string>()));
    }
    if (labeled.class_id)
        fields.set("class", classes.at(static_cast<std::size_t>(*labeled.class_id)));
    if (labeled.payload) fields.set_payload(*labeled.payload);
    return fields;
}

std::uint64_t hash_of(std::string_view text) {
    return static_cast<std::uint64_t>(schema::leading_bytes(base::sha256(text)));
}

// 0 means "none" to the splitter.
std::uint64_t group_hash(const std::string& group) {
    return group.empty() ? 0 : std::max<std::uint64_t>(1, hash_of(group));
}

std::int64_t time_of(const std::optional<std::string>& text) {
    if (!text) return std::numeric_limits<std::int64_t>::min();
    double number = 0;
    auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error == std::errc() && end == text->data() + text->size())
        return static_cast<std::int64_t>(number * 1e6);
    std::int64_t digits = 0;  // ISO 8601 dates order by their digits
    for (char c : *text)
        if (c >= '0' && c <= '9' && digits < std::numeric_limits<std::int64_t>::max() / 100)
            digits = digits * 10 + (c - '0');
    return digits;
}

struct Plan {
    schema::Filter where;
    SplitSpec split;
    std::string split_field;
    std::vector<std::string> asked;  // fields
};

Plan plan_of(const SnapshotSpec& spec) {
    Plan plan{schema::Filter::parse(spec.where), {}, "", {}};
    plan.split.seed = spec.seed;
    if (spec.split.starts_with("field=")) {
        plan.split.by = SplitSpec::By::fixed;
        plan.split_field = spec.split.substr(6);
    } else {
        parse_fractions(spec.split, plan.split);
        if (!spec.time.empty()) plan.split.by = SplitSpec::By::time;
    }
    plan.asked = plan.where.fields();
    for (const auto& field : {spec.group, spec.time, plan.split_field}) plan.asked.push_back(field);
    return plan;
}

// What the splitter must know of a candidate.
Member member_of(
    const Labeled& row,
    const schema::RecordFields& fields,
    const SnapshotSpec& spec,
    const Plan& plan
) {
    auto not_none = [](std::int64_t hash) {
        return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(hash));
    };
    Member member;
    member.id = static_cast<std::uint64_t>(row.rk);
    member.group = group_hash(spec.group.empty() ? row.group_key : fields(spec.group).value_or(""));
    member.content = not_none(schema::leading_bytes(schema::bytes_of_hex(row.content_sha256)));
    // In a text of a few words one word changes most shingles or none: nearness says nothing.
    if (row.words >= words_to_compare) member.simhash = static_cast<std::uint64_t>(row.simhash);
    const std::optional<std::int64_t> clusters[] = {row.by_row, row.by_text, row.by_image};
    for (std::size_t way = 0; way < member.duplicates.size(); ++way)
        if (clusters[way]) member.duplicates[way] = static_cast<std::uint64_t>(*clusters[way]) | 1;
    if (plan.split.by == SplitSpec::By::time) member.time = time_of(fields(spec.time));
    if (plan.split.by == SplitSpec::By::fixed)
        member.fixed = parse_part(fields(plan.split_field).value_or(""));
    return member;
}

Choice choose(
    base::Database& database,
    const Project& project,
    const SnapshotSpec& spec,
    const Plan& plan,
    const std::vector<std::string>& classes
) {
    Choice choice;
    bool honour = database.call([&](base::Tx& tx) {
        return tx.value<std::string>(sql::file["consent_policy"], project.source_id) != "record";
    });
    std::int64_t rk = std::numeric_limits<std::int64_t>::min();
    std::string key;
    for (;;) {
        std::vector<Labeled> page;
        std::vector<schema::RecordFields> fields;
        database.call([&](base::Tx& tx) {
            auto rows = tx.exec(
                sql::file["labeled_records"],
                project.id,
                project.source_id,
                rk,
                key,
                page_size,
                schema::needs_payload(plan.asked)
            );
            page = base::rows_as<Labeled>(rows);
            fields.clear();
            std::vector<schema::RecordVersion> versions;
            for (std::size_t i = 0; i < page.size(); ++i) {
                const auto& one = page[i];
                auto row = rows[static_cast<pqxx::result::size_type>(i)];
                fields.push_back(fields_of(row, one, classes));
                versions.push_back({one.rk, one.key, one.version});
            }
            schema::add_findings(tx, plan.asked, project.source_id, versions, fields);
        });
        for (std::size_t i = 0; i < page.size(); ++i) {
            if (!plan.where.matches(fields[i])) continue;
            if (honour && page[i].denied) {
                ++choice.denied;
                continue;
            }
            choice.members.push_back(member_of(page[i], fields[i], spec, plan));
            choice.candidates.push_back(
                {.rk = page[i].rk,
                 .key = page[i].key,
                 .version = page[i].version,
                 .content_sha256 = page[i].content_sha256,
                 .class_id = page[i].class_id,
                 .value = page[i].value,
                 .imported = page[i].method == imported}
            );
        }
        if (page.size() < page_size) return choice;
        rk = page.back().rk;
        key = page.back().key;
    }
}

// The columns that repeat labels which were imported: a field of the records, or a copy of it.
std::vector<std::string>
find_label_columns(base::Database& database, std::int64_t source_id, const Choice& choice) {
    schema::Blobs no_blobs{""};
    ExampleStore store(database, no_blobs);
    store.leave_images();
    store.leave_texts();
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
    return copies.columns();
}

std::string counts_of(
    const Split& split,
    const Choice& choice,
    const std::vector<std::string>& classes,
    const std::vector<std::string>& label_columns
) {
    std::map<std::string, std::array<std::uint64_t, 3>> by_class;
    for (std::size_t i = 0; i < choice.candidates.size(); ++i)
        if (auto part = static_cast<std::size_t>(split.parts[i]);
            part < 3 && choice.candidates[i].class_id)
            ++by_class[classes.at(static_cast<std::size_t>(*choice.candidates[i].class_id))][part];
    json::object class_counts;
    for (const auto& [name, counts] : by_class)
        class_counts[name] = json::array{counts[0], counts[1], counts[2]};
    json::array warnings;
    for (const auto& warning : split.warnings) warnings.emplace_back(warning);
    json::array copies;
    for (const auto& name : label_columns) copies.emplace_back(name);
    return json::serialize(json::object{
        {"training", split.rows[0]},
        {"validation", split.rows[1]},
        {"test", split.rows[2]},
        {"left_out", split.rows[3]},
        {"consent_denied", choice.denied},
        {"clusters", split.cluster_count},
        {"largest_cluster", split.largest_cluster},
        {"classes", class_counts},
        {"label_columns", copies},
        {"warnings", warnings}});
}

std::string spec_json(const SnapshotSpec& spec) {
    return json::serialize(json::object{
        {"where", spec.where},
        {"split", spec.split},
        {"group", spec.group},
        {"time", spec.time},
        {"seed", spec.seed}});
}

void refuse_leaks(const Choice& choice, const Split& split) {
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

CreateResult create_snapshot(base::Database& database, const SnapshotSpec& spec, schema::Time now) {
    auto plan = plan_of(spec);
    Project project;
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

    auto copies = find_label_columns(database, project.source_id, choice);
    auto counts = counts_of(split, choice, classes, copies);
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
