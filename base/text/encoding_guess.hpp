#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/text/encoding.hpp"

// What encoding a text without a label is in, found from its bytes.
namespace base {

struct EncodingGuess {
    Encoding encoding = Encoding::utf8;
    std::size_t bom = 0;  // bytes of byte order mark to leave out
    std::string reason;   // one sentence for people
};

// What the bytes say of UTF-8.
struct Utf8Evidence {
    std::size_t good = 0;  // well-formed sequences of two bytes and more
    std::size_t bad = 0;   // malformed parts
};
Utf8Evidence utf8_evidence(std::string_view bytes);

// How many sequences of UTF-8 a piece must have, and no other byte, to be strange in a text of that
// encoding. Latin letters beside ASCII ones hardly ever look like it; in others they may by chance.
std::size_t strange_from(Encoding encoding);

// The encoding that the first bytes tell: by a byte order mark (that of UTF-32 too), by the zero
// bytes of UTF-16 and UTF-32. Nothing for bytes that may be of any other encoding.
std::optional<EncodingGuess> guess_from_start(std::string_view head);

// The encoding of a text of which `sample` is a part: guess_from_start, or UTF-8 if at least half
// of what is not ASCII is well-formed UTF-8, so that a stray byte does not recode a whole text; or
// else by the language models of uchardet (Li, Momoi: "A composite approach to language/encoding
// detection", 2001), whose finding must decode and read like words. A sample may start and end
// inside a character.
EncodingGuess guess_encoding(std::string_view sample);

// The same for a part of a text whose start has told nothing: by its letters alone.
EncodingGuess guess_from_letters(std::string_view sample);

// Only the last step: for bytes that are not UTF-8. Nothing if nothing fits.
std::optional<Encoding> guess_legacy(std::string_view bytes);

}  // namespace base
