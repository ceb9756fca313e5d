// Images of which each file is one record; the folder it lies in is a field, for data sets name
// their classes so.
#include <fmt/format.h>

#include "ingest/sources/files/format.hpp"
#include "ingest/sources/files/sole/sole_record.hpp"

namespace ingest {

namespace {

// One image file as one record; the folder it lies in is the field "folder".
class ImageReader : public SoleRecordReader {
public:
    explicit ImageReader(const MemberInput& input) : SoleRecordReader(input, "image.too_large") {}

    std::string describe() const override { return "one image a file"; }

private:
    bool read(Page& page, std::string data) override {
        return add_content(page, std::move(data), formats::ContentKind::picture);
    }
};

std::string by_signature(const Sample& sample) {
    constexpr auto picture = formats::ContentKind::picture;
    if (formats::content_kind(sample.head) == picture)
        return fmt::format("begins as {}", formats::content_name(sample.head));
    const auto promised = formats::promised_by_name("." + std::string(sample.extension));
    return promised == picture ? "the name ends in ." + std::string(sample.extension) : "";
}

constexpr Sign signs[]{{Strength::signature, by_signature}};

std::unique_ptr<MemberReader> open(const MemberInput& input) {
    return std::make_unique<ImageReader>(input);
}

}  // namespace

const Format images_format{
    .name = "images",
    .words = "an image a file; the folder it lies in is a field",
    .signs = signs,
    .open = open,
};

}  // namespace ingest
