// Ground truth from outside, from a field of the records or from a list of labels.
//
// A field is read and written in one statement within the database: the labels of millions of
// records need not travel here and back. Values that are no class are counted before anything is
// written, since with `add_classes` the most frequent of them become classes first, and what is
// left is told of.
#include "labeling/export/import_store.hpp"

#include <algorithm>
#include <map>

#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "base/json/described.hpp"
#include "labeling/export/label_file.hpp"
#include "labeling/sql.hpp"
#include "labeling/truth/put_truth.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

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

// What became of labels in one statement.
struct Written {
    std::int64_t added = 0, changed = 0, unchanged = 0;
};
BOOST_DESCRIBE_STRUCT(Written, (), (added, changed, unchanged))

using Counted = std::vector<std::pair<std::string, std::int64_t>>;

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

// The project, if its answers are classes and nothing else.
StoredProject project_of_classes(base::Tx& tx, const std::string& name) {
    auto project = load_project(tx, name);
    if (task_type(project.project.question.kind).shape() != LabelShape::classes)
        throw base::UsageError(
            "project '" + name + "'",
            "its answers are more than a class, which a label can not say",
            "let people answer"
        );
    return project;
}

Counted unknown_values(
    base::Tx& tx,
    const StoredProject& project,
    const std::string& path,
    std::int64_t& missing
) {
    Counted values;
    missing = 0;
    auto rows = base::rows_as<ValueRow>(tx.exec(
        sql::file["unknown_values"], project.id, project.source_id, path, spellings(project.project)
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

}  // namespace

std::int64_t Imported::rejected_total() const {
    std::int64_t total = 0;
    for (const auto& [value, count] : rejected) total += count;
    return total;
}

Imported import_field(
    base::Steps steps,
    const std::string& name,
    const std::string& field,
    const ImportOptions& options,
    Time now
) {
    return steps.call([&](base::Tx& tx) {
        Imported result;
        auto project = project_of_classes(tx, name);
        auto path = schema::array_of(path_of(field));
        result.rejected = unknown_values(tx, project, path, result.no_value);
        result.new_classes = to_add(project.project, result.rejected, options);
        if (!result.new_classes.empty()) {
            project = add_classes(tx, project.id, result.new_classes);
            result.rejected = unknown_values(tx, project, path, result.no_value);
        }
        auto written = base::first_as<Written>(tx.exec(
                                                   sql::file["import_field"],
                                                   project.id,
                                                   project.source_id,
                                                   path,
                                                   spellings(project.project),
                                                   schema::timestamp(now),
                                                   options.share
                                               ))
                           .value();
        result.added = written.added;
        result.changed = written.changed;
        result.unchanged = written.unchanged;
        if (result.added > 0) tx.exec(sql::file["analyze_truth"]);
        tx.exec(sql::file["note_label_field"], project.id, field);
        return result;
    });
}

Imported import_labels(
    base::Steps steps,
    const std::string& name,
    const std::vector<GivenLabel>& given,
    const ImportOptions& options,
    Time now
) {
    auto project = steps.call([&](base::Tx& tx) { return project_of_classes(tx, name); });

    std::map<std::string, std::string> classes;
    auto learn = [&] {
        for (const auto& item : project.project.question.classes) {
            classes[item.name] = item.name;
            if (!item.value.empty()) classes[item.value] = item.name;
        }
    };
    learn();
    auto count_unknown = [&] {
        std::map<std::string, std::int64_t> unknown;
        for (const auto& label : given)
            if (!classes.contains(label.label)) ++unknown[label.label];
        Counted sorted(unknown.begin(), unknown.end());
        std::stable_sort(sorted.begin(), sorted.end(), [](auto& a, auto& b) {
            return a.second > b.second;
        });
        return sorted;
    };

    Imported result;
    result.rejected = count_unknown();
    result.new_classes = to_add(project.project, result.rejected, options);
    if (!result.new_classes.empty()) {
        project = steps.call([&](base::Tx& tx) {
            return add_classes(tx, project.id, result.new_classes);
        });
        learn();
        result.rejected = count_unknown();
    }

    // Of several labels for one key the last counts.
    std::map<std::string, InferredLabel> last;
    for (const auto& label : given)
        if (auto known = classes.find(label.label); known != classes.end())
            last.insert_or_assign(
                label.key,
                InferredLabel{
                    .key = label.key,
                    .value = answer_of_class(known->second),
                    .probability = label.probability}
            );
    std::vector<InferredLabel> labels;
    for (auto& [key, label] : last) labels.push_back(std::move(label));
    auto put = detail::put_truth(steps, project, labels, "import", false, now);
    result.added = put.added;
    result.changed = put.changed;
    result.unchanged = put.known - put.added - put.changed;
    result.no_record = put.given - put.known;
    return result;
}

}  // namespace labeling
