// FLAC, alone and in Ogg; Ogg with Vorbis, Opus and Theora (RFC 3533, RFC 7845, RFC 9639).
//
// An Ogg file is pages, the first of which begin its streams and say what each is. How long it is
// stands in the last page alone: the number of samples up to its end. A file that was cut off is as
// long as its last whole page says. Behind one there may be another (RFC 3533, 4: chained): such a
// file is as long as all of its links, and it is the first that says what it is.
#include <vector>

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

// What a link of the chain holds, as far as its pages were read.
struct Link {
    std::optional<OggStream> sound{}, film{};
    std::optional<std::uint64_t> samples{};  // of the sound, up to the last page
    bool begun = false;                      // pages came that begin no stream

    std::optional<double> seconds() const {
        if (!sound || !samples || *samples <= sound->skip) return std::nullopt;
        return length_of(static_cast<double>(*samples - sound->skip), sound->rate);
    }
};

struct Page {
    bool begins_a_stream = false;
    std::uint64_t serial = 0, samples = 0;
    std::uint64_t head = 0, size = 0;  // bytes, without what is behind
};

std::optional<Page> page_at(std::string_view bytes, std::uint64_t at) {
    const auto page = from(bytes, at);
    const auto segments = little(page, 26, 1);
    if (!segments || !page.starts_with("OggS")) return std::nullopt;
    Page read{
        .begins_a_stream = (static_cast<unsigned char>(page[5]) & 2U) != 0,
        .serial = *little(page, 14, 4),
        .samples = *little(page, 6, 8),
        .head = page_head + *segments};
    for (std::uint64_t i = 0; i < *segments; ++i)
        read.size += little(page, page_head + i, 1).value_or(0);
    return read;
}

void take(Link& link, const Page& page, std::string_view packet) {
    constexpr std::uint64_t none = ~std::uint64_t{0};  // no packet ends in the page
    if (!page.begins_a_stream) {
        link.begun = true;
        if (link.sound && link.sound->serial == page.serial && page.samples != none)
            link.samples = page.samples;
    } else if (auto stream = stream_of(packet)) {
        stream->serial = page.serial;
        auto& place = stream->media.kind == MediaKind::video ? link.film : link.sound;
        if (!place) place = std::move(stream);
    }
}

// Those of the chain, which is not empty. Between pages there may be bytes that are none.
std::vector<Link> links_in(std::string_view bytes) {
    std::vector<Link> links(1);
    for (std::uint64_t at = 0; at < bytes.size();) {
        const auto page = page_at(bytes, at);
        if (!page) {
            at = bytes.find("OggS", static_cast<std::size_t>(at) + 1);
            continue;
        }
        const auto packet = from(bytes, at + page->head);
        if (page->begins_a_stream && links.back().begun) links.emplace_back();
        if (packet.size() >= page->size || page->begins_a_stream)
            take(links.back(), *page, packet.substr(0, page->size));
        at += page->head + page->size;
    }
    return links;
}

}  // namespace

std::optional<Media> read_flac(std::string_view bytes) {
    const auto sound = behind_id3(bytes);
    if (!sound.starts_with("fLaC") || big(sound, 4, 1).value_or(1) % 128 != 0) return std::nullopt;
    return of_stream_info(from(sound, 8));
}

std::optional<Media> read_ogg(std::string_view bytes) {
    const auto links = links_in(bytes);
    const auto& [sound, film, samples, begun] = links.front();
    if (!sound && !film) return std::nullopt;
    auto media = film ? film->media : sound->media;
    if (!sound) return media;
    media.channels = sound->media.channels;
    media.sample_rate = sound->media.sample_rate;
    double all = 0;
    for (const auto& link : links) {
        const auto seconds = link.seconds();
        if (!seconds) return media;  // how long one of them is, is not known
        all += *seconds;
    }
    media.seconds = length_of(all, 1);
    return media;
}

}  // namespace formats::media
