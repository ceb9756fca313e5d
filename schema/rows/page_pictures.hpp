#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/database/database.hpp"
#include "schema/rows/stored_rows_store.hpp"

namespace schema {

// The pictures of the rows of a page, one after the other; some of them are in memory at once.
class PagePictures {
public:
    PagePictures(base::Transactions steps, const Blobs& blobs, std::int64_t source_id)
        : steps_(steps), blobs_(blobs), source_id_(source_id) {}

    // The rows outlive their pictures.
    void begin(std::span<const StoredRow> page);
    // Of the next row.
    std::optional<formats::PictureCell> next();

private:
    base::Transactions steps_;
    const Blobs& blobs_;
    std::int64_t source_id_;
    std::span<const StoredRow> page_;
    std::size_t at_ = 0;
    std::vector<std::optional<formats::PictureCell>> some_;
};

}  // namespace schema
