// Nearness of texts is told to the splitter only of texts that are long enough for it to mean
// something; shorter ones stay together if they are equal, where most of them are not: texts of a
// few values are no duplicates of each other.
//
// A field that is named must be there: a misspelt one would group, order or choose by nothing.
#include "training/candidates/gathered.hpp"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "base/bytes/hash.hpp"
#include "base/error.hpp"
#include "schema/records/values.hpp"
#include "training/candidates/times.hpp"
#include "training/labels/part_labels.hpp"

namespace training {

namespace {

constexpr double readable_times = 0.95;  // at least, of those that are there
constexpr std::size_t strata_at_most = 1000;

std::uint64_t hash_of(std::string_view text) {
    return static_cast<std::uint64_t>(schema::leading_bytes(base::sha256(text)));
}

// 0 means "none" to the splitter.
std::uint64_t group_hash(const std::string& group) {
    return group.empty() ? 0 : std::max<std::uint64_t>(1, hash_of(group));
}

std::uint64_t not_none(std::int64_t hash) {
    return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(hash));
}

// What the splitter must know of a candidate, but for its time and its stratum.
Member member_of(
    const Labeled& row,
    const std::string& content,
    const schema::RecordFields& fields,
    const SnapshotSpec& spec,
    const SnapshotPlan& plan
) {
    Member member;
    member.id = static_cast<std::uint64_t>(row.rk);
    member.group = group_hash(spec.group.empty() ? row.group_key : fields(spec.group).value_or(""));
    member.content = not_none(schema::leading_bytes(content));
    // In a text of a few words one word changes most shingles or none: nearness says nothing.
    if (row.words >= words_to_compare) member.simhash = static_cast<std::uint64_t>(row.simhash);
    const std::optional<std::int64_t> clusters[] = {
        row.by_row, row.by_text, row.by_image, row.same_text};
    for (std::size_t way = 0; way < member.duplicates.size(); ++way)
        if (clusters[way]) member.duplicates[way] = static_cast<std::uint64_t>(*clusters[way]) | 1;
    if (plan.split.by == SplitSpec::By::fixed)
        member.fixed = parse_part(fields(plan.split_field).value_or(""));
    return member;
}

}  // namespace

void drop_common_texts(Members& members) {
    auto& way = members.duplicates[3];
    if (way.empty()) return;
    std::unordered_set<std::uint64_t> texts;
    std::size_t rows = 0;
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (way[i] == 0) continue;
        texts.insert(way[i]);
        ++rows;
    }
    if (texts.size() * 2 < rows) way.clear();
}

Presence::Presence(const std::vector<std::string>& asked) {
    for (const auto& field : asked)
        if (!field.starts_with("quality.") && schema::needs_payload({field}))
            missing_.insert(field);
}

void Presence::see(const schema::RecordFields& fields) {
    ++seen_;
    std::erase_if(missing_, [&](const auto& field) { return fields(field).has_value(); });
}

void Presence::refuse(const std::string& what) const {
    if (missing_.empty() || seen_ == 0) return;
    const auto& field = *missing_.begin();
    throw base::UsageError(
        what,
        fmt::format("none of {} records has the field '{}'", seen_, field),
        "see the fields of a record with 'tilth records show'"
    );
}

void Gathered::add(Labeled& row, const schema::RecordFields& fields) {
    found_.stale += row.stale;
    if (row.stale && spec_.leave_out_stale) return;
    const auto content = schema::bytes_of_hex(row.content_sha256);
    auto member = member_of(row, content, fields, spec_, plan_);
    if (!spec_.group.empty() && member.group == 0) ++no_group_;
    if (plan_.split.by == SplitSpec::By::fixed && !member.fixed) ++no_side_;
    if (plan_.split.by == SplitSpec::By::time) times_.push_back(fields(spec_.time));
    if (!plan_.stratify.empty()) {
        auto [at, added] = strata_.try_emplace(
            fields(plan_.stratify).value_or(""), static_cast<std::uint32_t>(strata_.size() + 1)
        );
        member.stratum = at->second;
        if (added) found_.strata.push_back(at->first);
    }
    if (row.label && plan_.split.strata && plan_.stratify == "class")
        for (const auto& name : classes_in(*row.label))
            member.labels.push_back(
                labels_.try_emplace(name, static_cast<std::uint32_t>(labels_.size())).first->second
            );
    found_.members.add(member);
    Candidate one{
        .rk = row.rk,
        .key = std::move(row.key),
        .value = row.value,
        .probability = row.probability,
        .label = std::move(row.label),
        .class_id = row.class_id,
        .version = row.version,
        .method = place_of_method(row.method)};
    std::copy_n(content.begin(), std::min(content.size(), one.content.size()), one.content.begin());
    found_.candidates.add(one);
}

std::uint32_t Gathered::place_of_method(const std::string& method) {
    auto& all = found_.methods;
    const auto found = std::find(all.begin(), all.end(), method);
    const auto place = static_cast<std::uint32_t>(found - all.begin());
    if (found == all.end()) all.push_back(method);
    return place;
}

Candidates Gathered::finish() {
    const auto all = found_.candidates.size();
    std::vector<bool> left;
    if (plan_.split.by == SplitSpec::By::time) left = set_times();
    found_.candidates.finish(std::move(left));
    drop_common_texts(found_.members);
    if (strata_.size() > strata_at_most && !spec_.stratify.empty())
        throw base::UsageError(
            fmt::format("stratify '{}'", spec_.stratify),
            fmt::format("{} values are too many to divide by", strata_.size()),
            "name a field of few values"
        );
    if (no_side_ > 0 && no_side_ == all)
        throw base::UsageError(
            fmt::format("split field '{}'", plan_.split_field),
            "says train, validation or test of no record",
            "name a field that does"
        );
    if (no_group_ > 0 && no_group_ == all)
        throw base::UsageError(
            fmt::format("group '{}'", spec_.group),
            "no record has one",
            "name a field that does, or split without it"
        );
    tell(no_group_, fmt::format("have no '{}' and are a group each", spec_.group));
    tell(no_side_, fmt::format("have no side in '{}' and go to training", plan_.split_field));
    tell(
        found_.stale,
        spec_.leave_out_stale
            ? "changed after they were labelled and are left out"
            : "changed after they were labelled and keep their labels; leave them out with "
              "--leave-out-stale, or label them again"
    );
    tell(
        outdated_,
        fmt::format(
            "answer '{}' by a class that it has no more, and are left out; label them again",
            spec_.question
        )
    );
    tell(found_.no_time, fmt::format("have no time in '{}' and are left out", spec_.time));
    return std::move(found_);
}

void Gathered::tell(std::uint64_t count, const std::string& what) {
    if (count > 0) found_.warnings.push_back(fmt::format("{} records {}", count, what));
}

std::vector<bool> Gathered::set_times() {
    const auto read = read_times(times_, spec_.time_format);
    const auto there = times_.size() - read.missing;
    if (times_.empty()) return {};
    if (there == 0)
        throw base::UsageError(
            fmt::format("time '{}'", spec_.time),
            "no record says one",
            "name a field that does, or split without it"
        );
    if (static_cast<double>(there - read.unreadable) < readable_times * static_cast<double>(there))
        throw base::UsageError(
            fmt::format("time '{}'", spec_.time),
            fmt::format(
                "{} of {} values are no times that are read here, as '{}'",
                read.unreadable,
                there,
                read.example
            ),
            "say how they are written with --time-format, as '%d.%m.%Y %H:%M'"
        );
    if (read.unreadable > 0)
        found_.warnings.push_back(fmt::format(
            "{} values of '{}' are no times, as '{}'", read.unreadable, spec_.time, read.example
        ));
    if (spec_.time_format.empty()) found_.time_format = read.format;
    std::vector<bool> left(times_.size());
    for (std::size_t i = 0; i < times_.size(); ++i) {
        left[i] = !read.at[i];
        found_.members.time.set(i, read.at[i].value_or(0));
        found_.no_time += left[i];
    }
    if (found_.no_time > 0) found_.members = found_.members.without(left);
    return left;
}

}  // namespace training
