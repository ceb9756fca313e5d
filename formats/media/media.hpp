#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "formats/media/media_measures.hpp"

// Sounds and films by what stands in their heads: WAV, FLAC, Ogg (Vorbis, Opus, FLAC, Theora), MP3,
// MP4 with its kin (M4A, MOV), and Matroska with WebM. Nothing is decoded.
namespace formats {

// "a WAV sound", "an MP4 film or sound"; empty if the first bytes of a file (some thousands are
// enough) are of none of these. A name counts for nothing.
std::string_view media_signature(std::string_view head);

// What the head tells, or one line saying what is wrong. A length is that of what is there: of a
// file that was cut off where its parts can be counted, else as it is declared; absent if it is
// neither. Any bytes may be given. Thread-safe.
std::variant<Media, std::string> examine_media(std::string_view bytes);

}  // namespace formats
