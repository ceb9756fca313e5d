#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/text/encoding.hpp"

namespace base {

// Decodes a stream of bytes by the WHATWG Encoding standard (8 to 15), piece by piece. What can not
// be decoded becomes U+FFFD. A byte order mark is a character like any other.
class Decoder {
public:
    explicit Decoder(Encoding encoding) : encoding_(encoding) {}

    Encoding encoding() const { return encoding_; }

    // Appends `bytes` as UTF-8 and returns how many of them it took: all but a sequence that the
    // stream's next bytes may complete (1 to 3 bytes; more of ISO-2022-JP). With `last` it takes
    // all. Pass what was left again, with what follows it.
    std::size_t decode(std::string_view bytes, bool last, std::string& out);

private:
    enum class Set : unsigned char { ascii, roman, katakana, jis0208 };

    std::size_t escape(std::string_view bytes, bool last, std::string& out);
    std::size_t shifted(std::string_view bytes, bool last, std::string& out);
    std::size_t iso2022_jp(std::string_view bytes, bool last, std::string& out);

    Encoding encoding_;
    Set set_ = Set::ascii;  // of ISO-2022-JP
    bool escaped_ = false;  // of ISO-2022-JP: the last thing was an escape
    bool told_ = false;     // of the replacement encoding: its one U+FFFD was given
};

// All of `bytes` as UTF-8. A byte order mark is dropped, and it overrules the encoding ("decode" of
// the standard).
std::string decode(std::string_view bytes, Encoding encoding);

// As decode(), but takes a byte order mark for a character and believes the encoding.
std::string decode_as(std::string_view bytes, Encoding encoding);

}  // namespace base
