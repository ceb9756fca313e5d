// Each library has its own words for "more input", "more room" and "the end"; here they become one.
//
// A body is what its first bytes say: archives keep the header of a body that they have unpacked,
// and servers name codings that they do not apply. A file is known by these same bytes, so that
// anything strange behind a stream is damage there and must not pass in silence, while on the web
// it is common.
#include "formats/archive/stream.hpp"

#include <algorithm>
#include <climits>
#include <cstring>

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/text/ascii.hpp"

namespace formats {

namespace {

using namespace std::string_view_literals;

using Step = PackedStream::Step;

Step copied(std::string_view in, char* out, std::size_t room) {
    const auto size = std::min(in.size(), room);
    if (size > 0) std::memcpy(out, in.data(), size);
    return {size, size};
}

bool is_text(char c) {
    return base::is_ascii(c) && (c >= ' ' || base::is_space(c));
}

// As the bodies begin that were never packed: texts, and pictures.
bool looks_plain(std::string_view in) {
    for (auto start : {"\xef\xbb\xbf"sv, "\x89PNG"sv, "\xff\xd8\xff"sv, "\xff\xfe"sv, "\xfe\xff"sv})
        if (in.starts_with(start)) return true;
    return is_text(in.front());
}

class Plain : public PackedStream {
public:
    Step step(std::string_view in, char* out, std::size_t room) override {
        return copied(in, out, room);
    }
};

class Inflate : public PackedStream {
public:
    Inflate(bool gzip, Leniency leniency) : gzip_(gzip), leniency_(leniency) {
        if (inflateInit2(&stream_, gzip ? 31 : 15) != Z_OK) fault_ = "out of memory";
    }
    Inflate(const Inflate&) = delete;
    ~Inflate() override { inflateEnd(&stream_); }

    Step step(std::string_view in, char* out, std::size_t room) override {
        if (!fault_.empty() || (in.empty() && whole_)) return {};
        if (whole_ && (over_ || !begin(in))) return {behind(in, leniency_.web), 0};
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
        stream_.avail_in = static_cast<uInt>(std::min<std::size_t>(in.size(), UINT_MAX));
        const auto given = stream_.avail_in;
        stream_.next_out = reinterpret_cast<Bytef*>(out);
        stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(room, UINT_MAX));
        const auto space = stream_.avail_out;
        const int result = inflate(&stream_, Z_NO_FLUSH);
        whole_ = result == Z_STREAM_END;
        if (!whole_ && result != Z_OK && result != Z_BUF_ERROR)
            fault_ = stream_.msg ? stream_.msg : "damaged";
        return {given - stream_.avail_in, space - stream_.avail_out};
    }

private:
    // At the first stream or behind one. False if no other begins.
    bool begin(std::string_view in) {
        if (begun_ && (!gzip_ || in.front() != '\x1f')) return false;
        if (begun_) {
            inflateReset(&stream_);
        } else if (!gzip_ && (static_cast<unsigned char>(in.front()) & 15U) != 8) {
            // "deflate" means the zlib format, but servers send bare deflate, too, which never
            // begins with the 8 of the other's method.
            inflateReset2(&stream_, -15);
        }
        begun_ = true;
        return true;
    }

    z_stream stream_{};
    bool gzip_;
    Leniency leniency_;
    bool begun_ = false;
};

class Brotli : public PackedStream {
public:
    Brotli() : state_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)) {
        if (!state_) fault_ = "out of memory";
    }
    Brotli(const Brotli&) = delete;
    ~Brotli() override { BrotliDecoderDestroyInstance(state_); }

    Step step(std::string_view in, char* out, std::size_t room) override {
        if (!fault_.empty()) return {};
        if (ended_) return {in.size(), 0};
        const auto* next = reinterpret_cast<const uint8_t*>(in.data());
        auto left = in.size();
        auto* to = reinterpret_cast<uint8_t*>(out);
        auto space = room;
        whole_ = false;
        const auto result =
            BrotliDecoderDecompressStream(state_, &left, &next, &space, &to, nullptr);
        if (result == BROTLI_DECODER_RESULT_ERROR)
            fault_ = BrotliDecoderErrorString(BrotliDecoderGetErrorCode(state_));
        whole_ = ended_ = result == BROTLI_DECODER_RESULT_SUCCESS;
        return {in.size() - left, room - space};
    }

private:
    BrotliDecoderState* state_;
    bool ended_ = false;
};

class Zstandard : public PackedStream {
public:
    explicit Zstandard(Leniency leniency) : leniency_(leniency), stream_(ZSTD_createDStream()) {
        if (!stream_) fault_ = "out of memory";
        if (stream_) ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, leniency.zstd_window);
    }
    Zstandard(const Zstandard&) = delete;
    ~Zstandard() override { ZSTD_freeDStream(stream_); }

    Step step(std::string_view in, char* out, std::size_t room) override {
        if (!fault_.empty() || (in.empty() && whole_)) return {};
        if (begun_ && whole_ && (over_ || !is_frame(in))) return {behind(in, leniency_.web), 0};
        begun_ = true;
        if (full_) {
            const auto rest = piece({}, out, room);
            if (rest.made > 0 || !fault_.empty()) return rest;
        }
        return piece(in, out, room);
    }

private:
    // What a call has made is lost if it meets damage, too: it gets the rest of a block, or the
    // header behind it, and nothing while there are still bytes of a block to be had.
    Step piece(std::string_view in, char* out, std::size_t room) {
        constexpr std::size_t header = 3, first = 5;
        const auto most = wanted_ == 0 ? first : wanted_ > header ? wanted_ - header : wanted_;
        ZSTD_inBuffer from{in.data(), std::min(in.size(), most), 0};
        ZSTD_outBuffer to{out, room, 0};
        const auto left = ZSTD_decompressStream(stream_, &to, &from);
        whole_ = left == 0;
        frames_ = frames_ || whole_;
        full_ = !ZSTD_isError(left) && to.pos == room;
        if (!ZSTD_isError(left)) {
            wanted_ = left;
            return {from.pos, to.pos};
        }
        // Of what follows, the first byte may have looked like a frame.
        over_ = whole_ =
            leniency_.web && frames_ && ZSTD_getErrorCode(left) == ZSTD_error_prefix_unknown;
        if (over_) return {in.size(), to.pos};
        fault_ = ZSTD_getErrorName(left);
        const auto code = ZSTD_getErrorCode(left);
        limit_ = code == ZSTD_error_frameParameter_windowTooLarge ||
                 code == ZSTD_error_memory_allocation;
        return {from.pos, to.pos};
    }

    // By as much of its four magic bytes as is there; also a frame that holds nothing.
    static bool is_frame(std::string_view in) {
        const auto magic = "\x28\xb5\x2f\xfd"sv;
        const auto skipped = "\x2a\x4d\x18"sv;
        const auto size = std::min(in.size(), magic.size());
        if (in.substr(0, size) == magic.substr(0, size)) return true;
        return (static_cast<unsigned char>(in.front()) & 0xf0U) == 0x50 &&
               in.substr(1, size - 1) == skipped.substr(0, size - 1);
    }

    Leniency leniency_;
    ZSTD_DStream* stream_;
    bool begun_ = false;
    bool frames_ = false;     // one was whole
    bool full_ = false;       // the last call had no more room
    std::size_t wanted_ = 0;  // bytes, by the last call: of a block and the header behind it
};

// A stream, or what was never packed. Which, its first bytes tell; a stream may be shorter than
// these, so its decoder has them meanwhile.
class MaybePlain : public PackedStream {
public:
    MaybePlain(std::unique_ptr<PackedStream> packed, std::string_view coding)
        : packed_(std::move(packed)), coding_(coding) {}

    Step step(std::string_view in, char* out, std::size_t room) override {
        Step done;
        if (state_ == State::unknown) done.taken = look_at(in);
        if (state_ == State::unknown) return done;
        done.made = copied(pending_, out, room).made;
        pending_.erase(0, done.made);
        if (!pending_.empty()) return done;
        in.remove_prefix(done.taken);
        const auto rest = state_ == State::plain
                              ? copied(in, out + done.made, room - done.made)
                              : packed_->step(in, out + done.made, room - done.made);
        whole_ = state_ == State::plain || packed_->is_whole();
        if (state_ == State::packed) fault_ = packed_->fault();
        return {done.taken + rest.taken, done.made + rest.made};
    }

private:
    enum class State { unknown, packed, plain };

    // deflate and br have no mark that they begin with. Of their streams next to none has so many
    // letters and no other bytes at its start.
    bool is_unmarked() const { return coding_ == "deflate" || coding_ == "br"; }
    std::size_t needed() const { return is_unmarked() ? 16 : 4; }

    bool was_never_packed() const {
        const std::string_view head(seen_);
        if (is_unmarked()) {
            const auto text = head.substr(head.starts_with("\xef\xbb\xbf") ? 3 : 0);
            return std::all_of(text.begin(), text.end(), is_text);
        }
        // What has most of the mark is damaged.
        const bool marked = coding_ == "zstd" ? head[1] == '\xb5' || head[3] == '\xfd' ||
                                                    head.ends_with("\x2a\x4d\x18")
                                              : head[1] == '\x8b';
        return looks_plain(head) && !marked;
    }

    // Takes from `in` until the state is known. Returns how much.
    std::size_t look_at(std::string_view in) {
        char made[1024];
        std::size_t taken = 0;
        while (state_ == State::unknown && taken < in.size()) {
            const auto left = in.substr(taken, needed() - seen_.size());
            const auto step = refused_ ? Step{left.size(), 0}
                                       : packed_->step(left, made, sizeof made - pending_.size());
            seen_ += left.substr(0, step.taken);
            taken += step.taken;
            pending_.append(made, step.made);
            whole_ = packed_->is_whole();
            refused_ = !packed_->fault().empty();
            if (seen_.size() == needed()) {
                state_ = was_never_packed() ? State::plain : State::packed;
                if (state_ == State::plain) pending_ = std::move(seen_);
            } else if (whole_ || pending_.size() == sizeof made) {
                state_ = State::packed;
            } else if (step.taken == 0 && step.made == 0 && !refused_) {
                break;
            }
        }
        return taken;
    }

    std::unique_ptr<PackedStream> packed_;
    std::string coding_;
    State state_ = State::unknown;
    bool refused_ = false;  // by the decoder
    std::string seen_;      // of the input, while the state is unknown
    std::string pending_;   // to be handed out before anything else
};

std::unique_ptr<PackedStream> open_packed(std::string_view coding, Leniency leniency) {
    if (coding == "gzip" || coding == "x-gzip") return std::make_unique<Inflate>(true, leniency);
    if (coding == "deflate") return std::make_unique<Inflate>(false, leniency);
    if (coding == "br") return std::make_unique<Brotli>();
    if (coding == "zstd") return std::make_unique<Zstandard>(leniency);
    return nullptr;
}

}  // namespace

std::size_t PackedStream::behind(std::string_view in, bool web) {
    over_ = web;
    if (web) return in.size();
    const auto zeros = std::min(in.find_first_not_of('\0'), in.size());
    if (zeros == 0) fault_ = "something else follows the compressed data";
    return zeros;
}

std::unique_ptr<PackedStream> open_stream(std::string_view coding, Leniency leniency) {
    if (coding == "identity") return std::make_unique<Plain>();
    auto packed = open_packed(coding, leniency);
    if (!packed || !leniency.plain) return packed;
    return std::make_unique<MaybePlain>(std::move(packed), coding);
}

}  // namespace formats
