#include "schema/rows/page_files.hpp"

#include <algorithm>

namespace schema {

namespace {

constexpr std::size_t pictures_at_once = 20;
constexpr std::size_t media_at_once = 4;  // which are larger

}  // namespace

void PageFiles::begin(std::span<const StoredRow> page) {
    page_ = page;
    at_ = from_ = 0;
    some_.clear();
}

std::optional<formats::FileCell> PageFiles::next() {
    if (at_ == from_ + some_.size()) {
        from_ = at_;
        auto ahead = page_.subspan(at_, std::min(pictures_at_once, page_.size() - at_));
        const bool any_media = std::any_of(ahead.begin(), ahead.end(), [](const StoredRow& row) {
            return row.media.has_value();
        });
        if (any_media) ahead = ahead.first(std::min(media_at_once, ahead.size()));
        std::vector<RecordVersion> versions;
        for (const auto& row : ahead) versions.push_back(row.id);
        some_ =
            steps_.call([&](base::Tx& tx) { return load_files(tx, blobs_, source_id_, versions); });
    }
    return std::move(some_[at_++ - from_]);
}

}  // namespace schema
