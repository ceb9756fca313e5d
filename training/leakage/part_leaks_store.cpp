// The split was checked when the snapshot was made; but duplicates are found later, rules give
// other groups, and snapshots of older programs knew less of short texts.
#include "training/leakage/part_leaks_store.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/bytes/hash.hpp"
#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/numbers/parse.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"
#include "training/candidates/gathered.hpp"
#include "training/candidates/times.hpp"
#include "training/leakage/column_leaks.hpp"
#include "training/leakage/part_label_leaks.hpp"
#include "training/snapshots/content_store.hpp"
#include "training/snapshots/split.hpp"
#include "training/sql.hpp"

namespace training {

namespace json = boost::json;

namespace {

constexpr std::size_t page_size = 5000;
constexpr std::size_t rows_ordered = 20'000;
constexpr std::size_t few_times = 20;  // different ones, to have an order

struct CheckedMember {
    std::int64_t rk = 0;
    std::string key;
    int split = 0;
    std::string content_sha256, group_key;
    std::int64_t simhash = 0;
    int words = 0;
    std::optional<std::int64_t> by_row, by_text, by_image, same_text;
};
BOOST_DESCRIBE_STRUCT(
    CheckedMember,
    (),
    (rk, key, split, content_sha256, group_key, simhash, words, by_row, by_text, by_image, same_text
    )
)

// A record's time and what its payload says.
struct TimedRow {
    std::size_t place = 0;
    std::optional<double> time;
    std::string payload;
};
BOOST_DESCRIBE_STRUCT(TimedRow, (), (place, time, payload))

std::vector<TimedRow> times_of(
    base::Database& database,
    const std::vector<Item>& items,
    std::size_t from,
    std::size_t to
) {
    return database.call([&](base::Tx& tx) {
        const Keys keys(items, from, to);
        return base::rows_as<TimedRow>(
            tx.exec(sql::file["times_of"], keys.rks, keys.keys, keys.versions, keys.source_id)
        );
    });
}

std::optional<std::string> text_in(const json::object& payload, const std::string& name) {
    const auto* value = payload.if_contains(name);
    return value && value->is_string() ? std::optional(std::string(value->as_string()))
                                       : std::nullopt;
}

// The times of records, in their order: what the fields say, and their own.
struct Said {
    std::map<std::string, std::vector<std::optional<std::string>>> texts;
    std::vector<double> own;
};

Said read_said(
    base::Database& database,
    const std::vector<Item>& items,
    const std::vector<std::string>& fields
) {
    Said said;
    for (const auto& field : fields) said.texts[field].resize(items.size());
    said.own.assign(items.size(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t from = 0; from < items.size(); from += page_size) {
        const auto to = std::min(items.size(), from + page_size);
        for (const auto& row : times_of(database, items, from, to)) {
            const auto at = from + row.place - 1;
            if (row.time) said.own[at] = *row.time;
            const auto parsed = json::parse(row.payload);
            for (const auto& field : fields)
                said.texts[field][at] = text_in(parsed.as_object(), field);
        }
    }
    return said;
}

// Fields that are a time, and no mere number, in nearly all of some payloads.
std::vector<std::string> time_fields(const std::vector<TimedRow>& some) {
    std::map<std::string, std::vector<std::optional<std::string>>> texts;
    for (const auto& row : some) {
        const auto parsed = json::parse(row.payload);
        if (!parsed.is_object()) continue;
        for (const auto& member : parsed.as_object())
            if (auto text = text_in(parsed.as_object(), std::string(member.key()));
                text && text->size() >= 8 && text->size() < 40 && !base::parse_number(*text))
                texts[std::string(member.key())].push_back(std::move(text));
    }
    std::vector<std::string> names;
    for (const auto& [name, all] : texts) {
        if (all.size() * 20 < some.size() * 19) continue;
        try {
            const auto read = read_times(all);
            const std::set<std::optional<std::int64_t>> different(read.at.begin(), read.at.end());
            if (read.unreadable * 20 < all.size() && different.size() > few_times)
                names.push_back(name);
        } catch (const base::UsageError&) {  // could be read in two ways: no order follows
        }
    }
    return names;
}

// Microseconds as doubles, NaN for none.
std::vector<double> places_of(const std::vector<std::optional<std::string>>& texts) {
    std::vector<double> places;
    for (const auto& at : read_times(texts).at)
        places.push_back(at ? static_cast<double>(*at) : std::numeric_limits<double>::quiet_NaN());
    return places;
}

Member member_of(const CheckedMember& row) {
    const auto hash = [](const std::string& text) {
        return static_cast<std::uint64_t>(schema::leading_bytes(base::sha256(text))) | 1;
    };
    Member member;
    member.id = static_cast<std::uint64_t>(row.rk);
    if (!row.group_key.empty()) member.group = hash(row.group_key);
    if (!row.content_sha256.empty()) member.content = hash(row.content_sha256);
    if (row.words >= words_to_compare) member.simhash = static_cast<std::uint64_t>(row.simhash);
    const std::optional<std::int64_t> clusters[] = {
        row.by_row, row.by_text, row.by_image, row.same_text};
    for (std::size_t way = 0; way < member.duplicates.size(); ++way)
        if (clusters[way]) member.duplicates[way] = static_cast<std::uint64_t>(*clusters[way]) | 1;
    return member;
}

std::vector<CheckedMember> read_members(base::Database& database, const SnapshotInfo& snapshot) {
    std::vector<CheckedMember> all;
    std::int64_t rk = std::numeric_limits<std::int64_t>::min();
    std::string key;
    for (;;) {
        auto page = database.call([&](base::Tx& tx) {
            return base::rows_as<CheckedMember>(tx.exec(
                sql::file["members_to_check"],
                snapshot.id,
                rk,
                key,
                page_size,
                words_to_compare,
                snapshot.source_id
            ));
        });
        if (page.empty()) return all;
        rk = page.back().rk;
        key = page.back().key;
        for (auto& one : page) all.push_back(std::move(one));
    }
}

// Of sets and spans, of the class that follows the order most.
double likeness_of_labels(const Examples& labels, const std::vector<double>& places) {
    constexpr std::size_t most = 20;
    if (!labels.has_sets() && !labels.has_spans()) return likeness_in_order(labels, places);
    double likest = 0;
    for (auto c : frequent_classes(labels, most)) {
        Examples binary;
        binary.rows = labels.rows;
        binary.classes = has_class(labels, c);
        binary.class_names = {"without", "with"};
        likest = std::max(likest, likeness_in_order(binary, places));
    }
    return likest;
}

}  // namespace

std::vector<LeakFinding> part_leaks(base::Database& database, const SnapshotInfo& snapshot) {
    const auto rows = read_members(database, snapshot);
    const bool other_group = !made_with(snapshot, "group").empty();
    Members members;
    std::vector<Part> parts;
    std::size_t held_out = 0;
    for (const auto& row : rows) {
        auto member = member_of(row);
        if (other_group) member.group = 0;  // it was asked to go by another
        members.add(member);
        parts.push_back(static_cast<Part>(row.split));
        held_out += row.split > 0;
    }
    drop_common_texts(members);
    std::map<std::string_view, std::pair<std::set<std::uint32_t>, std::vector<std::string>>> found;
    for (const auto& leak : find_leaks(members, parts, 3, rows.size())) {
        auto& [reached, examples] = found[leak.reason];
        for (auto at : {leak.first, leak.second})
            if (parts[at] != Part::training) reached.insert(at);
        if (examples.size() < 3)
            examples.push_back(fmt::format(
                "{} ({}) and {} ({})",
                rows[leak.first].key,
                name_of(parts[leak.first]),
                rows[leak.second].key,
                name_of(parts[leak.second])
            ));
    }
    std::vector<LeakFinding> out;
    for (auto& [reason, one] : found) {
        const double share = static_cast<double>(one.first.size()) /
                             static_cast<double>(std::max<std::size_t>(1, held_out));
        out.push_back(
            {.kind = reason == "group" ? LeakKind::group : LeakKind::duplicate,
             .gravity = share >= 0.01 ? Gravity::stop : Gravity::warning,
             .text = fmt::format(
                 "{} of {} held-out records ({:.1f} %) have one of another side as {}, as {}; make "
                 "the "
                 "snapshot anew, which keeps them together",
                 one.first.size(),
                 held_out,
                 share * 100,
                 reason,
                 one.second.front()
             ),
             .columns = {},
             .examples = std::move(one.second),
             .measure = "share of held-out records",
             .value = share}
        );
    }
    return out;
}

std::vector<LeakFinding> order_leaks(
    base::Database& database,
    const SnapshotInfo& snapshot,
    const std::vector<Item>& items,
    const Examples& rows
) {
    if (items.size() < 50 || !made_with(snapshot, "time").empty()) return {};
    if (made_with(snapshot, "split").starts_with("field=")) return {};
    std::vector<Item> some;
    std::vector<std::size_t> chosen;
    const auto count = std::min(items.size(), rows_ordered);
    for (std::size_t i = 0; i < count; ++i) {
        chosen.push_back(i * items.size() / count);
        some.push_back(items[chosen.back()]);
    }
    const auto first = times_of(database, some, 0, std::min<std::size_t>(500, some.size()));
    const auto fields = time_fields(first);
    if (fields.empty() && std::none_of(first.begin(), first.end(), [](const auto& row) {
            return row.time.has_value();
        }))
        return {};
    const auto said = read_said(database, some, fields);
    Examples labels;
    labels.rows = rows.rows;
    labels.classes = rows.classes;
    labels.class_names = rows.class_names;
    labels.targets = rows.targets;
    labels.marks = rows.marks;
    labels.spans = rows.spans;
    labels = take(labels, chosen);
    std::vector<LeakFinding> out;
    const auto look = [&](const std::string& field, const std::vector<double>& places) {
        const double alike = likeness_of_labels(labels, places);
        if (alike < 0.5) return;
        out.push_back(
            {.kind = LeakKind::order,
             .gravity = Gravity::stop,
             .text = fmt::format(
                 "labels follow each other in the order of '{}' (likeness of neighbours {:.2f}), "
                 "and "
                 "the split is at random: rows beside held-out ones are learnt; split with --time "
                 "{}",
                 field,
                 alike,
                 field
             ),
             .columns = {field},
             .examples = {},
             .measure = "likeness of neighbours",
             .value = alike}
        );
    };
    for (const auto& [field, all] : said.texts) look(field, places_of(all));
    if (out.empty()) look("time", said.own);
    return out;
}

}  // namespace training
