#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "formats/field.hpp"
#include "quality/errors/cell_errors.hpp"
#include "quality/table.hpp"
#include "schema/records/record.hpp"

namespace base {
class Database;
class Tx;
}  // namespace base

// The records of a source as quality looks at them, and what it found. Reading goes page by page,
// each in a transaction of its own.
namespace quality {

// Each present record with the members of its payload, in order of rk, until `visit` says false;
// the fields live until it returns.
void each_record(
    base::Database& database,
    std::int64_t source_id,
    const std::function<bool(Table::Row row, std::span<const formats::Field> fields)>& visit
);

// All records with their fields as texts: strings as they are, other values in their JSON spelling,
// null and absent as "". Memory: the whole table. Nested values stay one text. With `at_most` the
// first so many by rk, which is a hash: a sample by chance.
Table load_table(
    base::Database& database,
    std::int64_t source_id,
    std::size_t at_most = std::numeric_limits<std::size_t>::max()
);

// The columns of numbers among the records' fields, as those of load_table() but without its texts:
// 8 bytes a value.
struct Numbers {
    std::vector<std::int64_t> rks;  // of the rows
    std::vector<std::string> names;
    std::vector<std::vector<double>> columns;  // NaN where a record has none
};
// `wanted` of them; empty: all.
Numbers load_numbers(
    base::Database& database,
    std::int64_t source_id,
    const std::vector<std::string>& wanted
);

struct StoredText {
    Table::Row row;
    std::string text;  // title and body
};
BOOST_DESCRIBE_STRUCT(StoredText, (), (row, text))
void each_text(
    base::Database& database,
    std::int64_t source_id,
    const std::function<void(const StoredText&)>& visit
);

struct StoredImage {
    Table::Row row;
    std::uint64_t phash = 0;
};
void each_image(
    base::Database& database,
    std::int64_t source_id,
    const std::function<void(const StoredImage&)>& visit
);

// Each record's content hash.
struct StoredContent {
    Table::Row row;
    std::string sha256;
};
BOOST_DESCRIBE_STRUCT(StoredContent, (), (row, sha256))
void each_content(
    base::Database& database,
    std::int64_t source_id,
    const std::function<void(const StoredContent&)>& visit
);

struct DuplicateRow {
    Table::Row row;
    std::int64_t cluster = 0;
    double score = 0;
};

// Puts these clusters in the place of what was found in this way before.
void replace_duplicates(
    base::Tx& tx,
    std::int64_t source_id,
    const std::string& kind,
    const std::vector<DuplicateRow>& rows,
    schema::Time now
);

struct CellIssue {
    Table::Row row;
    std::string column, code, value, proposal, reason;
    double probability = 0;
};

// Puts these in the place of the open ones of these codes; those that were decided stay as they
// are.
void replace_issues(
    base::Tx& tx,
    std::int64_t source_id,
    const std::vector<std::string>& codes,
    const std::vector<CellIssue>& issues,
    schema::Time now
);

// Accepts or refuses the open issues of one column, or of all columns if it is empty, that are at
// least so probable; of one record, if a key is given. What has no proposal is not accepted. The
// state "open" opens decided ones again. Returns how many.
std::uint64_t decide_issues(
    base::Tx& tx,
    std::int64_t source_id,
    const std::string& column,
    const std::string& key,
    double at_least,
    const std::string& state,
    const std::string& by,
    schema::Time now
);

struct DecidedIssue {
    std::string key, column_name, state, decided_by;
};
BOOST_DESCRIBE_STRUCT(DecidedIssue, (), (key, column_name, state, decided_by))
std::vector<DecidedIssue> decided_issues(base::Tx& tx, std::int64_t source_id);

}  // namespace quality
