// Fields of many records at once, for filters, samples and reports.
//
// Only what is asked for is loaded: payloads are the bulk of a source, and findings of the quality
// work take a join each. Columns go by position, since a scan passes every record of a source
// through fields_of().
#include "schema/records/record_fields.hpp"

#include <algorithm>
#include <limits>

#include "base/database/database.hpp"
#include "schema/records/values.hpp"
#include "schema/sql.hpp"

namespace schema {

namespace {

constexpr int page_size = 5000;
constexpr std::string_view quality_prefix = "quality.";
std::optional<std::string> text_of(const pqxx::field& field) {
    return field.is_null() ? std::nullopt : std::optional(field.as<std::string>());
}

void add_quality(
    base::Tx& tx,
    std::int64_t source_id,
    const std::string& rks,
    const std::string& keys,
    const std::string& versions,
    std::span<RecordFields> fields
) {
    for (const auto& row : tx.exec(sql::file["quality_of"], source_id, rks, keys, versions))
        fields[row[0].as<std::size_t>() - 1].set_measures(
            doubles_of(row[1].c_str()), row[2].as<std::string>()
        );
}

void add_duplicates(
    base::Tx& tx,
    std::int64_t source_id,
    const std::string& rks,
    const std::string& keys,
    std::span<const RecordVersion> ids,
    std::span<RecordFields> fields
) {
    for (const auto& row : tx.exec(sql::file["duplicates_of"], source_id, rks, keys)) {
        auto place = row[0].as<std::size_t>() - 1;
        auto is_copy = [&](const pqxx::field& cluster) {
            return !cluster.is_null() && cluster.as<std::int64_t>() != ids[place].rk ? "true"
                                                                                     : "false";
        };
        fields[place].set("exact_duplicate", is_copy(row[1]));
        fields[place].set("near_duplicate", is_copy(row[2]));
        fields[place].set("near_cluster", text_of(row[2]));
        fields[place].set("text_hash", text_of(row[3]));
    }
}

// From a row of rk, key, version, group, payload and the columns.
RecordFields fields_of(const pqxx::row& row) {
    static constexpr const char* names[] = {
        "words",
        "characters",
        "language",
        "title",
        "url",
        "file",
        "media_type",
        "width",
        "height",
        "time",
        "media",
        "seconds",
        "pages"};
    RecordFields fields;
    fields.set("key", row[1].as<std::string>());
    fields.set("version", row[2].as<std::string>());
    fields.set("group", row[3].as<std::string>());
    if (!row[4].is_null()) fields.set_payload(row[4].as<std::string>());
    for (int i = 0; i < 13; ++i) fields.set(names[i], text_of(row[5 + i]));
    return fields;
}

// The records as parameters.
struct Arrays {
    std::string rks, keys, versions;
    explicit Arrays(std::span<const RecordVersion> ids) {
        std::vector<std::int64_t> rk;
        std::vector<std::string> key;
        std::vector<std::int32_t> version;
        for (const auto& id : ids) {
            rk.push_back(id.rk);
            key.push_back(id.key);
            version.push_back(id.version);
        }
        rks = array_of(rk);
        keys = array_of(key);
        versions = array_of(version);
    }
};

}  // namespace

void add_findings(
    base::Tx& tx,
    const std::vector<std::string>& asked,
    std::int64_t source_id,
    std::span<const RecordVersion> ids,
    std::span<RecordFields> fields
) {
    bool quality = std::any_of(asked.begin(), asked.end(), [](const auto& field) {
        return field.starts_with(quality_prefix);
    });
    bool duplicates = std::any_of(asked.begin(), asked.end(), is_duplicate_field);
    if (ids.empty() || !(quality || duplicates)) return;
    Arrays arrays(ids);
    if (quality) add_quality(tx, source_id, arrays.rks, arrays.keys, arrays.versions, fields);
    if (duplicates) add_duplicates(tx, source_id, arrays.rks, arrays.keys, ids, fields);
}

std::vector<RecordFields> load_fields(
    base::Tx& tx,
    std::int64_t source_id,
    const std::vector<std::string>& asked,
    std::span<const RecordVersion> versions
) {
    std::vector<RecordFields> fields(versions.size());
    if (versions.empty()) return fields;
    Arrays arrays(versions);
    auto rows = tx.exec(
        sql::file["fields_of_records"],
        source_id,
        arrays.rks,
        arrays.keys,
        arrays.versions,
        needs_payload(asked)
    );
    for (const auto& row : rows) fields[row[18].as<std::size_t>() - 1] = fields_of(row);
    add_findings(tx, asked, source_id, versions, fields);
    return fields;
}

void each_record(
    base::Transactions steps,
    std::int64_t source_id,
    const std::vector<std::string>& asked,
    const std::function<bool(RecordFound&)>& take
) {
    auto rk = std::numeric_limits<std::int64_t>::min();
    std::string key;
    bool payload = needs_payload(asked);
    for (;;) {
        std::vector<RecordFound> found;
        steps.call([&](base::Tx& tx) {
            found.clear();
            std::vector<RecordVersion> versions;
            std::vector<RecordFields> fields;
            for (const auto& row :
                 tx.exec(sql::file["record_fields"], source_id, rk, key, page_size, payload)) {
                RecordFound one{
                    {row[0].as<std::int64_t>(), source_id, row[1].as<std::string>()},
                    row[2].as<int>(),
                    row[3].as<std::string>(),
                    {}};
                fields.push_back(fields_of(row));
                versions.push_back({one.id.rk, one.id.key, one.version});
                found.push_back(std::move(one));
            }
            add_findings(tx, asked, source_id, versions, fields);
            for (std::size_t i = 0; i < found.size(); ++i) found[i].fields = std::move(fields[i]);
        });
        bool last = found.size() < page_size;
        if (!last) {
            rk = found.back().id.rk;
            key = found.back().id.key;
        }
        for (auto& one : found)
            if (!take(one)) return;
        if (last) return;
    }
}

}  // namespace schema
