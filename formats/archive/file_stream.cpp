// What libarchive could undo, too, and does not do well: it drops what it had unpacked of a block
// when a file is cut off, passes over what follows the last stream, and looks into what comes out,
// so that a document that is a zip becomes an archive.
//
// The next stream is told by its first byte: of what is no stream the library says the rest.
#include "formats/archive/file_stream.hpp"

#include <algorithm>
#include <climits>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include <bzlib.h>
#include <lz4.h>
#include <lz4frame.h>
#include <lzma.h>

namespace formats {

namespace {

using namespace std::string_view_literals;

using Step = PackedStream::Step;

constexpr auto xz_magic =
    "\xfd"
    "7zXZ\0"sv;
constexpr auto lz4_magic = "\x04\x22\x4d\x18"sv, old_lz4_magic = "\x02\x21\x4c\x18"sv;

class Xz : public PackedStream {
public:
    Xz() = default;
    Xz(const Xz&) = delete;
    ~Xz() override { lzma_end(&stream_); }

    Step step(std::string_view in, char* out, std::size_t room) override {
        if (!fault_.empty() || (in.empty() && whole_)) return {};
        if (whole_) {
            if (begun_ && in.front() != xz_magic.front()) return {behind(in, false), 0};
            begun_ = true;
            const auto result =
                lzma_stream_decoder(&stream_, most_memory, LZMA_TELL_UNSUPPORTED_CHECK);
            if (result != LZMA_OK) refuse("out of memory", true);
            if (!fault_.empty()) return {};
        }
        stream_.next_in = reinterpret_cast<const std::uint8_t*>(in.data());
        stream_.avail_in = in.size();
        stream_.next_out = reinterpret_cast<std::uint8_t*>(out);
        stream_.avail_out = room;
        const auto result = lzma_code(&stream_, LZMA_RUN);
        whole_ = result == LZMA_STREAM_END;
        if (!whole_ && result != LZMA_OK && result != LZMA_BUF_ERROR)
            refuse(words_of(result), result == LZMA_MEMLIMIT_ERROR || result == LZMA_MEM_ERROR);
        return {in.size() - stream_.avail_in, room - stream_.avail_out};
    }

private:
    // The largest dictionary that xz itself makes needs 65 MiB.
    static constexpr std::uint64_t most_memory = std::uint64_t{1} << 30;

    void refuse(const char* why, bool limit) {
        fault_ = why;
        limit_ = limit;
    }

    static const char* words_of(lzma_ret result) {
        switch (result) {
            case LZMA_MEMLIMIT_ERROR:
                return "they need more than 1 GiB of memory";
            case LZMA_MEM_ERROR:
                return "out of memory";
            case LZMA_UNSUPPORTED_CHECK:
                return "their check is of a kind that is not known";
            case LZMA_FORMAT_ERROR:
                return "no stream begins where one should";
            case LZMA_OPTIONS_ERROR:
                return "they are of a kind that is not known";
            default:
                return "they do not fit their checks";
        }
    }

    lzma_stream stream_ = LZMA_STREAM_INIT;
    bool begun_ = false;
};

class Bzip2 : public PackedStream {
public:
    Bzip2() = default;
    Bzip2(const Bzip2&) = delete;
    ~Bzip2() override { end(); }

    Step step(std::string_view in, char* out, std::size_t room) override {
        if (!fault_.empty() || (in.empty() && whole_)) return {};
        if (whole_) {
            if (begun_ && in.front() != 'B') return {behind(in, false), 0};
            begun_ = true;
            end();
            open_ = BZ2_bzDecompressInit(&stream_, 0, 0) == BZ_OK;
            if (!open_) fault_ = "out of memory";
            limit_ = !open_;
            if (!open_) return {};
        }
        stream_.next_in = const_cast<char*>(in.data());
        stream_.avail_in = static_cast<unsigned>(std::min<std::size_t>(in.size(), UINT_MAX));
        const auto given = stream_.avail_in;
        stream_.next_out = out;
        stream_.avail_out = static_cast<unsigned>(std::min<std::size_t>(room, UINT_MAX));
        const auto space = stream_.avail_out;
        const int result = BZ2_bzDecompress(&stream_);
        whole_ = result == BZ_STREAM_END;
        limit_ = result == BZ_MEM_ERROR;
        if (!whole_ && result != BZ_OK)
            fault_ = result == BZ_MEM_ERROR          ? "out of memory"
                     : result == BZ_DATA_ERROR_MAGIC ? "no stream begins where one should"
                                                     : "they do not fit their checks";
        return {given - stream_.avail_in, space - stream_.avail_out};
    }

private:
    void end() {
        if (std::exchange(open_, false)) BZ2_bzDecompressEnd(&stream_);
    }

    bz_stream stream_{};
    bool open_ = false, begun_ = false;
};

// An older stream is a magic and blocks, each behind its length; it ends where the file does, or
// another begins.
class Lz4 : public PackedStream {
public:
    Lz4() {
        if (LZ4F_isError(LZ4F_createDecompressionContext(&context_, LZ4F_VERSION)))
            fault_ = "out of memory";
    }
    Lz4(const Lz4&) = delete;
    ~Lz4() override { LZ4F_freeDecompressionContext(context_); }

    Step step(std::string_view in, char* out, std::size_t room) override {
        if (!fault_.empty()) return {};
        if (made_at_ < made_size_) {
            const auto size = std::min(room, made_size_ - made_at_);
            std::memcpy(out, made_.data() + made_at_, size);
            made_at_ += size;
            return {0, size};
        }
        if (state_ == State::frame) return frame_step(in, out, room);
        if (in.empty()) return {};
        return {state_ == State::between ? begin(in) : take_block(in), 0};
    }

private:
    enum class State { between, frame, blocks };
    static constexpr std::size_t most_of_block = std::size_t{8} << 20;

    // Returns how much of `in` was taken; so do the next ones.
    std::size_t begin(std::string_view in) {
        const bool may_be = in.front() == lz4_magic.front() || in.front() == old_lz4_magic.front();
        const bool skipped = (static_cast<unsigned char>(in.front()) & 0xf0U) == 0x50;
        if (begun_ && held_.empty() && !may_be && !skipped) return behind(in, false);
        begun_ = true;
        whole_ = false;
        const auto taken = hold(in, 4);
        if (held_.size() == 4) choose();
        return taken;
    }

    // By the magic that is held.
    void choose() {
        state_ = held_ == old_lz4_magic ? State::blocks : State::frame;
        whole_ = state_ == State::blocks;
        const auto magic = std::exchange(held_, {});
        if (state_ == State::frame) piece(magic, nullptr, 0);
    }

    Step frame_step(std::string_view in, char* out, std::size_t room) {
        if (full_) {
            const auto rest = piece({}, out, room);
            if (rest.made > 0 || !fault_.empty()) return rest;
        }
        // What the library wants of a block holds its check and the header behind it.
        constexpr std::size_t header = 4, check = 4;
        const auto most = wanted_ > 2 * header + check ? wanted_ - header - check : header;
        return piece(in.substr(0, most), out, room);
    }

    // What a call has made is lost if it meets damage, too: it must not get the end of a block and
    // a header that is whole, nor anything while there are still bytes of a block to be had.
    Step piece(std::string_view in, char* out, std::size_t room) {
        auto taken = in.size(), made = room;
        wanted_ = LZ4F_decompress(context_, out, &made, in.data(), &taken, nullptr);
        if (LZ4F_isError(wanted_)) {
            fault_ = LZ4F_getErrorName(wanted_);
            return {};
        }
        full_ = made == room;
        whole_ = wanted_ == 0;
        if (whole_) state_ = State::between;
        return {taken, made};
    }

    std::size_t take_block(std::string_view in) {
        whole_ = false;
        if (size_ == 0) {
            const auto taken = hold(in, 4);
            if (held_.size() == 4) measure();
            return taken;
        }
        const auto taken = hold(in, size_);
        if (held_.size() == size_) unpack();
        return taken;
    }

    // As `lz4` does: what is no length is what stands behind the stream.
    void measure() {
        for (std::size_t i = 0; i < 4; ++i)
            size_ |= std::size_t{static_cast<unsigned char>(held_[i])} << 8 * i;
        const auto held = std::exchange(held_, {});
        if (size_ > 0 && size_ <= static_cast<std::size_t>(LZ4_COMPRESSBOUND(most_of_block)))
            return;
        size_ = 0;
        state_ = State::between;
        whole_ = true;
        for (std::string_view next = held; !next.empty() && fault_.empty();)
            next.remove_prefix(begin(next));
    }

    void unpack() {
        made_.resize(most_of_block);  // once
        made_at_ = 0;
        const auto size = LZ4_decompress_safe(
            held_.data(),
            made_.data(),
            static_cast<int>(held_.size()),
            static_cast<int>(made_.size())
        );
        if (size < 0) fault_ = "a block cannot be unpacked";
        made_size_ = static_cast<std::size_t>(std::max(0, size));
        held_.clear();
        size_ = 0;
        whole_ = size >= 0;
    }

    std::size_t hold(std::string_view in, std::size_t wanted) {
        const auto part = in.substr(0, wanted - held_.size());
        held_ += part;
        return part.size();
    }

    LZ4F_dctx* context_ = nullptr;
    State state_ = State::between;
    bool begun_ = false;
    std::string held_;      // of a magic, a length or a block
    std::size_t size_ = 0;  // of the block that is held; 0: its length comes
    std::string made_;      // of a block, in its first made_size_ bytes
    std::size_t made_at_ = 0, made_size_ = 0;
    std::size_t wanted_ = 0;  // of a frame, by the last call
    bool full_ = false;       // that call had no more room
};

}  // namespace

std::string_view file_coding_of(std::string_view head) {
    if (head.starts_with(xz_magic)) return "xz";
    if (head.starts_with(lz4_magic) || head.starts_with(old_lz4_magic)) return "lz4";
    // A text may begin with "BZh", too: behind it stands pi for a block, its root for the end.
    const auto begins = [&](std::string_view magic) { return head.substr(4).starts_with(magic); };
    const bool bzip2 =
        head.size() > 4 && head.starts_with("BZh") && head[3] >= '1' && head[3] <= '9' &&
        (begins("\x31\x41\x59\x26\x53\x59"sv) || begins("\x17\x72\x45\x38\x50\x90"sv));
    return bzip2 ? "bzip2" : "";
}

std::unique_ptr<PackedStream> open_file_stream(std::string_view coding) {
    if (coding == "xz") return std::make_unique<Xz>();
    if (coding == "bzip2") return std::make_unique<Bzip2>();
    if (coding == "lz4") return std::make_unique<Lz4>();
    return nullptr;
}

}  // namespace formats
