#include "schema/records/page_quality_store.hpp"

#include <limits>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "schema/records/values.hpp"
#include "schema/sql.hpp"

namespace schema {

namespace {

constexpr int texts_at_once = 500;
constexpr int rows_at_once = 5000;

}  // namespace

std::uint64_t
measure_missing(base::Database& database, std::int64_t source_id, std::stop_token stop) {
    auto rk = std::numeric_limits<std::int64_t>::min();
    std::string key;
    std::uint64_t measured = 0;
    for (;;) {
        if (stop.stop_requested()) throw base::Interrupted();
        auto next_rk = rk;
        auto next_key = key;
        auto rows = database.call([&](base::Tx& tx) {
            auto texts = tx.exec(sql::file["texts_unmeasured"], source_id, rk, key, texts_at_once);
            if (texts.empty()) return std::size_t{0};
            std::vector<std::pair<pqxx::row, formats::Measures>> found;
            for (const auto& row : texts)
                found.emplace_back(
                    row, formats::measure_text(row[3].as<std::string>(), row[4].as<std::string>())
                );
            auto copy =
                tx.copy("content_quality (rk, source_id, key, version, language, measures)", 6);
            for (const auto& [row, measures] : found) {
                copy.begin_row();
                copy.value(row[0].as<std::int64_t>());
                copy.value(source_id);
                copy.text(row[1].as<std::string>());
                copy.value(row[2].as<std::int32_t>());
                copy.null();
                copy.doubles(measures);
            }
            copy.finish();
            next_rk = texts.back()[0].as<std::int64_t>();
            next_key = texts.back()[1].as<std::string>();
            return static_cast<std::size_t>(texts.size());
        });
        measured += rows;
        if (rows < texts_at_once) break;
        rk = next_rk;
        key = next_key;
    }
    return measured;
}

void each_measured(
    base::Database& database,
    std::int64_t source_id,
    const std::function<void(const std::string& key, const formats::Measures& measures)>& visit
) {
    auto rk = std::numeric_limits<std::int64_t>::min();
    std::string key;
    for (;;) {
        auto rows = database.call([&](base::Tx& tx) {
            return tx.exec(sql::file["measured_records"], source_id, rk, key, rows_at_once);
        });
        for (const auto& row : rows) visit(row[1].as<std::string>(), doubles_of(row[2].c_str()));
        if (rows.size() < rows_at_once) return;
        rk = rows.back()[0].as<std::int64_t>();
        key = rows.back()[1].as<std::string>();
    }
}

}  // namespace schema
