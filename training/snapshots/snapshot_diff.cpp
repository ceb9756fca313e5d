// What differs between two snapshots. Members are paired by source and key in one map that holds
// both snapshots (some 200 bytes a member), since what is listed is in the order of keys and not in
// that of the table.
#include "training/snapshots/snapshot_diff.hpp"

#include <algorithm>
#include <map>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "training/snapshots/member_store.hpp"
#include "training/snapshots/split.hpp"

namespace training {

namespace {

// Of one snapshot.
struct Side {
    std::string content;
    std::string label;
    int split = 0;
    bool is_class = false;  // the label, and not a number
};

using Place = std::pair<std::string, std::string>;  // source, key

std::map<Place, std::pair<std::optional<Side>, std::optional<Side>>>
read_both(base::Database& database, const SnapshotInfo& a, const SnapshotInfo& b) {
    std::map<Place, std::pair<std::optional<Side>, std::optional<Side>>> all;
    const auto read = [&](const SnapshotInfo& snapshot, bool first) {
        auto classes = database.call([&](base::Tx& tx) { return class_names(tx, snapshot); });
        each_member(database, snapshot.id, [&](const SnapshotMember& member) {
            auto& both = all[{snapshot.source, member.key}];
            (first ? both.first : both.second) = Side{
                member.content_sha256,
                label_text(member, classes),
                member.split,
                member.class_id.has_value()};
        });
    };
    read(a, true);
    read(b, false);
    return all;
}

std::vector<Difference>
differences_of(const std::optional<Side>& left, const std::optional<Side>& right) {
    if (!left) return {Difference::added};
    if (!right) return {Difference::removed};
    std::vector<Difference> all;
    if (left->content != right->content) all.push_back(Difference::changed);
    if (left->label != right->label) all.push_back(Difference::relabelled);
    if (left->split != right->split) all.push_back(Difference::moved);
    return all;
}

void count(DiffCounts& counts, const std::vector<Difference>& differences) {
    if (differences.empty()) ++counts.same;
    for (auto one : differences) switch (one) {
            case Difference::added:
                ++counts.added;
                break;
            case Difference::removed:
                ++counts.removed;
                break;
            case Difference::changed:
                ++counts.changed;
                break;
            case Difference::relabelled:
                ++counts.relabeled;
                break;
            case Difference::moved:
                ++counts.moved;
                break;
        }
}

std::vector<DiffOf> list_of(const std::map<std::string, DiffCounts>& all) {
    std::vector<DiffOf> list;
    for (const auto& [name, counts] : all) list.push_back({counts, name});
    return list;
}

// "source/key": no name of a source holds the sign between them.
std::string cursor_of(const Place& place) {
    return place.first + "/" + place.second;
}

std::optional<Place> place_of(const std::string& cursor) {
    if (cursor.empty()) return std::nullopt;
    auto slash = cursor.find('/');
    if (slash == 0 || slash == cursor.npos)
        throw base::UsageError("'after'", "is no next of an earlier part", "leave it out to begin");
    return Place{cursor.substr(0, slash), cursor.substr(slash + 1)};
}

DiffRecord
record_of(const Place& place, const std::optional<Side>& left, const std::optional<Side>& right) {
    const auto side_name = [](const std::optional<Side>& side) {
        return side ? std::string(name_of(static_cast<Part>(side->split))) : std::string();
    };
    return {
        .source = place.first,
        .key = place.second,
        .differences = {},
        .label = left ? left->label : "",
        .other_label = right ? right->label : "",
        .side = side_name(left),
        .other_side = side_name(right)};
}

}  // namespace

SnapshotDiff diff_snapshots(
    base::Database& database,
    const SnapshotInfo& a,
    const SnapshotInfo& b,
    const DiffPage& page
) {
    SnapshotDiff diff;
    std::map<std::string, DiffCounts> classes, sources;
    const auto after = place_of(page.after);
    for (const auto& [place, sides] : read_both(database, a, b)) {
        const auto& [left, right] = sides;
        const auto differences = differences_of(left, right);
        const auto& shown = right ? right : left;
        count(diff, differences);
        count(sources[place.first], differences);
        if (shown->is_class) count(classes[shown->label], differences);
        const bool asked =
            !differences.empty() &&
            (!page.only ||
             std::find(differences.begin(), differences.end(), *page.only) != differences.end());
        if (!asked || (after && place <= *after)) continue;
        if (diff.items.size() == page.at_most) {
            if (!diff.next && !diff.items.empty())
                diff.next = cursor_of({diff.items.back().source, diff.items.back().key});
            continue;
        }
        auto& record = diff.items.emplace_back(record_of(place, left, right));
        for (auto one : differences) record.differences.emplace_back(base::name_of(one));
    }
    diff.classes = list_of(classes);
    diff.sources = list_of(sources);
    return diff;
}

}  // namespace training
