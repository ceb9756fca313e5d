#include <limits>

#include <boost/json.hpp>

#include "base/database.hpp"
#include "schema/record_store.hpp"
#include "schema/sql.hpp"
#include "schema/values.hpp"

// What has been stored, for people to look at.
namespace schema {

std::vector<RecordLine> list_records(
    base::Tx& tx,
    std::int64_t source_id,
    const std::optional<RecordId>& after,
    int at_most
) {
    std::vector<RecordLine> lines;
    auto rk = after ? after->rk : std::numeric_limits<std::int64_t>::min();
    auto key = after ? after->key : std::string();
    for (const auto& row : tx.exec(sql::file["list_records"], source_id, rk, key, at_most)) {
        lines.push_back(
            {{row[0].as<std::int64_t>(), source_id, row[1].as<std::string>()},
             row[2].as<int>(),
             row[3].as<std::string>(),
             row[4].as<std::string>(),
             row[5].as<std::string>(),
             row[6].as<std::string>(),
             row[7].as<int>(),
             row[8].as<int>()}
        );
    }
    return lines;
}

std::optional<std::string> show_record(base::Tx& tx, const Source& source, const std::string& key) {
    namespace json = boost::json;
    auto rows = tx.exec(sql::file["show_record"], record_key(source.name, key), source.id, key);
    if (rows.empty()) return std::nullopt;
    const auto& row = rows[0];
    auto text = [&](int column) { return row[column].as<std::string>(); };
    json::object shown{
        {"source", source.name},
        {"key", key},
        {"version", row[1].as<int>()},
        {"content_sha256", text(20)},
        {"stored_at", text(21)},
        {"run", row[10].as<std::int64_t>()},
        {"payload", json::parse(text(2))}};
    auto put = [&](const char* name, int column) {
        if (auto value = text(column); !value.empty() && value != "-1") shown[name] = value;
    };
    put("url", 3);
    put("file", 4);
    put("member", 5);
    if (row[6].as<std::int64_t>() >= 0) shown["line"] = row[6].as<std::int64_t>();
    if (row[7].as<std::int64_t>() >= 0) shown["byte_offset"] = row[7].as<std::int64_t>();
    put("licence", 8);
    if (auto consent = text(9); !consent.empty()) shown["consent"] = json::parse(consent);
    put("media_type", 11);
    put("blob_sha256", 12);
    put("title", 13);
    put("body", 14);
    put("language", 15);
    if (row[17].as<int>() > 0) {
        json::object numbers;
        auto columns = columns_of(tx, source.id, row[17].as<int>());
        auto values = doubles_of(text(16));
        for (std::size_t i = 0; i < columns.size() && i < values.size(); ++i) {
            if (values[i] != values[i]) {
                numbers[columns[i].name] = nullptr;
            } else if (columns[i].type == Column::Type::category) {
                numbers[columns[i].name] = category_values(tx, source.id, columns[i].name)
                                               .at(static_cast<std::size_t>(values[i]));
            } else {
                numbers[columns[i].name] = values[i];
            }
        }
        shown["numbers"] = std::move(numbers);
    }
    if (row[18].as<int>() > 0)
        shown["image"] = json::object{{"width", row[18].as<int>()}, {"height", row[19].as<int>()}};
    return json::serialize(shown);
}

}  // namespace schema
