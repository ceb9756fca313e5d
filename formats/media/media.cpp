#include "formats/media/media.hpp"

#include <cmath>
#include <limits>

#include "formats/media/containers.hpp"

namespace formats {

namespace media {

namespace {

using Read = std::optional<Media> (*)(std::string_view);

struct Container {
    std::string_view name;
    Read read = nullptr;
};

// Pictures that begin as films do.
bool is_picture_brand(std::string_view brand) {
    for (auto one : {"heic", "heix", "heim", "heis", "hevc", "mif1", "msf1", "avif", "avis"})
        if (brand == one) return true;
    return false;
}

// By the first bytes; no name for what is none.
Container container_of(std::string_view bytes) {
    const auto brand = from(bytes, 8).substr(0, 4);
    if ((bytes.starts_with("RIFF") || bytes.starts_with("RF64")) && brand == "WAVE")
        return {"a WAV sound", &read_wav};
    if (bytes.starts_with("OggS")) return {"an Ogg sound or film", &read_ogg};
    if (from(bytes, 4).starts_with("ftyp") && !is_picture_brand(brand))
        return {"an MP4 sound or film", &read_mp4};
    if (bytes.starts_with("\x1a\x45\xdf\xa3")) return {"a WebM or Matroska film", &read_matroska};
    const auto sound = behind_id3(bytes);
    if (sound.starts_with("fLaC")) return {"a FLAC sound", &read_flac};
    const bool tagged = sound.size() != bytes.size();
    if (begins_mp3(sound) || (tagged && sound.empty())) return {"an MP3 sound", &read_mp3};
    return {};
}

}  // namespace

std::optional<double> length_of(double units, double a_second) {
    const double seconds = a_second > 0 ? units / a_second : 0;
    if (!std::isfinite(seconds) || seconds <= 0 || seconds >= longest_recording)
        return std::nullopt;
    return seconds;
}

std::optional<int> count_of(std::uint64_t number) {
    if (number == 0 || number > static_cast<std::uint64_t>(std::numeric_limits<int>::max()))
        return std::nullopt;
    return static_cast<int>(number);
}

}  // namespace media

std::string_view media_signature(std::string_view head) {
    return media::container_of(head).name;
}

std::variant<Media, std::string> examine_media(std::string_view bytes) {
    if (bytes.empty()) return "it is empty";
    const auto container = media::container_of(bytes);
    if (!container.read) return "it is no sound and no film of a known kind";
    if (auto found = container.read(bytes)) return std::move(*found);
    return "begins as " + std::string(container.name) + " and describes none";
}

}  // namespace formats
