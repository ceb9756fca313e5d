// Ground truth from outside, from a field of the records or from a list of labels.
//
// Labels come one by one and are written a batch at a time, so that files may be larger than
// memory. A field that holds classes is read and written in one statement within the database: the
// labels of millions of records need not travel here and back. With `add_classes` what is no class
// is counted before anything is written, since the most frequent become classes first.
#include "labeling/export/import_store.hpp"

#include <limits>
#include <map>

#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "base/json/described.hpp"
#include "labeling/export/given_answer.hpp"
#include "labeling/export/importer.hpp"
#include "labeling/projects/schema_store.hpp"
#include "labeling/queue/tally_store.hpp"
#include "labeling/sql.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

constexpr int records_at_once = 2'000;
constexpr auto importer = "import";  // who changed the classes, in the log of changes

// The spellings of a project's classes as a JSON object.
std::string spellings(const Project& project) {
    std::map<std::string, std::string> names;
    for (const auto& item : project.question.classes)
        if (!item.value.empty()) names[item.value] = item.name;
    return base::json_text(names);
}

struct ValueRow {
    std::string value;  // empty: the record has none
    std::int64_t records = 0;
};
BOOST_DESCRIBE_STRUCT(ValueRow, (), (value, records))

struct FieldRow {
    std::int64_t rk = 0;
    std::string key, value;
};
BOOST_DESCRIBE_STRUCT(FieldRow, (), (rk, key, value))

// What became of labels in one statement.
struct Written {
    std::int64_t added = 0, changed = 0, unchanged = 0;
};
BOOST_DESCRIBE_STRUCT(Written, (), (added, changed, unchanged))

// Values, most frequent first, that become classes under the options.
std::vector<std::string>
to_add(const Project& project, const Counted& values, const ImportOptions& options) {
    std::vector<std::string> names;
    if (!options.add_classes) return names;
    for (const auto& [value, count] : values)
        if (project.question.classes.size() + names.size() < options.at_most_classes)
            names.push_back(value);
    return names;
}

// Splits a path at its dots.
std::vector<std::string> path_of(const std::string& field) {
    std::vector<std::string> path(1);
    for (char c : field) {
        if (c == '.')
            path.emplace_back();
        else
            path.back() += c;
    }
    return path;
}

Counted unknown_values(
    base::Tx& tx,
    const StoredProject& project,
    const std::string& field,
    std::int64_t& missing
) {
    Counted values;
    missing = 0;
    auto rows = base::rows_as<ValueRow>(tx.exec(
        sql::file["unknown_values"],
        project.id,
        project.source_id,
        schema::array_of(path_of(field)),
        spellings(project.project),
        field
    ));
    for (auto& row : rows) {
        if (row.value.empty()) {
            missing += row.records;
        } else {
            values.emplace_back(std::move(row.value), row.records);
        }
    }
    return values;
}

Imported import_field_of_classes(
    base::Tx& tx,
    StoredProject project,
    const std::string& field,
    const ImportOptions& options,
    Time now
) {
    Imported result;
    result.rejected = unknown_values(tx, project, field, result.no_value);
    result.new_classes = to_add(project.project, result.rejected, options);
    if (!result.new_classes.empty()) {
        project = add_classes(tx, project.project.name, result.new_classes, importer, now);
        result.rejected = unknown_values(tx, project, field, result.no_value);
    }
    auto written = base::first_as<Written>(tx.exec(
                                               sql::file["import_field"],
                                               project.id,
                                               project.source_id,
                                               schema::array_of(path_of(field)),
                                               spellings(project.project),
                                               schema::timestamp(now),
                                               options.share,
                                               field
                                           ))
                       .value();
    count_labels(tx, project.id, written.added);
    if (written.added + written.changed > 0) count_truth_anew(tx, project.id);
    result.added = written.added;
    result.changed = written.changed;
    result.unchanged = written.unchanged;
    if (result.added > 0) tx.exec(sql::file["analyze_truth"]);
    return result;
}

// Of the share of the records that the options name.
EachLabel labels_of_field(
    base::Steps steps,
    const StoredProject& project,
    const std::string& field,
    double share
) {
    return [steps, &project, field, share](const TakeLabel& take) {
        constexpr std::int64_t mask = 1'048'575;
        FieldRow last{.rk = std::numeric_limits<std::int64_t>::min(), .key = "", .value = ""};
        for (;;) {
            auto rows = steps.call([&](base::Tx& tx) {
                return base::rows_as<FieldRow>(tx.exec(
                    sql::file["field_page"],
                    project.source_id,
                    field,
                    schema::array_of(path_of(field)),
                    last.rk,
                    last.key,
                    records_at_once
                ));
            });
            if (rows.empty()) return;
            last = rows.back();
            for (auto& row : rows)
                if (static_cast<double>(row.rk & mask) < share * (mask + 1))
                    take({.key = std::move(row.key), .label = std::move(row.value)});
        }
    };
}

}  // namespace

std::vector<std::string> add_strangers(
    base::Steps steps,
    StoredProject& project,
    const EachLabel& labels,
    const ImportOptions& options,
    Time now
) {
    if (!options.add_classes) return {};
    TextCounts strangers;
    labels([&](GivenLabel&& label) {
        each_stranger(project.project.question, label, [&](const std::string& name) {
            strangers.add(name);
        });
    });
    auto names = to_add(project.project, strangers.sorted(), options);
    if (!names.empty())
        project = steps.call([&](base::Tx& tx) {
            return add_classes(tx, project.project.name, names, importer, now);
        });
    return names;
}

std::int64_t Imported::rejected_total() const {
    std::int64_t total = 0;
    for (const auto* counted : {&rejected, &faults})
        for (const auto& [value, count] : *counted) total += count;
    return total;
}

Imported import_field(
    base::Steps steps,
    const std::string& name,
    const std::string& field,
    const ImportOptions& options,
    Time now
) {
    auto project = steps.call([&](base::Tx& tx) { return load_project(tx, name); });
    Imported result;
    if (task_type(project.project.question.kind).shape() == LabelShape::classes) {
        result = steps.call([&](base::Tx& tx) {
            return import_field_of_classes(tx, project, field, options, now);
        });
    } else {
        auto labels = labels_of_field(steps, project, field, options.share);
        auto added = add_strangers(steps, project, labels, options, now);
        Importer importer(steps, project, now);
        labels([&](GivenLabel&& label) { importer.add(std::move(label)); });
        result = importer.finish();
        result.new_classes = std::move(added);
    }
    steps.call([&](base::Tx& tx) { tx.exec(sql::file["note_label_field"], project.id, field); });
    return result;
}

Imported import_labels(
    base::Steps steps,
    const std::string& name,
    const EachLabel& labels,
    const ImportOptions& options,
    Time now
) {
    auto project = steps.call([&](base::Tx& tx) { return load_project(tx, name); });
    auto added = add_strangers(steps, project, labels, options, now);
    Importer importer(steps, project, now);
    labels([&](GivenLabel&& label) { importer.add(std::move(label)); });
    auto result = importer.finish();
    importer.require_match();
    result.new_classes = std::move(added);
    return result;
}

Imported import_labels(
    base::Steps steps,
    const std::string& name,
    const std::vector<GivenLabel>& labels,
    const ImportOptions& options,
    Time now
) {
    auto each = [&](const TakeLabel& take) {
        for (auto label : labels) take(std::move(label));
    };
    return import_labels(steps, name, EachLabel(each), options, now);
}

}  // namespace labeling
