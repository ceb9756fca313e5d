// Full text search by PostgreSQL.
//
// The index is not kept up by the writers, who would pay for every record whether anybody searches
// or not; a search first indexes what was gathered since the last one, some hundreds of texts a
// transaction. A page ends with the rank as PostgreSQL wrote it, for a rank that was parsed and
// printed again may fall on the other side of its neighbours. A condition on fields is judged
// here, hit by hit, because a filter never reaches SQL.
#include "schema/select/record_search_store.hpp"

#include <charconv>
#include <limits>
#include <tuple>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "schema/records/record_fields.hpp"
#include "schema/records/values.hpp"
#include "schema/sql.hpp"

namespace schema {

namespace {

constexpr int texts_at_once = 500;
constexpr int hits_at_once = 200;
constexpr int most_looked_at = 20'000;  // hits, when a condition refuses most

// Where a page ended: "RANK RK KEY", the rank as PostgreSQL wrote it.
struct Place {
    std::string rank = "Infinity";
    std::int64_t rk = std::numeric_limits<std::int64_t>::min();
    std::string key;

    std::string text() const { return fmt::format("{} {} {}", rank, rk, key); }
};

Place place_of(const std::string& cursor) {
    Place place;
    if (cursor.empty()) return place;
    auto first = cursor.find(' '), second = cursor.find(' ', first + 1);
    double rank = 0;
    bool good = first != cursor.npos && second != cursor.npos;
    if (good) {
        auto at = cursor.data();
        auto [a, rank_error] = std::from_chars(at, at + first, rank);
        auto [b, rk_error] = std::from_chars(at + first + 1, at + second, place.rk);
        good = rank_error == std::errc() && a == at + first && rk_error == std::errc() &&
               b == at + second;
    }
    if (!good)
        throw base::UsageError(
            fmt::format("page '{}'", cursor),
            "no search gave it",
            "pass on what the answer says as next"
        );
    place.rank = cursor.substr(0, first);
    place.key = cursor.substr(second + 1);
    return place;
}

struct Extent {
    std::int64_t gathered = 0, indexed = -1;
};
Extent extent_of(base::Tx& tx, std::int64_t source_id) {
    auto row = tx.exec(sql::file["search_extent"], source_id)[0];
    return {row["gathered"].as<std::int64_t>(), row["indexed"].as<std::int64_t>()};
}

// The last of the texts that a step indexed.
struct Indexed {
    int count = 0;
    std::int64_t rk = std::numeric_limits<std::int64_t>::min();
    std::string key;
};
Indexed index_after(base::Tx& tx, std::int64_t source_id, const Indexed& after, int at_most) {
    Indexed step{0, after.rk, after.key};
    for (const auto& row :
         tx.exec(sql::file["index_texts"], source_id, after.rk, after.key, at_most)) {
        ++step.count;
        auto rk = row["rk"].as<std::int64_t>();
        auto key = row["key"].as<std::string>();
        if (std::tie(rk, key) > std::tie(step.rk, step.key))
            std::tie(step.rk, step.key) = std::tie(rk, key);
    }
    return step;
}

SearchHit hit_of(const pqxx::row& row, std::int64_t source_id) {
    SearchHit hit;
    hit.id = {row["rk"].as<std::int64_t>(), source_id, row["key"].as<std::string>()};
    hit.version = row["version"].as<int>();
    hit.rank = row["rank"].as<double>();
    return hit;
}

void add_texts(base::Tx& tx, const SearchRequest& request, std::vector<SearchHit>& hits) {
    std::vector<std::int64_t> rks;
    std::vector<std::string> keys;
    for (const auto& hit : hits) {
        rks.push_back(hit.id.rk);
        keys.push_back(hit.id.key);
    }
    for (const auto& row : tx.exec(
             sql::file["search_texts"],
             request.source_id,
             request.query,
             array_of(rks),
             array_of(keys)
         )) {
        auto& hit = hits[row["place"].as<std::size_t>() - 1];
        hit.title = row["title"].as<std::string>();
        hit.snippet = row["snippet"].as<std::string>();
        hit.url = row["url"].as<std::string>();
    }
}

}  // namespace

std::uint64_t index_texts(base::Database& database, std::int64_t source_id, std::stop_token stop) {
    auto extent = database.call([&](base::Tx& tx) { return extent_of(tx, source_id); });
    if (extent.gathered == extent.indexed) return 0;
    std::uint64_t all = 0;
    Indexed step;
    while (!stop.stop_requested()) {
        auto next = database.call([&](base::Tx& tx) {
            return index_after(tx, source_id, step, texts_at_once);
        });
        step = next;
        all += next.count;
        if (next.count < texts_at_once) {
            database.call([&](base::Tx& tx) {
                tx.exec(sql::file["note_indexed"], source_id, extent.gathered);
            });
            break;
        }
    }
    return all;
}

bool index_some_texts(base::Tx& tx, std::int64_t source_id, int at_most) {
    auto extent = extent_of(tx, source_id);
    if (extent.gathered == extent.indexed) return true;
    if (index_after(tx, source_id, {}, at_most).count == at_most) return false;
    tx.exec(sql::file["note_indexed"], source_id, extent.gathered);
    return true;
}

SearchAnswer search(base::Tx& tx, const SearchRequest& request) {
    if (!tx.value<bool>(sql::file["search_has_words"], request.query).value_or(false))
        throw base::UsageError(
            fmt::format("search '{}'", request.query),
            "there is no word in it to look for",
            "give some words"
        );
    SearchAnswer answer;
    auto place = place_of(request.after);
    auto asked = request.where.fields();
    bool filtered = !asked.empty();
    auto wanted = static_cast<std::size_t>(request.limit);
    for (int looked_at = 0; looked_at < most_looked_at;) {
        int step = filtered ? hits_at_once : request.limit + 1;
        auto rows = tx.exec(
            sql::file["search_records"],
            request.source_id,
            request.query,
            place.rank,
            place.rk,
            place.key,
            step
        );
        std::vector<RecordVersion> versions;
        if (filtered)
            for (const auto& row : rows)
                versions.push_back(
                    {row["rk"].as<std::int64_t>(),
                     row["key"].as<std::string>(),
                     row["version"].as<int>()}
                );
        auto fields = load_fields(tx, request.source_id, asked, versions);
        for (const auto& row : rows) {
            ++looked_at;
            bool matches = !filtered || request.where.matches(fields[row.num()]);
            if (matches && answer.hits.size() == wanted) {
                answer.next = place.text();
                break;
            }
            if (matches) answer.hits.push_back(hit_of(row, request.source_id));
            place = {
                row["rank"].as<std::string>(),
                row["rk"].as<std::int64_t>(),
                row["key"].as<std::string>()};
        }
        if (answer.next || static_cast<int>(rows.size()) < step) break;
        if (looked_at >= most_looked_at) answer.next = place.text();
    }
    add_texts(tx, request, answer.hits);
    return answer;
}

}  // namespace schema
