// MP4 and its kin, files of ISO base media (ISO/IEC 14496-12): boxes in boxes, of which "moov"
// holds what is known of the whole and a "trak" of each stream. Only named boxes are gone into, so
// that the depth is fixed; a box that is larger than what holds it ends with it.
#include <algorithm>

#include "formats/media/containers.hpp"

namespace formats::media {

namespace {

struct Box {
    std::string_view name, body;
};

// Takes the next box off the front.
std::optional<Box> next_box(std::string_view& bytes) {
    auto size = big(bytes, 0, 4);
    if (!size || bytes.size() < 8) return std::nullopt;
    const auto name = bytes.substr(4, 4);
    std::uint64_t head = 8;
    if (*size == 1) {
        size = big(bytes, 8, 8);
        head = 16;
        if (!size) return std::nullopt;
    } else if (*size == 0) {
        size = bytes.size();
    }
    if (*size < head) return std::nullopt;
    const auto end = std::min<std::uint64_t>(*size, bytes.size());
    const auto body = bytes.substr(0, static_cast<std::size_t>(end)).substr(head);
    bytes.remove_prefix(static_cast<std::size_t>(end));
    return Box{name, body};
}

// The first box of that name; empty if there is none.
std::string_view inside(std::string_view bytes, std::string_view name) {
    while (auto box = next_box(bytes))
        if (box->name == name) return box->body;
    return {};
}

// Of a box "mvhd" or "mdhd", which tell a length alike.
std::optional<double> told_length(std::string_view head) {
    const auto version = big(head, 0, 1);
    if (!version) return std::nullopt;
    const bool wide = *version == 1;
    const auto scale = big(head, wide ? 20 : 12, 4);
    const auto length = wide ? big(head, 24, 8) : big(head, 16, 4);
    const std::uint64_t unknown = wide ? ~std::uint64_t{0} : 0xFFFFFFFFU;
    if (!scale || !length || *length == unknown) return std::nullopt;
    return length_of(static_cast<double>(*length), static_cast<double>(*scale));
}

void film_of_track(std::string_view track, Media& media) {
    if (media.kind == MediaKind::video) return;
    media.kind = MediaKind::video;
    const auto head = inside(track, "tkhd");
    const auto at = big(head, 0, 1) == 1 ? 88U : 76U;  // 16.16
    media.width = count_of(big(head, at, 4).value_or(0) >> 16U);
    media.height = count_of(big(head, at + 4, 4).value_or(0) >> 16U);
}

void sound_of_track(std::string_view track, Media& media) {
    if (media.channels || media.sample_rate) return;
    auto samples = inside(inside(inside(inside(track, "mdia"), "minf"), "stbl"), "stsd");
    if (samples.size() < 8) return;
    samples.remove_prefix(8);
    if (auto entry = next_box(samples)) {
        media.channels = count_of(big(entry->body, 16, 2).value_or(0));
        media.sample_rate = count_of(big(entry->body, 24, 4).value_or(0) >> 16U);
    }
}

}  // namespace

std::optional<Media> read_mp4(std::string_view bytes) {
    const auto brand = inside(bytes, "ftyp").substr(0, 4);
    const auto movie = inside(bytes, "moov");
    Media media;
    media.seconds = told_length(inside(movie, "mvhd"));
    if (!media.seconds)  // of a film that comes in fragments
        if (const auto whole = inside(inside(movie, "mvex"), "mehd"); !whole.empty()) {
            const auto scale =
                big(inside(movie, "mvhd"), big(inside(movie, "mvhd"), 0, 1) == 1 ? 20 : 12, 4);
            const auto length = whole[0] == 1 ? big(whole, 4, 8) : big(whole, 4, 4);
            if (scale && length)
                media.seconds =
                    length_of(static_cast<double>(*length), static_cast<double>(*scale));
        }
    bool is_any = false;
    auto rest = movie;
    while (auto box = next_box(rest)) {
        if (box->name != "trak") continue;
        const auto medium = inside(box->body, "mdia");
        const auto handler = inside(medium, "hdlr");
        const auto plays = handler.size() >= 12 ? handler.substr(8, 4) : std::string_view();
        if (plays != "vide" && plays != "soun") continue;
        is_any = true;
        if (!media.seconds) media.seconds = told_length(inside(medium, "mdhd"));
        plays == "vide" ? film_of_track(box->body, media) : sound_of_track(box->body, media);
    }
    if (!is_any) return std::nullopt;
    const bool film = media.kind == MediaKind::video;
    media.type = brand == "qt  " && film ? "video/quicktime" : film ? "video/mp4" : "audio/mp4";
    return media;
}

}  // namespace formats::media
