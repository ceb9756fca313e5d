#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

// The stream formats that this module undoes itself: gzip, deflate, br, zstd, and none at all.
namespace formats {

class PackedStream {
public:
    struct Step {
        std::size_t taken = 0;  // bytes of the input
        std::size_t made = 0;   // bytes written
    };

    virtual ~PackedStream() = default;

    // Takes from `in` and writes up to `room` bytes to `out`. Where it does neither it wants more
    // input, or fault() is set. Checksums and lengths are checked where the format has them.
    virtual Step step(std::string_view in, char* out, std::size_t room) = 0;

    // No stream is begun and not ended; several may follow each other.
    bool is_whole() const { return whole_; }
    // Why nothing more can be had, for people; empty while all is well.
    const std::string& fault() const { return fault_; }
    // Whether that is of what is given to undo them, and not of the data.
    bool is_limit() const { return limit_; }

protected:
    // How much of what follows a stream, and is none, is passed over: on the web all, as browsers
    // do; else zeros, which fill up blocks of tapes and downloads. Other bytes are a fault.
    std::size_t behind(std::string_view in, bool web);

    bool whole_ = true;
    std::string fault_;
    bool limit_ = false;
    bool over_ = false;  // of what follows a stream nothing is looked at any more
};

// What else may be in a stream.
struct Leniency {
    // What follows a stream is passed over, as browsers do.
    bool web = true;
    // A text or picture that was never packed, whatever is said, is taken as it is.
    bool plain = false;
    // The largest window of zstd, as a power of two.
    int zstd_window = 23;
};

// "gzip" (of several members, too), "x-gzip", "deflate" (with or without its zlib wrapper), "br",
// "zstd", "identity"; null for others.
std::unique_ptr<PackedStream> open_stream(std::string_view coding, Leniency leniency = {});

}  // namespace formats
