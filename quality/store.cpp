// Reads page by page, each in a transaction of its own: an analysis takes minutes, and a
// transaction that long would keep the database from removing dead rows. A record that changes
// meanwhile is seen once, in one version or the other.
//
// Issues that people have decided stay; only open ones of the same codes are replaced, so finding
// again never asks twice.
#include "quality/store.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <unordered_map>

#include "formats/json/json.hpp"
#include "quality/outliers/outliers.hpp"
#include "quality/pages.hpp"
#include "quality/sql.hpp"
#include "schema/records/values.hpp"

namespace quality {

namespace {

constexpr int page_size = 5000;

struct PayloadRow {
    Table::Row row;
    std::int64_t line = -1;
    std::string payload;
};
BOOST_DESCRIBE_STRUCT(PayloadRow, (), (row, line, payload))

struct HashRow {
    Table::Row row;
    std::int64_t phash = 0;  // its bits: SQL knows no other whole numbers of this size
};
BOOST_DESCRIBE_STRUCT(HashRow, (), (row, phash))

// A paged query over one source.
template <typename Row, typename Visit>
void each_row(
    base::Database& database,
    std::string_view query,
    std::int64_t source_id,
    Visit visit
) {
    each_page<Row>(
        database,
        page_size,
        [&](base::Tx& tx, std::int64_t rk, const std::string& key) {
            return tx.exec(query, source_id, rk, key, page_size);
        },
        [](const Row& one) -> const Table::Row& { return one.row; },
        visit
    );
}

struct Member {
    std::int64_t rk = 0;
    std::string key;
};
BOOST_DESCRIBE_STRUCT(Member, (), (rk, key))

// Of texts that were in clusters, or are now: whether new ones are to find them.
void lead_clusters(
    base::Tx& tx,
    std::int64_t source_id,
    const std::string& kind,
    const std::map<std::pair<std::int64_t, std::string>, bool>& alone
) {
    for (auto at = alone.begin(); at != alone.end();) {
        std::vector<std::int64_t> rks;
        std::vector<std::string> keys, leads;
        for (; at != alone.end() && rks.size() < page_size; ++at) {
            rks.push_back(at->first.first);
            keys.push_back(at->first.second);
            leads.emplace_back(at->second ? "t" : "f");
        }
        tx.exec(
            sql::file["lead_clusters"],
            source_id,
            kind,
            schema::array_of(rks),
            schema::array_of(keys),
            schema::array_of(leads)
        );
    }
}

std::string array_of_doubles(const std::vector<double>& values) {
    std::string text = "{";
    for (double value : values) {
        char digits[32];
        auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        if (text.size() > 1) text.push_back(',');
        text.append(digits, end);
    }
    return text + "}";
}

}  // namespace

void each_record(
    base::Database& database,
    std::int64_t source_id,
    const std::function<bool(Table::Row row, std::span<const formats::Field> fields)>& visit
) {
    formats::Arena arena;
    std::vector<formats::Field> fields;
    each_row<PayloadRow>(database, sql::file["quality_rows"], source_id, [&](PayloadRow&& one) {
        one.row.line = one.line;
        arena.clear();
        fields.clear();
        formats::add_members(one.payload, arena, fields);
        return visit(std::move(one.row), fields);
    });
}

Table load_table(base::Database& database, std::int64_t source_id, std::size_t at_most) {
    Table table;
    std::unordered_map<std::string, std::size_t> columns;
    auto add = [&](Table::Row row, std::span<const formats::Field> fields) {
        auto place = table.rows.size();
        table.rows.push_back(std::move(row));
        for (const auto& field : fields) {
            if (field.kind == formats::Field::Kind::null) continue;
            auto [entry, is_new] = columns.emplace(std::string(field.name), table.names.size());
            if (is_new) {
                table.names.emplace_back(field.name);
                table.cells.emplace_back();
            }
            auto& column = table.cells[entry->second];
            column.resize(place);
            column.emplace_back(field.value);
        }
        return table.rows.size() < at_most;
    };
    each_record(database, source_id, add);
    for (auto& column : table.cells) column.resize(table.rows.size());
    return table;
}

Numbers load_numbers(
    base::Database& database,
    std::int64_t source_id,
    const std::vector<std::string>& wanted
) {
    Numbers out;
    std::unordered_map<std::string, std::size_t> places;
    std::vector<NumberColumn> columns;
    std::vector<std::string> names;
    each_record(database, source_id, [&](Table::Row row, std::span<const formats::Field> fields) {
        for (const auto& field : fields) {
            if (field.kind == formats::Field::Kind::null) continue;
            auto name = std::string(field.name);
            if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), name) == wanted.end())
                continue;
            const auto [at, is_new] = places.emplace(std::move(name), columns.size());
            if (is_new) {
                columns.emplace_back();
                names.push_back(at->first);
            }
            columns[at->second].add(out.rks.size(), field.value);
        }
        out.rks.push_back(row.rk);
        return true;
    });
    for (std::size_t c = 0; c < columns.size(); ++c)
        if (auto numbers = std::move(columns[c]).finish(out.rks.size())) {
            out.names.push_back(std::move(names[c]));
            out.columns.push_back(std::move(*numbers));
        }
    return out;
}

void each_text(
    base::Database& database,
    std::int64_t source_id,
    const std::function<void(const StoredText&)>& visit
) {
    each_row<StoredText>(database, sql::file["quality_texts"], source_id, [&](StoredText&& one) {
        visit(one);
        return true;
    });
}

void each_image(
    base::Database& database,
    std::int64_t source_id,
    const std::function<void(const StoredImage&)>& visit
) {
    each_row<HashRow>(database, sql::file["quality_images"], source_id, [&](HashRow&& one) {
        visit({std::move(one.row), static_cast<std::uint64_t>(one.phash)});
        return true;
    });
}

void each_content(
    base::Database& database,
    std::int64_t source_id,
    const std::function<void(const StoredContent&)>& visit
) {
    each_row<StoredContent>(
        database,
        sql::file["quality_contents"],
        source_id,
        [&](StoredContent&& one) {
            visit(one);
            return true;
        }
    );
}

void replace_duplicates(
    base::Tx& tx,
    std::int64_t source_id,
    const std::string& kind,
    const std::vector<DuplicateRow>& rows,
    schema::Time now
) {
    std::map<std::pair<std::int64_t, std::string>, bool> alone;
    auto dropped = tx.exec(sql::file["drop_duplicates"], source_id, kind);
    for (auto& one : base::rows_as<Member>(dropped)) alone[{one.rk, std::move(one.key)}] = true;
    auto copy = tx.copy("duplicate (rk, source_id, key, kind, cluster, score, found_at)", 7);
    for (const auto& one : rows) {
        copy.begin_row();
        copy.value(one.row.rk);
        copy.value(source_id);
        copy.text(one.row.key);
        copy.text(kind);
        copy.value(one.cluster);
        copy.value(one.score);
        copy.time(now);
    }
    copy.finish();
    if (kind != "text" && kind != "normalised") return;
    for (const auto& one : rows) alone[{one.row.rk, one.row.key}] = one.cluster == one.row.rk;
    lead_clusters(tx, source_id, kind, alone);
}

void replace_issues(
    base::Tx& tx,
    std::int64_t source_id,
    const std::vector<std::string>& codes,
    const std::vector<CellIssue>& issues,
    schema::Time now
) {
    tx.exec(sql::file["drop_open_issues"], source_id, schema::array_of(codes));
    for (std::size_t begin = 0; begin < issues.size(); begin += page_size) {
        std::vector<std::int64_t> rks;
        std::vector<std::int32_t> versions;
        std::vector<std::string> keys, columns, kinds, values, proposals, reasons;
        std::vector<double> probabilities;
        for (auto i = begin; i < std::min<std::size_t>(begin + page_size, issues.size()); ++i) {
            const auto& issue = issues[i];
            rks.push_back(issue.row.rk);
            keys.push_back(issue.row.key);
            columns.push_back(issue.column);
            versions.push_back(issue.row.version);
            kinds.push_back(issue.code);
            values.push_back(issue.value);
            proposals.push_back(issue.proposal);
            probabilities.push_back(issue.probability);
            reasons.push_back(issue.reason);
        }
        tx.exec(
            sql::file["add_issues"],
            source_id,
            schema::timestamp(now),
            schema::array_of(rks),
            schema::array_of(keys),
            schema::array_of(columns),
            schema::array_of(versions),
            schema::array_of(kinds),
            schema::array_of(values),
            schema::array_of_optional(proposals),
            array_of_doubles(probabilities),
            schema::array_of(reasons)
        );
    }
}

std::uint64_t decide_issues(
    base::Tx& tx,
    std::int64_t source_id,
    const std::string& column,
    const std::string& key,
    double at_least,
    const std::string& state,
    const std::string& by,
    schema::Time now
) {
    return tx.change(
        sql::file["decide_issues"],
        source_id,
        column,
        at_least,
        state,
        by,
        schema::timestamp(now),
        key
    );
}

std::vector<DecidedIssue> decided_issues(base::Tx& tx, std::int64_t source_id) {
    return base::rows_as<DecidedIssue>(tx.exec(sql::file["decided_issues"], source_id));
}

}  // namespace quality
