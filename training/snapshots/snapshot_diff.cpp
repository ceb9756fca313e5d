// What differs between two snapshots. Both are read side by side in the order of the table, so that
// nothing is held but the page that is asked for: it is in the order of keys, which is another one,
// and the first of these are kept as they come.
#include "training/snapshots/snapshot_diff.hpp"

#include <algorithm>
#include <iterator>
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

// The members of one rk after the other, which are hardly ever more than one.
class Steps {
public:
    Steps(base::Database& database, const SnapshotInfo& snapshot)
        : source_(snapshot.source),
          classes_(database.call([&](base::Tx& tx) { return class_names(tx, snapshot); })),
          members_(database, snapshot.id) {
        waiting_ = members_.next();
    }

    std::optional<std::int64_t> rk() const {
        return waiting_ ? std::optional(waiting_->rk) : std::nullopt;
    }
    std::map<Place, Side> take() {
        std::map<Place, Side> step;
        for (const auto rk = waiting_->rk; waiting_ && waiting_->rk == rk;
             waiting_ = members_.next())
            step[{source_, waiting_->key}] = {
                waiting_->content_sha256,
                label_text(*waiting_, classes_),
                waiting_->split,
                waiting_->class_id.has_value()};
        return step;
    }

private:
    std::string source_;
    std::vector<std::string> classes_;
    MemberReader members_;
    std::optional<SnapshotMember> waiting_;
};

// Calls visit(place, left, right), of which one may be nothing, for each record of either.
template <typename Visit>
void each_pair(
    base::Database& database,
    const SnapshotInfo& a,
    const SnapshotInfo& b,
    const Visit& visit
) {
    Steps left(database, a), right(database, b);
    while (left.rk() || right.rk()) {
        const bool from_left = left.rk() && (!right.rk() || *left.rk() <= *right.rk());
        const bool from_right = right.rk() && (!left.rk() || *right.rk() <= *left.rk());
        std::map<Place, std::pair<std::optional<Side>, std::optional<Side>>> both;
        if (from_left)
            for (auto& [place, side] : left.take()) both[place].first = std::move(side);
        if (from_right)
            for (auto& [place, side] : right.take()) both[place].second = std::move(side);
        for (const auto& [place, sides] : both) visit(place, sides.first, sides.second);
    }
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
    std::map<Place, DiffRecord> shown;
    bool more = false;
    const auto after = place_of(page.after);
    each_pair(database, a, b, [&](const Place& place, const auto& left, const auto& right) {
        const auto differences = differences_of(left, right);
        const auto& last = right ? right : left;
        count(diff, differences);
        count(sources[place.first], differences);
        if (last->is_class) count(classes[last->label], differences);
        const bool asked =
            !differences.empty() &&
            (!page.only ||
             std::find(differences.begin(), differences.end(), *page.only) != differences.end());
        if (!asked || (after && place <= *after)) return;
        const bool full = shown.size() == page.at_most;
        more |= full;
        if (full && (shown.empty() || place > shown.rbegin()->first)) return;
        auto& record = shown[place] = record_of(place, left, right);
        for (auto one : differences) record.differences.emplace_back(base::name_of(one));
        if (full) shown.erase(std::prev(shown.end()));
    });
    if (more && !shown.empty()) diff.next = cursor_of(shown.rbegin()->first);
    for (auto& [place, record] : shown) diff.items.push_back(std::move(record));
    diff.classes = list_of(classes);
    diff.sources = list_of(sources);
    return diff;
}

}  // namespace training
