// Images of which each file is one record; the folder it lies in is a field, for data sets name
// their classes so.
#include <fmt/format.h>

#include "formats/image/image.hpp"
#include "ingest/sources/files/format.hpp"

namespace ingest {

namespace {

// One image file as one record; the folder it lies in is the field "folder".
class ImageReader : public MemberReader {
public:
    explicit ImageReader(const MemberInput& input)
        : bytes_(input.bytes),
          name_(input.name),
          limit_(input.options.max_record),
          done_(input.start.index > 0) {}

    bool next(Page& page) override {
        if (done_) return false;
        done_ = true;
        auto data = read_whole(bytes_, limit_);
        if (!data) return reject_whole(page, {}, "image.too_large", "larger than the limit");
        page.bytes += data->size();
        auto examined = formats::examine_image(*data);
        if (auto* reason = std::get_if<std::string>(&examined))
            return reject_whole(page, std::move(*data), "image.broken", std::move(*reason));
        auto& record = add_named(page, name_);
        record.blob = page.arena.keep(*data);
        record.image = std::get<formats::Image>(examined);
        record.media_type = page.arena.keep(formats::media_type_of_format(record.image->format));
        return true;
    }

    Position position() const override { return {bytes_.offset(), 1, done_ ? 1 : 0}; }
    std::string describe() const override { return "one image a file"; }

private:
    formats::Bytes& bytes_;
    std::string name_;
    std::size_t limit_;
    bool done_;
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
