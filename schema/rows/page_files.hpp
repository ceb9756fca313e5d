#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/database/database.hpp"
#include "schema/rows/stored_rows_store.hpp"

namespace schema {

// The pictures, sounds, films and documents of the rows of a page, one after the other; some of
// them are in memory at once.
class PageFiles {
public:
    PageFiles(base::Transactions steps, const Blobs& blobs, std::int64_t source_id)
        : steps_(steps), blobs_(blobs), source_id_(source_id) {}

    // The rows outlive their files.
    void begin(std::span<const StoredRow> page);
    // Of the next row.
    std::optional<formats::FileCell> next();

private:
    base::Transactions steps_;
    const Blobs& blobs_;
    std::int64_t source_id_;
    std::span<const StoredRow> page_;
    std::size_t at_ = 0;
    std::size_t from_ = 0;  // the row of the first of some_
    std::vector<std::optional<formats::FileCell>> some_;
};

}  // namespace schema
