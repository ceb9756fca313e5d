// A field of the source is imported by one statement in the database, since its values are there; a
// file by put_truth() in batches. Both first learn which values are no class, so that the answer
// can list them, and with `add_classes` make the most frequent ones classes.
//
// Labels keep the method "import", by which inference knows what it must not touch. Of several
// labels for a key in one file the last counts, as if they had been imported one by one.
#include "labeling/export/import_store.hpp"

#include <algorithm>
#include <map>

#include "base/database/database.hpp"
#include "labeling/export/label_file.hpp"
#include "labeling/sql.hpp"
#include "labeling/truth/put_truth.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

using detail::Label;

// The spellings of a project's classes as a JSON object.
std::string spellings(const Project& project) {
    std::map<std::string, std::string> names;
    for (const auto& item : project.classes)
        if (!item.value.empty()) names[item.value] = item.name;
    return detail::json_object(names);
}

using Counted = std::vector<std::pair<std::string, std::int64_t>>;

// Values, most frequent first, that become classes under the options.
std::vector<std::string>
to_add(const Project& project, const Counted& values, const ImportOptions& options) {
    std::vector<std::string> names;
    if (!options.add_classes) return names;
    for (const auto& [value, count] : values)
        if (project.classes.size() + names.size() < options.at_most_classes) names.push_back(value);
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
    const std::string& path,
    std::int64_t& missing
) {
    Counted values;
    missing = 0;
    auto rows = tx.exec(
        sql::file["unknown_values"], project.id, project.source_id, path, spellings(project.project)
    );
    for (const auto& row : rows) {
        if (row[0].is_null() || row[0].as<std::string>().empty()) {
            missing += row[1].as<std::int64_t>();
        } else {
            values.emplace_back(row[0].as<std::string>(), row[1].as<std::int64_t>());
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
    base::Database& database,
    const std::string& name,
    const std::string& field,
    const ImportOptions& options,
    Time now
) {
    return database.call([&](base::Tx& tx) {
        Imported result;
        auto project = load_project(tx, name);
        auto path = schema::array_of(path_of(field));
        result.rejected = unknown_values(tx, project, path, result.no_value);
        result.new_classes = to_add(project.project, result.rejected, options);
        if (!result.new_classes.empty()) {
            project = add_classes(tx, project.id, result.new_classes);
            result.rejected = unknown_values(tx, project, path, result.no_value);
        }
        auto row = tx.exec(
            sql::file["import_field"],
            project.id,
            project.source_id,
            path,
            spellings(project.project),
            schema::timestamp(now),
            options.share
        )[0];
        result.added = row[0].as<std::int64_t>();
        result.changed = row[1].as<std::int64_t>();
        result.unchanged = row[2].as<std::int64_t>();
        if (result.added > 0) tx.exec(sql::file["analyze_truth"]);
        return result;
    });
}

Imported import_file(
    base::Database& database,
    const std::string& name,
    const std::string& path,
    const ImportOptions& options,
    Time now
) {
    auto given = detail::read_label_file(path);
    auto project = database.call([&](base::Tx& tx) { return load_project(tx, name); });

    std::map<std::string, std::int32_t> classes;
    auto learn = [&] {
        for (const auto& item : project.project.classes) {
            classes[item.name] = item.id;
            if (!item.value.empty()) classes[item.value] = item.id;
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
        project = database.call([&](base::Tx& tx) {
            return add_classes(tx, project.id, result.new_classes);
        });
        learn();
        result.rejected = count_unknown();
    }

    // Of several labels for one key the last counts.
    std::map<std::string, Label> last;
    for (const auto& label : given)
        if (auto known = classes.find(label.label); known != classes.end())
            last.insert_or_assign(label.key, Label{label.key, known->second, label.probability});
    std::vector<Label> labels;
    for (auto& [key, label] : last) labels.push_back(std::move(label));
    auto put = detail::put_truth(database, project, labels, "import", false, now);
    result.added = put.added;
    result.changed = put.changed;
    result.unchanged = put.known - put.added - put.changed;
    result.no_record = put.given - put.known;
    return result;
}

}  // namespace labeling
