// The records that a snapshot may hold. A record whose site forbids training is counted and left
// out, unless its source only records what sites say. Nearness of texts is told to the splitter
// only of texts that are long enough for it to mean something.
#include "training/snapshots/candidate_store.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "base/bytes/hash.hpp"
#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "schema/records/record_fields.hpp"
#include "schema/records/values.hpp"
#include "training/sql.hpp"

namespace training {

namespace {

constexpr std::size_t page_size = 5000;
constexpr int words_to_compare = 20;
// Methods of labels, of the contract of labeling/.
constexpr std::string_view imported = "import", ruled = "rules";

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
    bool quarantined = false;                               // a check put it there
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
     denied,
     quarantined)
)

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

// What the splitter must know of a candidate.
Member member_of(
    const Labeled& row,
    const schema::RecordFields& fields,
    const SnapshotSpec& spec,
    const SnapshotPlan& plan
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

}  // namespace

SnapshotProject find_project(base::Tx& tx, const std::string& name) {
    auto found = base::first_as<SnapshotProject>(tx.exec(sql::file["find_project"], name));
    if (!found)
        throw base::Error(
            fmt::format("label project '{}'", name),
            "there is none of that name",
            "see 'tilth label project list'"
        );
    return *found;
}

SnapshotPlan plan_of(const SnapshotSpec& spec) {
    SnapshotPlan plan{schema::Filter::parse(spec.where), {}, "", {}};
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

Candidates choose(
    base::Database& database,
    const SnapshotProject& project,
    const SnapshotSpec& spec,
    const SnapshotPlan& plan,
    const std::vector<std::string>& classes
) {
    Candidates choice;
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
            if (page[i].quarantined || !plan.where.matches(fields[i])) continue;
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
                 .imported = page[i].method == imported,
                 .ruled = page[i].method == ruled}
            );
        }
        if (page.empty()) return choice;
        rk = page.back().rk;
        key = page.back().key;
    }
}

}  // namespace training
