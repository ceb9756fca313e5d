// Images of which each file is one record; the folder it lies in is a field, for data sets name
// their classes so.
#include <fmt/format.h>

#include "formats/image/image.hpp"
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
        auto examined = formats::examine_image(data);
        if (auto* reason = std::get_if<std::string>(&examined))
            return reject_whole(page, std::move(data), "image.broken", std::move(*reason));
        auto& record = add(page);
        record.blob = page.arena.keep(data);
        record.image = std::get<formats::Image>(examined);
        record.media_type = page.arena.keep(formats::media_type_of_format(record.image->format));
        return true;
    }
};

using namespace std::string_view_literals;

std::string_view image_kind(std::string_view head) {
    if (head.starts_with("\x89PNG\r\n\x1a\n"sv)) return "PNG";
    if (head.starts_with("\xFF\xD8\xFF"sv)) return "JPEG";
    if (head.starts_with("GIF87a"sv) || head.starts_with("GIF89a"sv)) return "GIF";
    if (head.starts_with("RIFF"sv) && head.substr(8, 4) == "WEBP"sv) return "WebP";
    if (head.starts_with("II*\0"sv) || head.starts_with("MM\0*"sv)) return "TIFF";
    return {};
}

std::string by_signature(const Sample& sample) {
    if (auto kind = image_kind(sample.head); !kind.empty())
        return fmt::format("a {} signature", kind);
    const bool named = sample.named({"png", "jpg", "jpeg", "gif", "webp", "tif", "tiff"});
    return named ? "the name ends in ." + std::string(sample.extension) : "";
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
