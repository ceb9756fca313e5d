#pragma once

#include <array>
#include <optional>
#include <string>

#include "base/words.hpp"

namespace formats {

// What is heard, watched or read page by page, as it is.
enum class MediaKind { audio, video, pdf, html };

constexpr auto words_of(MediaKind) {
    return std::to_array<base::Word<MediaKind>>({
        {MediaKind::audio, "audio", "sound"},
        {MediaKind::video, "video", "film"},
        {MediaKind::pdf, "pdf", "a document of pages"},
        {MediaKind::html, "html", "a web page as it was received"},
    });
}

// No sound and no film is longer: ten years, in seconds.
inline constexpr double longest_recording = 10.0 * 366 * 24 * 3600;

// What is known of a sound, a film or a document without decoding it. What is not known is absent.
struct Media {
    MediaKind kind = MediaKind::audio;
    std::string type;                 // IANA, by the content: "audio/mpeg"
    std::optional<double> seconds{};  // of what is there of it
    std::optional<int> pages{};
    std::optional<int> width{}, height{};  // pixels of a film, points of a document's first page
    std::optional<int> channels{}, sample_rate{};  // of sound; hertz
};

}  // namespace formats
