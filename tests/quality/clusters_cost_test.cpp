// What clusters cost the server, in rows that its plans take up: no statistics tell of rows that
// were written just now, and a plan that guesses a handful joins thousands with thousands.
#include <catch2/catch.hpp>

#include <string>

#include <fmt/format.h>

#include "quality/duplicates/duplicates.hpp"
#include "quality/duplicates/text_clusters_store.hpp"
#include "quality/sql.hpp"
#include "tests/support/buffers.hpp"
#include "tests/support/test_database.hpp"

namespace {

constexpr const auto& sql = quality::sql::file;
constexpr int texts = 3000;

// So many texts of a source that lead and have sketches, each in a cluster of its own, which nobody
// has told the planner of.
void fill(base::Tx& tx) {
    for (const char* table : {"text_sketch", "duplicate"})
        tx.exec(fmt::format("ALTER TABLE {} SET (autovacuum_enabled = off)", table));
    tx.exec(fmt::format(
        "INSERT INTO text_sketch (rk, source_id, key, version, text_hash, bands, low, leads, "
        "first) "
        "SELECT i, 1, i::text, 1, int8send(i), ARRAY[i, -i]::bigint[], ''::bytea, true, true "
        "FROM generate_series(1, {}) AS i",
        texts
    ));
    tx.exec(fmt::format(
        "INSERT INTO duplicate (rk, source_id, key, kind, cluster, score, found_at) "
        "SELECT i, 1, i::text, k, i, 1, now() FROM generate_series(1, {}) AS i, "
        "unnest(ARRAY['text', 'normalised']) AS k",
        texts
    ));
}

// The arguments of a query as text: arrays of the texts' numbers, keys and a last one.
std::string arrays(const std::string& last = {}) {
    std::string numbers;
    for (int i = 1; i <= texts; ++i) numbers += (i > 1 ? "," : "") + std::to_string(i);
    auto all = fmt::format("'{{{0}}}', '{{{0}}}'", numbers);
    if (last.empty()) return all;
    std::string lasts;
    for (int i = 1; i <= texts; ++i) lasts += (i > 1 ? "," : "") + last;
    return all + ", '{" + lasts + "}'";
}

}  // namespace

TEST_CASE(
    "what clusters are asked and told takes up rows as many as texts",
    "[quality][clusters]"
) {
    test::TestDatabase db;
    db->call(fill);
    auto taken = [&](std::string_view query, const std::string& arguments) {
        double rows = 0;
        db->call([&](base::Tx& tx) {
            quality::lock_clusters(tx, 1);
            rows = test::rows_taken(test::plan_of(tx, query, arguments));
        });
        return rows;
    };
    CHECK(taken(sql["sketches_sharing"], "1, '{\"{1,2}\"}', '{}'") < 20 * texts);
    CHECK(taken(sql["clusters_of_texts"], "1, " + arrays()) < 20 * texts);
    CHECK(taken(sql["merge_clusters"], "1, " + arrays()) < 20 * texts);
    for (const char* kind : {"text", "normalised"})
        CHECK(
            taken(sql["lead_clusters"], fmt::format("1, '{}', {}", kind, arrays("f"))) < 20 * texts
        );
}

TEST_CASE("texts that are in no cluster any more are found by new ones", "[quality][clusters]") {
    test::TestDatabase db;
    db->call([](base::Tx& tx) {
        tx.exec(
            "INSERT INTO text_sketch (rk, source_id, key, version, text_hash, bands, low, leads, "
            "first) "
            "SELECT i, 1, i::text, 1, ''::bytea, '{}', ''::bytea, i = 1, i = 1 "
            "FROM generate_series(1, 4) AS i"
        );
    });
    auto keep = [&](const std::string& kind, const std::vector<std::int64_t>& clusters) {
        quality::DuplicateReport found;
        found.kind = kind;
        for (std::size_t i = 0; i < clusters.size(); ++i) {
            auto rk = static_cast<std::int64_t>(i + 1);
            if (clusters[i] == 0) continue;
            found.rows.push_back({{.rk = rk, .key = std::to_string(rk)}, clusters[i], 1});
        }
        db->call([&](base::Tx& tx) { quality::keep_duplicates(tx, 1, found); });
    };
    auto those = [&](const std::string& what) {
        return db->call([&](base::Tx& tx) {
            return tx
                .value<std::string>(
                    "SELECT string_agg(key, ' ' ORDER BY key) FROM text_sketch WHERE " + what
                )
                .value_or("");
        });
    };
    keep("text", {1, 1, 1, 1});
    CHECK(those("leads") == "1");
    keep("text", {1, 1, 0, 0});
    CHECK(those("leads") == "1 3 4");
    CHECK(those("first") == "1");
    keep("normalised", {0, 0, 3, 3});
    CHECK(those("first") == "1 3");
    keep("normalised", {});
    CHECK(those("first") == "1 3 4");
    keep("text", {0, 2, 2, 2});
    CHECK(those("leads") == "1 2");
}
