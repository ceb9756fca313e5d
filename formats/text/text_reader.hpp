#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "formats/archive/bytes.hpp"
#include "formats/text/text.hpp"

namespace ingest {

// A member of an input as UTF-8 text, through a window that grows on demand and forgets what was
// consumed; knows where in the original bytes the window starts.
class TextReader {
public:
    // `encoding` empty: guessed from the first bytes. A byte order mark is left out.
    TextReader(Bytes& bytes, std::string_view encoding);

    // The first bytes as they are, and another encoding for all of them; only before more().
    std::string_view head() const { return undecoded_; }
    void assume(Encoding encoding, std::string reason);

    // Goes on at `offset` bytes of the member, which is where a record started. False if it is
    // shorter.
    bool skip_to(std::int64_t offset);

    // The text at hand. Views into it end with the next more() or consume().
    std::string_view window() const { return std::string_view(buffer_).substr(at_); }
    // Adds text to the window. False at the end of the member.
    bool more();
    // Forgets the first `size` bytes of the window.
    void consume(std::size_t size);

    // Of the window's first byte, in the original bytes.
    std::int64_t offset() const { return offset_; }
    // A piece of text as it was in the original bytes.
    std::string original(std::string_view text) const { return encode(text, guess_.encoding); }
    std::int64_t original_size(std::string_view text) const {
        return encoded_size(text, guess_.encoding);
    }

    const EncodingGuess& encoding() const { return guess_; }

private:
    void fill_raw();

    Bytes& bytes_;
    EncodingGuess guess_;
    std::string buffer_;
    std::size_t at_ = 0;
    std::string undecoded_;
    std::int64_t offset_ = 0;
    bool ended_ = false;
};

}  // namespace ingest
