#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Small sounds, films and documents, written byte by byte.
namespace test {

// The lowest byte first.
std::string little_bytes(std::uint64_t number, int size);
// The highest byte first.
std::string big_bytes(std::uint64_t number, int size);

// Silence of 8-bit samples.
std::string wav(double seconds, int rate = 8000, int channels = 1);
// Frames of 128 kbit/s at 44.1 kHz in stereo, 1152 samples each.
std::string mp3(int frames);
// The head of a sound of so many samples.
std::string flac(std::uint64_t samples, int rate = 44'100, int channels = 2);
// Two pages: the head of Vorbis, and one up to so many samples.
std::string ogg(std::uint64_t samples, int rate = 44'100, int channels = 2);
// A box of ISO base media, and an element of EBML.
std::string box(std::string_view name, std::string_view body);
std::string element(std::uint64_t name, std::string_view body);
// A film with a sound, or a sound alone if it has no width.
std::string mp4(double seconds, int width, int height);
// `seconds` below 0: its length is not told.
std::string webm(double seconds, int width, int height);
// A page for each text. Whoever opens it needs a password if `locked`.
std::string pdf(const std::vector<std::string>& pages, bool locked = false);

}  // namespace test
