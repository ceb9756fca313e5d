// FLAC, alone and in Ogg; Ogg with Vorbis, Opus and Theora (RFC 3533, RFC 7845, RFC 9639).
//
// An Ogg file is pages, the first of which begin its streams and say what each is. How long it is
// stands in the last page alone: the number of samples up to its end, that is looked for from
// behind. A file that was cut off is as long as its last whole page says.
#include <algorithm>

#include "formats/media/containers.hpp"

namespace formats::media {

namespace {

using namespace std::string_view_literals;

constexpr std::size_t page_head = 27;

// What a FLAC sound says of itself, behind "fLaC" and the head of its first block.
std::optional<Media> of_stream_info(std::string_view block) {
    const auto packed = big(block, 10, 8);  // 20 bits rate, 3 channels, 5 depth, 36 samples
    if (!packed) return std::nullopt;
    const auto rate = *packed >> 44U;
    if (rate == 0) return std::nullopt;
    Media media{.kind = MediaKind::audio, .type = "audio/flac"};
    media.sample_rate = count_of(rate);
    media.channels = count_of((*packed >> 41U & 7U) + 1);
    media.seconds =
        length_of(static_cast<double>(*packed & 0xFFFFFFFFFU), static_cast<double>(rate));
    return media;
}

struct OggStream {
    Media media{};
    double rate = 0;         // samples a second, as pages count them
    std::uint64_t skip = 0;  // samples before the first that is heard
    std::uint64_t serial = 0;
};

// By the first packet of a stream; nothing for what is neither heard nor seen.
std::optional<OggStream> stream_of(std::string_view packet) {
    OggStream stream{.media = {.kind = MediaKind::audio, .type = "audio/ogg"}};
    auto& media = stream.media;
    if (packet.starts_with("\x01vorbis"sv)) {
        const auto channels = little(packet, 11, 1), rate = little(packet, 12, 4);
        if (!rate || *rate == 0) return std::nullopt;
        media.channels = count_of(*channels);
        media.sample_rate = count_of(*rate);
        stream.rate = static_cast<double>(*rate);
        return stream;
    }
    if (packet.starts_with("OpusHead"sv)) {
        const auto channels = little(packet, 9, 1), skip = little(packet, 10, 2);
        if (!skip) return std::nullopt;
        media.channels = count_of(*channels);
        media.sample_rate = 48'000;  // whatever it was recorded at
        stream.rate = 48'000;
        stream.skip = *skip;
        return stream;
    }
    if (packet.starts_with("\x7f"
                           "FLAC"sv)) {
        auto flac = of_stream_info(from(packet, 17));
        if (!flac) return std::nullopt;
        media.channels = flac->channels;
        media.sample_rate = flac->sample_rate;
        stream.rate = *flac->sample_rate;
        return stream;
    }
    if (packet.starts_with("\x80theora"sv)) {
        const auto width = big(packet, 14, 3), height = big(packet, 17, 3);
        if (!height) return std::nullopt;
        media.kind = MediaKind::video;
        media.type = "video/ogg";
        media.width = count_of(*width);
        media.height = count_of(*height);
        return stream;
    }
    return std::nullopt;
}

// Of the last page of the stream that ends a packet: samples up to its end.
std::optional<std::uint64_t> last_count(std::string_view bytes, std::uint64_t serial) {
    for (auto at = bytes.rfind("OggS"); at != bytes.npos; at = bytes.rfind("OggS", at - 1)) {
        const auto count = little(bytes, at + 6, 8);
        const auto whose = little(bytes, at + 14, 4);
        constexpr std::uint64_t none = ~std::uint64_t{0};
        if (whose == serial && bytes[at + 4] == 0 && *count != none) return count;
        if (at == 0) break;
    }
    return std::nullopt;
}

}  // namespace

std::optional<Media> read_flac(std::string_view bytes) {
    const auto sound = behind_id3(bytes);
    if (!sound.starts_with("fLaC") || big(sound, 4, 1).value_or(1) % 128 != 0) return std::nullopt;
    return of_stream_info(from(sound, 8));
}

std::optional<Media> read_ogg(std::string_view bytes) {
    std::optional<OggStream> sound, film;
    for (std::uint64_t at = 0;;) {
        const auto page = from(bytes, at);
        const auto segments = little(page, 26, 1);
        constexpr unsigned begins_a_stream = 2;
        if (!segments || !page.starts_with("OggS") ||
            (static_cast<unsigned char>(page[5]) & begins_a_stream) == 0)
            break;
        std::uint64_t size = 0;
        for (std::uint64_t i = 0; i < *segments; ++i)
            size += little(page, page_head + i, 1).value_or(0);
        const auto packet = from(page, page_head + *segments).substr(0, size);
        if (auto stream = stream_of(packet)) {
            stream->serial = *little(page, 14, 4);
            auto& place = stream->media.kind == MediaKind::video ? film : sound;
            if (!place) place = std::move(stream);
        }
        at += page_head + *segments + size;
    }
    if (!sound && !film) return std::nullopt;
    auto media = film ? film->media : sound->media;
    if (!sound) return media;
    media.channels = sound->media.channels;
    media.sample_rate = sound->media.sample_rate;
    if (auto count = last_count(bytes, sound->serial); count && *count > sound->skip)
        media.seconds = length_of(static_cast<double>(*count - sound->skip), sound->rate);
    return media;
}

}  // namespace formats::media
