// Matroska and WebM (RFC 8794, RFC 9559): elements of EBML, each with a name and a size of one to
// eight bytes. What is known of the whole stands in "Info" and "Tracks", before the clusters of
// frames; what was recorded live has a size that is not known, and no length.
#include <algorithm>
#include <bit>

#include "formats/media/containers.hpp"

namespace formats::media {

namespace {

// Names of elements.
constexpr std::uint64_t ebml_head = 0x1A45DFA3, all_of_it = 0x18538067, what_it_is = 0x1549A966;
constexpr std::uint64_t its_tracks = 0x1654AE6B, some_frames = 0x1F43B675;

struct EbmlElement {
    std::uint64_t name = 0;
    std::string_view body;
    bool endless = false;  // its size is not known
};

std::optional<EbmlElement> next_element(std::string_view& bytes) {
    const auto first = big(bytes, 0, 1);
    if (!first || *first == 0) return std::nullopt;
    const int name_size = std::countl_zero(static_cast<std::uint8_t>(*first)) + 1;
    const auto name = name_size <= 4 ? big(bytes, 0, name_size) : std::nullopt;
    const auto lead = big(bytes, static_cast<std::uint64_t>(name_size), 1);
    if (!name || !lead || *lead == 0) return std::nullopt;
    const int size_size = std::countl_zero(static_cast<std::uint8_t>(*lead)) + 1;
    auto size = big(bytes, static_cast<std::uint64_t>(name_size), size_size);
    if (!size) return std::nullopt;
    const auto most = (std::uint64_t{1} << static_cast<unsigned>(7 * size_size)) - 1;
    *size &= most;
    bytes.remove_prefix(static_cast<std::size_t>(name_size + size_size));
    const bool endless = *size == most;
    const auto taken = endless ? bytes.size() : std::min<std::uint64_t>(*size, bytes.size());
    EbmlElement element{*name, bytes.substr(0, static_cast<std::size_t>(taken)), endless};
    bytes.remove_prefix(static_cast<std::size_t>(taken));
    return element;
}

std::uint64_t whole_number(std::string_view body) {
    return body.size() <= 8 ? big(body, 0, static_cast<int>(body.size())).value_or(0) : 0;
}

double real_number(std::string_view body) {
    if (body.size() == 4) return std::bit_cast<float>(static_cast<std::uint32_t>(*big(body, 0, 4)));
    return body.size() == 8 ? std::bit_cast<double>(*big(body, 0, 8)) : 0;
}

std::optional<double> length_in(std::string_view body) {
    std::uint64_t scale = 1'000'000;  // nanoseconds
    double length = 0;
    while (auto one = next_element(body)) {
        if (one->name == 0x2AD7B1) scale = whole_number(one->body);
        if (one->name == 0x4489) length = real_number(one->body);
    }
    return length_of(length * static_cast<double>(scale), 1e9);
}

void film_of_element(std::string_view body, Media& media) {
    while (auto one = next_element(body)) {
        if (one->name == 0xB0) media.width = count_of(whole_number(one->body));
        if (one->name == 0xBA) media.height = count_of(whole_number(one->body));
    }
}

void sound_of_element(std::string_view body, Media& media) {
    media.channels = 1;
    media.sample_rate = 8000;  // if nothing is said
    while (auto one = next_element(body)) {
        if (one->name == 0x9F) media.channels = count_of(whole_number(one->body));
        if (one->name == 0xB5) {
            const auto rate = real_number(one->body);
            media.sample_rate =
                rate > 0 && rate < 1e9 ? count_of(static_cast<std::uint64_t>(rate)) : std::nullopt;
        }
    }
}

// False for a track that is neither heard nor seen.
bool read_track(std::string_view body, Media& media) {
    std::uint64_t kind = 0;
    std::string_view film, sound;
    while (auto one = next_element(body)) {
        if (one->name == 0x83) kind = whole_number(one->body);
        if (one->name == 0xE0) film = one->body;
        if (one->name == 0xE1) sound = one->body;
    }
    if (kind == 1) {
        media.kind = MediaKind::video;
        if (!media.width) film_of_element(film, media);
    } else if (kind == 2 && !media.channels) {
        sound_of_element(sound, media);
    }
    return kind == 1 || kind == 2;
}

bool is_webm(std::string_view head) {
    while (auto one = next_element(head))
        if (one->name == 0x4282) return one->body.starts_with("webm");
    return false;
}

}  // namespace

std::optional<Media> read_matroska(std::string_view bytes) {
    const auto head = next_element(bytes);
    if (!head || head->name != ebml_head) return std::nullopt;
    auto whole = next_element(bytes);
    while (whole && whole->name != all_of_it) whole = next_element(bytes);
    if (!whole) return std::nullopt;
    Media media;
    bool is_any = false;
    auto rest = whole->body;
    while (auto part = next_element(rest)) {
        if (part->name == what_it_is) media.seconds = length_in(part->body);
        if (part->name == its_tracks)
            for (auto inner = part->body; auto track = next_element(inner);)
                if (track->name == 0xAE) is_any = read_track(track->body, media) || is_any;
        if (part->name == some_frames && part->endless) break;
    }
    if (!is_any) return std::nullopt;
    const bool film = media.kind == MediaKind::video;
    const std::string of = is_webm(head->body) ? "webm" : "x-matroska";
    media.type = (film ? "video/" : "audio/") + of;
    return media;
}

}  // namespace formats::media
