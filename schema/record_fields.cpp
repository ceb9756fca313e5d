#include "schema/record_fields.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database.hpp"
#include "schema/sql.hpp"
#include "schema/values.hpp"

namespace schema {

namespace json = boost::json;

namespace {

constexpr int page_size = 5000;
constexpr std::string_view quality_prefix = "quality.";
constexpr std::string_view duplicate_fields[] = {"exact_duplicate", "near_duplicate", "near_cluster", "text_hash"};

bool is_duplicate_field(const std::string& field) {
    return std::find(std::begin(duplicate_fields), std::end(duplicate_fields), field) !=
           std::end(duplicate_fields);
}

std::optional<std::string> text_of(const json::value& value) {
    switch (value.kind()) {
        case json::kind::null:
            return std::nullopt;
        case json::kind::string:
            return std::string(value.get_string());
        case json::kind::bool_:
            return value.get_bool() ? "true" : "false";
        default:
            return json::serialize(value);
    }
}

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
        fields[row[0].as<std::size_t>() - 1].set_measures(doubles_of(row[1].c_str()), row[2].as<std::string>());
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
            return !cluster.is_null() && cluster.as<std::int64_t>() != ids[place].rk ? "true" : "false";
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
        "words", "characters", "language", "title", "url", "file", "media_type", "width", "height", "time"};
    RecordFields fields;
    fields.set("key", row[1].as<std::string>());
    fields.set("version", row[2].as<std::string>());
    fields.set("group", row[3].as<std::string>());
    if (!row[4].is_null()) fields.set_payload(row[4].as<std::string>());
    for (int i = 0; i < 10; ++i) fields.set(names[i], text_of(row[5 + i]));
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

std::optional<std::string> RecordFields::measured(const std::string& name) const {
    if (name == "language") return filled(text_language_);
    for (const auto& preset : quality_presets())
        if (preset.name == name) return preset.passes(measures_) ? "true" : "false";
    auto measure = measure_named(name);
    if (!measure) return std::nullopt;
    auto value = value_of(measures_, *measure);
    return std::isnan(value) ? std::nullopt : std::optional(fmt::format("{}", value));
}

std::optional<std::string> RecordFields::operator()(const std::string& field) const {
    for (const auto& [name, value] : columns_)
        if (name == field) return value;
    if (!measures_.empty() && field.starts_with(quality_prefix))
        if (auto value = measured(field.substr(quality_prefix.size()))) return value;
    if (payload_.empty()) return std::nullopt;
    auto path = field.starts_with("payload.") ? field.substr(8) : field;
    auto parsed = json::parse(payload_);
    const json::value* at = &parsed;
    if (const auto* whole = parsed.is_object() ? parsed.get_object().if_contains(path) : nullptr)
        return text_of(*whole);
    for (std::size_t start = 0; start <= path.size();) {
        auto dot = std::min(path.find('.', start), path.size());
        if (!at->is_object()) return std::nullopt;
        at = at->get_object().if_contains(path.substr(start, dot - start));
        if (!at) return std::nullopt;
        start = dot + 1;
    }
    return text_of(*at);
}

bool needs_payload(const std::vector<std::string>& fields) {
    static const std::vector<std::string> known{
        "key",         "version",  "group", "time",  "class", "value", "probability", "method", "words",
        "characters",  "language", "title", "url",   "file",  "media_type", "width",  "height", ""};
    return std::any_of(fields.begin(), fields.end(), [](const auto& field) {
        return !is_duplicate_field(field) && std::find(known.begin(), known.end(), field) == known.end();
    });
}

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
        sql::file["fields_of_records"], source_id, arrays.rks, arrays.keys, arrays.versions, needs_payload(asked)
    );
    for (const auto& row : rows) fields[row[15].as<std::size_t>() - 1] = fields_of(row);
    add_findings(tx, asked, source_id, versions, fields);
    return fields;
}

void each_record(
    base::Database& database,
    std::int64_t source_id,
    const std::vector<std::string>& asked,
    const std::function<bool(RecordFound&)>& take
) {
    auto rk = std::numeric_limits<std::int64_t>::min();
    std::string key;
    bool payload = needs_payload(asked);
    for (;;) {
        std::vector<RecordFound> found;
        database.call([&](base::Tx& tx) {
            found.clear();
            std::vector<RecordVersion> versions;
            std::vector<RecordFields> fields;
            for (const auto& row : tx.exec(sql::file["record_fields"], source_id, rk, key, page_size, payload)) {
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
