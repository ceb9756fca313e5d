#include "quality/bias/bias_store.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "quality/sql.hpp"

namespace quality {

namespace {

struct Given {
    std::string name, label;  // of the record or of who gave the label
    double count = 0;
};
BOOST_DESCRIBE_STRUCT(Given, (), (name, label, count))

Breakdown break_down(
    base::Database& database,
    std::string_view query,
    const std::string& project,
    const std::string& field
) {
    std::map<std::string, std::map<std::string, double>> counts;
    double all = 0;
    database.call([&](base::Tx& tx) {
        counts.clear();
        all = 0;
        for (const auto& [name, label, count] : base::rows_as<Given>(tx.exec(query, project))) {
            counts[name.empty() ? "(none)" : name][label] += count;
            all += count;
        }
    });
    Breakdown made{{field}, {}};
    for (const auto& [name, labels] : counts) {
        Group group;
        group.values = {name};
        double of = 0;
        for (const auto& [label, count] : labels) of += count;
        group.records = group.labelled = static_cast<std::uint64_t>(of);
        group.share = share_of(of, all);
        for (const auto& [label, count] : labels) group.labels[label] = share_of(count, of);
        made.groups.push_back(std::move(group));
    }
    std::stable_sort(made.groups.begin(), made.groups.end(), [](const Group& a, const Group& b) {
        return a.records > b.records;
    });
    return made;
}

}  // namespace

std::optional<std::vector<std::string>> labels_of_project(
    base::Database& database,
    const std::string& project,
    std::int64_t source_id,
    const Table& table
) {
    std::unordered_map<std::string, std::string> labels;
    bool known = database.call([&](base::Tx& tx) {
        labels.clear();
        if (tx.exec(sql::file["project_exists"], project).empty()) return false;
        auto rows = tx.exec(sql::file["project_labels"], project, source_id);
        for (auto& one : base::rows_as<Given>(rows)) labels[one.name] = std::move(one.label);
        return true;
    });
    if (!known) return std::nullopt;
    std::vector<std::string> of_rows;
    for (const auto& row : table.rows) {
        auto found = labels.find(row.key);
        of_rows.push_back(found == labels.end() ? std::string() : found->second);
    }
    return of_rows;
}

Breakdown annotators_of_project(base::Database& database, const std::string& project) {
    return break_down(database, sql::file["project_annotators"], project, "annotator");
}

Breakdown origins_of_project(base::Database& database, const std::string& project) {
    return break_down(database, sql::file["project_origins"], project, "origin");
}

}  // namespace quality
