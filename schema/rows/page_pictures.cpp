#include "schema/rows/page_pictures.hpp"

#include <algorithm>

namespace schema {

namespace {

constexpr std::size_t at_once = 20;

}  // namespace

void PagePictures::begin(std::span<const StoredRow> page) {
    page_ = page;
    at_ = 0;
}

std::optional<formats::PictureCell> PagePictures::next() {
    const auto place = at_ % at_once;
    if (place == 0) {
        std::vector<RecordVersion> versions;
        for (const auto& row : page_.subspan(at_, std::min(at_once, page_.size() - at_)))
            versions.push_back(row.id);
        some_ = steps_.call([&](base::Tx& tx) {
            return load_pictures(tx, blobs_, source_id_, versions);
        });
    }
    ++at_;
    return std::move(some_[place]);
}

}  // namespace schema
