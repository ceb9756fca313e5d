#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "schema/select/filter.hpp"
#include "schema/records/record.hpp"

namespace base {
class Database;
class Tx;
}  // namespace base

namespace schema {

// Full text search over titles and bodies of the present versions of a source's records. Words are
// brought to their stems where PostgreSQL knows the language of the text, else taken as they are.
// Gathering writes nothing of it: what is new or has changed is indexed before a search looks.

// Indexes the texts that are new or changed, some hundreds per transaction; what was done before a
// stop stays done. Returns how many. Asking whether there are any costs next to nothing.
std::uint64_t
index_texts(base::Database& database, std::int64_t source_id, std::stop_token stop = {});

// Up to `at_most` of them within the transaction. Returns whether all are indexed now.
bool index_some_texts(base::Tx& tx, std::int64_t source_id, int at_most);

struct SearchRequest {
    std::int64_t source_id = 0;
    std::string query;  // words, "a phrase", or, -without: what websearch_to_tsquery takes
    Filter where;
    std::string after;  // SearchAnswer::next of the page before; empty: the first page
    int limit = 20;
};

struct SearchHit {
    RecordId id;
    int version = 0;
    double rank = 0;
    std::string title;
    std::string snippet;  // of the body, with hits between « and »
    std::string url;
};

struct SearchAnswer {
    std::vector<SearchHit> hits;      // best first
    std::optional<std::string> next;  // if there may be more
};

// Best first by cover density (Clarke et al. 2000), titles weighing ten times as much as bodies,
// long texts less. Throws base::UsageError for a cursor that none of its answers gave, or a query
// without a word to look for.
SearchAnswer search(base::Tx& tx, const SearchRequest& request);

}  // namespace schema
