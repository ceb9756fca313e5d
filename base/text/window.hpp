#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text/decoder.hpp"
#include "base/text/encoding_guess.hpp"

namespace base {

// Bytes from somewhere, forwards only.
class ByteSource {
public:
    virtual ~ByteSource() = default;
    // Fills up to `size` bytes; 0 at the end.
    virtual std::size_t read(char* into, std::size_t size) = 0;
    // Moves forward to `offset` bytes from the start. False if there are fewer.
    virtual bool skip_to(std::int64_t offset) = 0;
};

// A stream of bytes as UTF-8 text, through a window that grows on demand and forgets what was
// consumed; knows which bytes a piece of text was made of, in any encoding.
//
// UTF-8 comes through as it is, damaged bytes and all: the reader of a record asks
// encoding_fault(). Without a wish, the encoding is found by the bytes: while they are ASCII,
// nothing is decided; from the first other byte on as much is read ahead (16 MiB at most) as the
// decision needs. The same bytes lead to the same decision, wherever reading goes on later.
class TextWindow {
public:
    // `wish`: the encoding asked for. `before`: UTF-8 text that stands before the stream's own,
    // made of no bytes of it.
    TextWindow(ByteSource& source, std::optional<Encoding> wish, std::string_view before = {});

    // The first bytes as they are, and an encoding for all of them, which they declare themselves;
    // only before more().
    std::string_view head() const { return held_; }
    void assume(Encoding encoding, std::string reason);

    // Goes on at `offset` bytes of the stream, which is where a record started. False if it is
    // shorter.
    bool skip_to(std::int64_t offset);

    // The text at hand. Views into it end with the next more(), skip_to() or consume().
    std::string_view window() const { return std::string_view(text_).substr(at_); }
    // Adds text to the window. False at the end of the stream. What the source throws comes out of
    // here when all text before it is in the window.
    bool more();
    // Adds text until the window holds `size` bytes. False if there are fewer before the end of the
    // stream, or before what the source throws, which waits for more().
    bool fill(std::size_t size);
    // Whether the source can not be read to its end, as far as is known.
    bool is_damaged() const { return fault_ != nullptr; }
    // Forgets the first `size` bytes of the window.
    void consume(std::size_t size) { at_ += size; }

    // Of the window's first byte, in the bytes of the stream.
    std::int64_t offset() const;
    // The bytes that a piece of the window was made of, and how many they are. A view into the
    // window or the stream's bytes at hand.
    std::string_view original(std::string_view piece) const;

    // What is wrong with the encoding of a piece of the window, for people: bytes that the encoding
    // has not, or that are UTF-8 although by all others it was taken for another encoding. Empty if
    // nothing is.
    std::string encoding_fault(std::string_view piece) const;

    // As far as it is decided: UTF-8 while all is ASCII.
    const EncodingGuess& encoding() const { return guess_; }

private:
    // A place in the text, the bytes of it, and how to decode on from there.
    struct Mark {
        std::size_t text = 0;
        std::size_t byte = 0;
        Decoder decoder = Decoder(Encoding::utf8);
    };

    bool add();
    bool read_on(std::string& into);
    bool decide();
    void set(EncodingGuess guess);
    bool plain() const { return guess_.encoding == Encoding::utf8; }
    bool decode_held();
    void forget();
    void restart(std::int64_t offset);
    std::vector<Mark>::const_iterator mark_before(std::size_t text) const;
    std::size_t byte_at(std::size_t text) const;

    ByteSource& source_;
    EncodingGuess guess_;
    bool decided_ = false;
    bool guessed_ = false;  // only by the looks of the bytes
    bool ended_ = false;
    std::exception_ptr fault_;

    std::string text_;
    std::size_t at_ = 0;
    std::int64_t start_ = 0;  // offset of text_'s first byte; of bytes_' first one unless plain
    std::string held_;        // read, and not yet in the text

    // Unless plain: what text_ was made of.
    std::string bytes_;
    std::vector<Mark> marks_;
    mutable Mark near_;       // the place asked for last
    std::size_t before_ = 0;  // bytes of text_ that were made of nothing
};

}  // namespace base
