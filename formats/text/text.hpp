#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ingest {

enum class Encoding { utf8, utf16le, utf16be, latin1, windows1252 };

// Accepts the common spellings ("UTF-8", "latin1", "ISO-8859-1", "cp1252", ..). Throws
// base::UsageError.
Encoding encoding_of(std::string_view name);
std::string_view name_of(Encoding encoding);

struct EncodingGuess {
    Encoding encoding = Encoding::utf8;
    std::size_t bom = 0;  // bytes of byte order mark to leave out
    std::string reason;
};

// From the byte order mark, the zero bytes of UTF-16, or else whether the sample is well-formed
// UTF-8.
EncodingGuess guess_encoding(std::string_view sample);

bool valid_utf8(std::string_view text);

// Appends `bytes` as UTF-8. With `last` false, an unfinished UTF-16 unit or pair is left; returns
// the bytes taken. UTF-8 is copied as it is; an unpaired surrogate becomes U+FFFD.
std::size_t decode(std::string_view bytes, Encoding encoding, bool last, std::string& out);

// The inverse, for text that decode() made.
std::string encode(std::string_view utf8, Encoding encoding);

// How many bytes `utf8` had in `encoding`.
std::int64_t encoded_size(std::string_view utf8, Encoding encoding);

// Appends `text` as a JSON string with its quotes. `text` must be valid UTF-8.
void append_json_string(std::string_view text, std::string& out);

}  // namespace ingest
