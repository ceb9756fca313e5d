// A snapshot is a promise: the same records, versions, labels and sides for ever. So it is written
// open, filled and closed with a hash in one transaction, never changed afterwards, and
// verify_snapshot() can compute the hash again at any time. The hash is over sorted lines of key,
// content, label and side: it does not depend on the order of rows or on ids of this database.
//
// Before anything is stored the split is checked by find_leaks(), which shares the pairs with
// split() but not its clusters: a fault there must not go unnoticed in every later measurement.
#include "training/snapshots/snapshot_store.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <map>
#include <ostream>

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

constexpr int page_size = 5000;
constexpr int words_to_compare = 20;
constexpr std::string_view imported = "import";  // method of a label, of the contract of labeling/
constexpr auto first_rk = std::numeric_limits<std::int64_t>::min();

// A labelled record that the condition holds for.
struct Candidate {
    std::int64_t rk = 0;
    std::string key;
    int version = 0;
    std::string content_sha256;
    std::optional<int> class_id;
    std::optional<double> value;
    bool imported = false;  // its label
};

struct Project {
    std::int64_t id = 0;
    std::int64_t source_id = 0;
    std::string source;
};

struct Choice {
    std::vector<Candidate> candidates;
    std::vector<Member> members;
    std::uint64_t denied = 0;  // left out: their sites forbid training
};

Project find_project(base::Tx& tx, const std::string& name) {
    auto rows = tx.exec(sql::file["find_project"], name);
    if (rows.empty())
        throw base::Error(
            fmt::format("label project '{}'", name),
            "there is none of that name",
            "see 'tilth label project list'"
        );
    return {
        rows[0][0].as<std::int64_t>(), rows[0][2].as<std::int64_t>(), rows[0][3].as<std::string>()};
}

std::optional<std::string> optional_text(const pqxx::field& field) {
    return field.is_null() ? std::nullopt : std::optional(field.as<std::string>());
}

schema::RecordFields fields_of(const pqxx::row& row, const std::vector<std::string>& classes) {
    static constexpr std::pair<const char*, int> columns[] = {
        {"key", 1},
        {"version", 2},
        {"group", 4},
        {"time", 5},
        {"value", 7},
        {"probability", 8},
        {"method", 9},
        {"words", 12},
        {"characters", 13},
        {"language", 14},
        {"title", 15},
        {"url", 16},
        {"file", 17},
        {"media_type", 18},
        {"width", 19},
        {"height", 20}};
    schema::RecordFields fields;
    for (const auto& [name, column] : columns) fields.set(name, optional_text(row[column]));
    if (!row[6].is_null()) fields.set("class", classes.at(row[6].as<std::size_t>()));
    if (!row[10].is_null()) fields.set_payload(row[10].as<std::string>());
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
    std::int64_t rk = first_rk;
    std::string key;
    for (;;) {
        std::vector<schema::RecordFields> page;
        auto rows = database.call([&](base::Tx& tx) {
            auto found = tx.exec(
                sql::file["labeled_records"],
                project.id,
                project.source_id,
                rk,
                key,
                page_size,
                schema::needs_payload(plan.asked)
            );
            page.clear();
            std::vector<schema::RecordVersion> versions;
            for (const auto& row : found) {
                page.push_back(fields_of(row, classes));
                versions.push_back(
                    {row[0].as<std::int64_t>(), row[1].as<std::string>(), row[2].as<int>()}
                );
            }
            schema::add_findings(tx, plan.asked, project.source_id, versions, page);
            return found;
        });
        for (const auto& row : rows) {
            const auto& fields = page[row.num()];
            if (!plan.where.matches(fields)) continue;
            if (honour && !row[24].is_null() && row[24].as<bool>()) {
                ++choice.denied;
                continue;
            }
            Candidate candidate{
                row[0].as<std::int64_t>(),
                row[1].as<std::string>(),
                row[2].as<int>(),
                base::bytes(row[3]),
                std::nullopt,
                std::nullopt,
                row[9].as<std::string>() == imported};
            if (!row[6].is_null()) candidate.class_id = row[6].as<int>();
            if (!row[7].is_null()) candidate.value = row[7].as<double>();
            Member member;
            member.id = static_cast<std::uint64_t>(candidate.rk);
            member.group = group_hash(
                spec.group.empty() ? row[4].as<std::string>() : fields(spec.group).value_or("")
            );
            member.content = std::max<std::uint64_t>(
                1, static_cast<std::uint64_t>(schema::leading_bytes(candidate.content_sha256))
            );
            // In a text of a few words one word changes most shingles or none: nearness says
            // nothing.
            bool long_enough = !row[12].is_null() && row[12].as<int>() >= words_to_compare;
            member.simhash =
                !long_enough ? 0 : static_cast<std::uint64_t>(row[11].as<std::int64_t>());
            for (std::size_t way = 0; way < member.duplicates.size(); ++way) {
                auto cluster = row[21 + static_cast<int>(way)];
                if (!cluster.is_null())
                    member.duplicates[way] =
                        static_cast<std::uint64_t>(cluster.as<std::int64_t>()) | 1;
            }
            if (plan.split.by == SplitSpec::By::time) member.time = time_of(fields(spec.time));
            if (plan.split.by == SplitSpec::By::fixed)
                member.fixed = parse_part(fields(plan.split_field).value_or(""));
            choice.members.push_back(member);
            choice.candidates.push_back(std::move(candidate));
        }
        if (rows.size() < page_size) return choice;
        rk = rows.back()[0].as<std::int64_t>();
        key = rows.back()[1].as<std::string>();
    }
}

// The identity of a member: key, content, label and side. Numbers are printed so that equal values
// are equal texts.
std::string member_line(
    const std::string& key,
    const std::string& content_sha256,
    const std::string& label,
    int split
) {
    return fmt::format(
        "{}\n{}\n{}\n{}\n",
        base::sha256_hex(key),
        base::hex(content_sha256),
        base::sha256_hex(label),
        split
    );
}

std::string label_text(
    const std::optional<int>& class_id,
    const std::optional<double>& value,
    const std::vector<std::string>& classes
) {
    if (class_id) return classes.at(static_cast<std::size_t>(*class_id));
    return value ? fmt::format("{}", *value) : "";
}

// SHA-256 over the source's name and the sorted members.
std::string hash_of(const std::string& source, std::vector<std::string> lines) {
    std::sort(lines.begin(), lines.end());
    std::string all = source + "\n";
    for (const auto& line : lines) all += line;
    return base::sha256(all);
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

// Calls visit(row) for each member in key order; columns as in snapshot_members.
template <typename Visit>
void each_member(base::Database& database, std::int64_t snapshot_id, Visit visit) {
    std::int64_t rk = first_rk;
    std::string key;
    for (;;) {
        auto rows = database.call([&](base::Tx& tx) {
            return tx.exec(sql::file["snapshot_members"], snapshot_id, rk, key, page_size);
        });
        for (const auto& row : rows) visit(row);
        if (rows.size() < page_size) return;
        rk = rows.back()[0].template as<std::int64_t>();
        key = rows.back()[1].template as<std::string>();
    }
}

std::optional<int> class_in(const pqxx::field& field) {
    return field.is_null() ? std::nullopt : std::optional(field.as<int>());
}
std::optional<double> value_in(const pqxx::field& field) {
    return field.is_null() ? std::nullopt : std::optional(field.as<double>());
}

std::string computed_hash(base::Database& database, const SnapshotInfo& snapshot) {
    auto classes =
        database.call([&](base::Tx& tx) { return class_names(tx, snapshot.project_id); });
    std::vector<std::string> lines;
    each_member(database, snapshot.id, [&](const pqxx::row& row) {
        lines.push_back(member_line(
            row[1].as<std::string>(),
            base::bytes(row[6]),
            label_text(class_in(row[4]), value_in(row[5]), classes),
            row[3].as<int>()
        ));
    });
    return hash_of(snapshot.source, std::move(lines));
}

std::string csv_field(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == text.npos) return text;
    std::string quoted = "\"";
    for (char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

constexpr std::array<const char*, 3> split_names{"training", "validation", "test"};

}  // namespace

std::vector<std::string> class_names(base::Tx& tx, std::int64_t project_id) {
    std::vector<std::string> names;
    for (const auto& row : tx.exec(sql::file["class_names"], project_id)) {
        auto id = row[0].as<std::size_t>();
        if (names.size() <= id) names.resize(id + 1);
        names[id] = row[1].as<std::string>();
    }
    return names;
}

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
    auto hash = hash_of(project.source, std::move(lines));
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

std::optional<SnapshotInfo> find_snapshot(base::Tx& tx, const std::string& name) {
    return base::first_as<SnapshotInfo>(tx.exec(sql::file["find_snapshot"], name));
}

SnapshotInfo require_snapshot(base::Database& database, const std::string& name) {
    return database.call([&](base::Tx& tx) { return require_snapshot(tx, name); });
}

SnapshotInfo require_snapshot(base::Tx& tx, const std::string& name) {
    auto found = find_snapshot(tx, name);
    if (!found || found->state != "closed")
        throw base::Error(
            fmt::format("snapshot '{}'", name),
            found ? "was never finished" : "there is none of that name",
            "see 'tilth snapshot list', or create it"
        );
    return *found;
}

std::vector<SnapshotInfo>
list_snapshots(base::Tx& tx, std::optional<std::int64_t> before, int at_most) {
    return base::rows_as<SnapshotInfo>(tx.exec(
        sql::file["list_snapshots"],
        before.value_or(std::numeric_limits<std::int64_t>::max()),
        at_most
    ));
}

std::vector<std::string> label_columns(const SnapshotInfo& snapshot) {
    std::vector<std::string> names;
    auto counts = json::parse(snapshot.counts).as_object();
    if (const auto* found = counts.if_contains("label_columns"))
        for (const auto& name : found->as_array()) names.emplace_back(name.as_string());
    return names;
}

bool verify_snapshot(base::Database& database, const SnapshotInfo& snapshot) {
    return base::hex(computed_hash(database, snapshot)) == snapshot.hash;
}

SnapshotDiff
diff_snapshots(base::Database& database, const SnapshotInfo& a, const SnapshotInfo& b) {
    struct Side {
        std::string content;
        std::string label;
        int split;
    };
    auto read = [&](const SnapshotInfo& snapshot) {
        auto classes =
            database.call([&](base::Tx& tx) { return class_names(tx, snapshot.project_id); });
        std::map<std::pair<std::string, std::string>, Side> members;
        each_member(database, snapshot.id, [&](const pqxx::row& row) {
            members.emplace(
                std::pair(snapshot.source, row[1].as<std::string>()),
                Side{
                    base::bytes(row[6]),
                    label_text(class_in(row[4]), value_in(row[5]), classes),
                    row[3].as<int>()}
            );
        });
        return members;
    };
    auto left = read(a), right = read(b);
    SnapshotDiff diff;
    for (const auto& [key, side] : left) {
        auto other = right.find(key);
        if (other == right.end()) {
            ++diff.removed;
            continue;
        }
        bool changed = side.content != other->second.content;
        bool relabeled = side.label != other->second.label;
        bool moved = side.split != other->second.split;
        diff.changed += changed;
        diff.relabeled += relabeled;
        diff.moved += moved;
        diff.same += !changed && !relabeled && !moved;
    }
    for (const auto& [key, side] : right) diff.added += !left.contains(key);
    return diff;
}

std::uint64_t export_snapshot(
    base::Database& database,
    const SnapshotInfo& snapshot,
    const std::string& format,
    std::ostream& out,
    const FittedPreparation& prepared
) {
    if (format != "jsonl" && format != "csv")
        throw base::UsageError(
            fmt::format("--format {}", format), "not a format of snapshots yet", "use jsonl or csv"
        );
    auto classes =
        database.call([&](base::Tx& tx) { return class_names(tx, snapshot.project_id); });
    std::uint64_t written = 0;
    bool headed = false;
    std::vector<Item> page;
    std::vector<std::pair<int, std::string>> labels;
    schema::Blobs no_blobs{""};
    ExampleStore store(database, no_blobs);
    store.leave_images();
    store.use_fixes(prepared.uses_fixes());
    auto flush = [&] {
        Examples rows;
        if (prepared.empty()) {
            rows.text = store.load_texts(page);
        } else {
            rows = prepared.apply(store.load(page, {}));
        }
        rows.text.resize(page.size());
        if (format == "csv" && !headed) {
            out << "key,split,label,title,body";
            for (const auto& column : rows.columns) out << ',' << csv_field(column.name);
            out << "\r\n";
            headed = true;
        }
        for (std::size_t i = 0; i < page.size(); ++i) {
            const auto& [split, label] = labels[i];
            auto side = split_names.at(static_cast<std::size_t>(split));
            const auto* numbers = rows.numeric.data() + i * rows.columns.size();
            if (format == "csv") {
                out << csv_field(page[i].id.key) << ',' << side << ',' << csv_field(label) << ','
                    << csv_field(rows.text[i].title) << ',' << csv_field(rows.text[i].body);
                for (std::size_t c = 0; c < rows.columns.size(); ++c)
                    out << ',' << (numbers[c] == numbers[c] ? fmt::format("{}", numbers[c]) : "");
                out << "\r\n";
            } else {
                json::object line{
                    {"key", page[i].id.key},
                    {"split", side},
                    {"label", label},
                    {"title", rows.text[i].title},
                    {"body", rows.text[i].body}};
                json::object values;
                for (std::size_t c = 0; c < rows.columns.size(); ++c)
                    values[rows.columns[c].name] =
                        numbers[c] == numbers[c] ? json::value(numbers[c]) : json::value();
                if (!values.empty()) line["numbers"] = std::move(values);
                out << json::serialize(line) << '\n';
            }
            ++written;
        }
        page.clear();
        labels.clear();
    };
    each_member(database, snapshot.id, [&](const pqxx::row& row) {
        page.push_back(
            {{row[0].as<std::int64_t>(), snapshot.source_id, row[1].as<std::string>()},
             row[2].as<int>(),
             std::nullopt,
             std::nullopt,
             ""}
        );
        labels.emplace_back(
            row[3].as<int>(), label_text(class_in(row[4]), value_in(row[5]), classes)
        );
        if (page.size() == page_size) flush();
    });
    if (!page.empty() || !headed) flush();
    return written;
}

}  // namespace training
