#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "quality/store.hpp"
#include "quality/table.hpp"

namespace base {
class Database;
}

namespace quality {

struct DuplicateOptions {
    std::string kind = "auto";         // exact, normalised, text, image, row, or auto
    std::vector<std::string> columns;  // for rows: those to compare; empty: all
    double threshold = 0;              // 0: the kind's own (text 0.7, row 0.5)
};

struct DuplicatePair {
    std::string a, b;  // keys
    double score = 0;  // row: probability; text and image: likeness; else 1
};

struct DuplicateReport {
    std::string kind;
    std::size_t records = 0;
    std::vector<std::vector<std::string>> clusters;  // keys, largest first
    std::vector<DuplicatePair> pairs;                // that joined them
    std::vector<std::string> why;
    std::vector<DuplicateRow> rows;  // of the clusters
};

// Finds records of a source that are duplicates of each other; keeps nothing:
// - exact: the same content hash; normalised: the same words in lower case, marks and blanks left
// out;
// - text: near-duplicate texts; image: perceptual hashes at most four bits apart;
// - row: records that stand for the same thing although their fields differ (see linkage.hpp).
// auto takes image, text or row by what the source has. Throws base::UsageError for an unknown kind
// or column.
DuplicateReport
find_duplicates(base::Database& database, std::int64_t source_id, const DuplicateOptions& options);

// Stores what was found in place of what was found in this way before.
void keep_duplicates(base::Tx& tx, std::int64_t source_id, const DuplicateReport& found);

}  // namespace quality
