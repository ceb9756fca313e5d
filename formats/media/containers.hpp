#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "formats/media/media_measures.hpp"

// The readers behind examine_media(), one a container. Each is given bytes that begin as its kind
// does and returns nothing where no sound and no film is described.
namespace formats::media {

std::optional<Media> read_wav(std::string_view bytes);
std::optional<Media> read_flac(std::string_view bytes);
std::optional<Media> read_ogg(std::string_view bytes);
std::optional<Media> read_mp3(std::string_view bytes);
std::optional<Media> read_mp4(std::string_view bytes);
std::optional<Media> read_matroska(std::string_view bytes);

// Whether frames of MPEG audio layer III begin here: one and, if there is more, a second one.
bool begins_mp3(std::string_view bytes);
// Behind tags of ID3v2, which may stand before any sound.
std::string_view behind_id3(std::string_view bytes);

// From `at` on; empty if that is behind the end.
inline std::string_view from(std::string_view bytes, std::uint64_t at) {
    return at < bytes.size() ? bytes.substr(static_cast<std::size_t>(at)) : std::string_view();
}

// A number of `size` bytes, 8 at most, the first one the highest. Nothing if they are not there.
inline std::optional<std::uint64_t> big(std::string_view bytes, std::uint64_t at, int size) {
    if (at > bytes.size() || bytes.size() - at < static_cast<std::uint64_t>(size))
        return std::nullopt;
    std::uint64_t number = 0;
    for (int i = 0; i < size; ++i)
        number =
            number << 8U | static_cast<unsigned char>(
                               bytes[static_cast<std::size_t>(at) + static_cast<std::size_t>(i)]
                           );
    return number;
}

// The last one the highest.
inline std::optional<std::uint64_t> little(std::string_view bytes, std::uint64_t at, int size) {
    if (at > bytes.size() || bytes.size() - at < static_cast<std::uint64_t>(size))
        return std::nullopt;
    std::uint64_t number = 0;
    for (int i = size; i > 0; --i)
        number =
            number << 8U | static_cast<unsigned char>(
                               bytes[static_cast<std::size_t>(at) + static_cast<std::size_t>(i - 1)]
                           );
    return number;
}

// A length in seconds that can be believed: above 0 and less than ten years.
std::optional<double> length_of(double units, double a_second);
// A count as a column holds it; nothing for 0 and for what is too much.
std::optional<int> count_of(std::uint64_t number);

}  // namespace formats::media
