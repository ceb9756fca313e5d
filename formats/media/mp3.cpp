// MPEG audio layer III (ISO/IEC 11172-3, 13818-3): frames one after the other, each with a head
// that tells its size.
//
// The frames are counted. A head of the whole (Xing, VBRI) tells the same for less, but not of a
// file that was cut off or edited, and a step a frame is little beside reading the bytes.
#include <algorithm>
#include <array>

#include "formats/media/containers.hpp"

namespace formats::media {

namespace {

struct Frame {
    std::uint32_t size = 0;  // bytes
    int samples = 0;
    int rate = 0;
    int channels = 0;
    bool mpeg1 = false;
};

std::optional<Frame> frame_at(std::string_view bytes, std::uint64_t at) {
    const auto head = big(bytes, at, 4);
    if (!head || *head >> 21U != 0x7FF) return std::nullopt;
    const auto version = *head >> 19U & 3U, layer = *head >> 17U & 3U;
    const auto bitrate = *head >> 12U & 15U, rate = *head >> 10U & 3U;
    if (version == 1 || layer != 1 || bitrate == 0 || bitrate == 15 || rate == 3)
        return std::nullopt;
    constexpr std::array rates{44'100, 48'000, 32'000};
    constexpr std::array<std::array<int, 15>, 2> kilobits{
        {{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
         {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}}};
    Frame frame;
    frame.mpeg1 = version == 3;
    frame.rate = rates[rate] / (version == 3 ? 1 : version == 2 ? 2 : 4);
    frame.samples = frame.mpeg1 ? 1152 : 576;
    frame.channels = (*head >> 6U & 3U) == 3 ? 1 : 2;
    const int bits = kilobits[frame.mpeg1 ? 1 : 0][bitrate] * 1000;
    const auto padding = static_cast<int>(*head >> 9U & 1U);
    frame.size = static_cast<std::uint32_t>(frame.samples / 8 * bits / frame.rate + padding);
    return frame;
}

bool are_of_one(const Frame& a, const Frame& b) {
    return a.mpeg1 == b.mpeg1 && a.rate == b.rate;
}

// A frame that a second one follows, or the end.
std::optional<Frame> sure_frame_at(std::string_view bytes, std::uint64_t at) {
    auto frame = frame_at(bytes, at);
    if (!frame) return std::nullopt;
    if (at + frame->size + 4 > bytes.size()) return frame;
    auto next = frame_at(bytes, at + frame->size);
    return next && are_of_one(*frame, *next) ? frame : std::nullopt;
}

// The first frame of many encoders is silent and holds a head of the whole.
bool is_head_of_all(std::string_view bytes, std::uint64_t at, const Frame& frame) {
    const auto body = from(bytes, at).substr(0, frame.size);
    const std::size_t side =
        frame.mpeg1 ? (frame.channels == 1 ? 17 : 32) : (frame.channels == 1 ? 9 : 17);
    const auto name = body.size() > 4 + side ? body.substr(4 + side, 4) : std::string_view();
    return name == "Xing" || name == "Info" || (body.size() > 40 && body.substr(36, 4) == "VBRI");
}

}  // namespace

std::string_view behind_id3(std::string_view bytes) {
    // A text may begin so, too, but not with a version and a size of seven bits a byte.
    auto is_tag = [&] {
        const auto size = big(bytes, 6, 4);
        return bytes.starts_with("ID3") && size && (*size & 0x80808080U) == 0 && bytes[3] >= 2 &&
               bytes[3] <= 4 && static_cast<unsigned char>(bytes[4]) != 0xff;
    };
    while (is_tag()) {
        std::uint64_t size = 0;
        for (std::uint64_t i = 6; i < 10; ++i) size = size << 7U | big(bytes, i, 1).value_or(0);
        constexpr unsigned has_footer = 16;
        const bool footer = (big(bytes, 5, 1).value_or(0) & has_footer) != 0;
        bytes = from(bytes, 10 + size + (footer ? 10 : 0));
    }
    return bytes;
}

bool begins_mp3(std::string_view bytes) {
    return sure_frame_at(bytes, 0).has_value();
}

std::optional<Media> read_mp3(std::string_view bytes) {
    const auto sound = behind_id3(bytes);
    std::uint64_t at = 0, frames = 0;
    std::optional<Frame> first;
    while (at + 4 <= sound.size()) {
        auto frame = frames == 0 ? sure_frame_at(sound, at) : frame_at(sound, at);
        if (frame && first && !are_of_one(*first, *frame)) frame.reset();
        if (!frame) {  // damage, or a tag
            const auto next = sound.find('\xff', static_cast<std::size_t>(at) + 1);
            if (next == sound.npos) break;
            at = next;
            continue;
        }
        if (at + frame->size > sound.size()) break;
        if (!first) first = frame;
        if (frames > 0 || !is_head_of_all(sound, at, *frame)) ++frames;
        at += frame->size;
    }
    if (!first) return std::nullopt;
    Media media{.kind = MediaKind::audio, .type = "audio/mpeg"};
    media.channels = first->channels;
    media.sample_rate = first->rate;
    media.seconds =
        length_of(static_cast<double>(frames) * first->samples, static_cast<double>(first->rate));
    return media;
}

}  // namespace formats::media
