// WAV: chunks of RIFF, of which "fmt " says how samples lie and "data" holds them. A recorder that
// was stopped hard leaves a wrong size, or none, and one that writes a stream the highest one: what
// is there counts.
#include <algorithm>

#include "formats/media/containers.hpp"

namespace formats::media {

namespace {

// Whether chunks of RIFF, and nothing else, lie here.
bool holds_chunks(std::string_view bytes) {
    std::uint64_t at = 0;
    while (at < bytes.size()) {
        const auto size = little(bytes, at + 4, 4);
        if (!size) return false;
        at += 8 + *size + *size % 2;
    }
    return at == bytes.size() || at == bytes.size() + 1;
}

}  // namespace

std::optional<Media> read_wav(std::string_view bytes) {
    std::optional<Media> found;
    std::uint64_t a_second = 0;
    for (std::uint64_t at = 12;;) {
        const auto size = little(bytes, at + 4, 4);
        if (!size) return found;
        const auto name = bytes.substr(static_cast<std::size_t>(at), 4);
        const auto body = from(bytes, at + 8);
        if (name == "fmt ") {
            const auto channels = little(body, 2, 2), rate = little(body, 4, 4);
            const auto bytes_a_second = little(body, 8, 4);
            if (!bytes_a_second || *channels == 0 || *rate == 0) return std::nullopt;
            found = Media{.kind = MediaKind::audio, .type = "audio/wav"};
            found->channels = count_of(*channels);
            found->sample_rate = count_of(*rate);
            a_second = *bytes_a_second;
        } else if (name == "data" && found) {
            const bool unset = *size == 0 && !holds_chunks(body);
            found->seconds = length_of(
                static_cast<double>(
                    unset ? body.size() : std::min<std::uint64_t>(*size, body.size())
                ),
                static_cast<double>(a_second)
            );
            return found;
        }
        at += 8 + *size + *size % 2;
    }
}

}  // namespace formats::media
