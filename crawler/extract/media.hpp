#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/settings/fwd.hpp"
#include "base/words.hpp"
#include "crawler/frontier/frontier.hpp"
#include "formats/html/document.hpp"
#include "formats/html/select.hpp"
#include "formats/url/url.hpp"
#include "schema/records/record.hpp"

// Images and files that pages show or link to.
namespace crawler {

// Where a page shows images.
enum class ImagePlace : std::uint8_t { img, og, link };

constexpr auto words_of(ImagePlace) {
    return std::to_array<base::Word<ImagePlace>>({
        {ImagePlace::img, "img", "<img>, the largest of its srcset and of its <picture>"},
        {ImagePlace::og, "og", "og:image, twitter:image"},
        {ImagePlace::link, "link", "<a href> to an image file"},
    });
}

// On which hosts images and files may lie.
enum class MediaHosts : std::uint8_t { any, scope };

constexpr auto words_of(MediaHosts) {
    return std::to_array<base::Word<MediaHosts>>({
        {MediaHosts::any, "any", "wherever they lie"},
        {MediaHosts::scope, "scope", "on the hosts of the crawl's scope"},
    });
}

struct ImageRules {
    std::vector<ImagePlace> from{ImagePlace::img, ImagePlace::og, ImagePlace::link};
    std::vector<std::string> css;  // only inside of these; none: anywhere
    int min_width = 0, min_height = 0;
    std::uint64_t min_bytes = 0;
    std::vector<std::string> formats;  // once read: as schema::Image names them; none: all
    MediaHosts hosts = MediaHosts::any;
    std::shared_ptr<const std::vector<formats::Selector>> within;  // `css`, once read

    bool takes(ImagePlace place) const;

    static const base::Settings<ImageRules> settings;
};

struct FileRules {
    std::vector<std::string> types;  // media types, or "application/*"; once read: lower-case
    std::uint64_t max_bytes = 0;     // 0: no limit but the fetcher's
    MediaHosts hosts = MediaHosts::scope;

    static const base::Settings<FileRules> settings;
};

struct MediaRules {
    std::optional<ImageRules> images;
    std::optional<FileRules> files;

    bool any() const { return images || files; }
    bool wants_file(std::string_view media_type) const;
};

// Decodes an image: its measures, or one line on what is wrong. See formats/image/image.hpp.
using ExamineImage = std::function<std::variant<formats::Image, std::string>(std::string_view)>;

// An image or file that a page leads to.
struct MediaLink {
    Kind kind = Kind::image;
    formats::Url url;
    std::string alt, title, caption;  // of a file: alt is the link's text
    bool link = false;                // <a href>: what comes may be a page after all
    std::string too_small;            // "16 x 16", if the page itself says that it is
};

// In document order, each address once. Links whose address does not tell what they lead to are
// left to be fetched as pages.
std::vector<MediaLink>
media_links(const formats::Document& document, const MediaRules& rules, const formats::Url& base);

// The media type of a file name's ending ("pdf" -> "application/pdf"), or nothing if it is none of
// the usual ones of files.
std::string_view media_type_of_ending(std::string_view path);
bool is_image_type(std::string_view media_type);

// Why an image is left out by its measures: too_small or format, with a detail; nothing if it is
// kept.
struct MediaRefusal {
    SkipReason reason;
    std::string detail;
};
std::optional<MediaRefusal>
refusal_of(const ImageRules& rules, const formats::Image& image, std::size_t bytes);

}  // namespace crawler
