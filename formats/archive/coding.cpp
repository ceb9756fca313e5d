// Content-Encoding of HTTP undone piece by piece: gzip, deflate, br and zstd, and several at once.
//
// A few bytes can stand for gigabytes, so each stage hands on what it has in blocks and stops when
// the receiver has enough. Whether a stream has ended is kept: a body that was cut short must not
// pass for whole.
#include "formats/archive/coding.hpp"

#include <functional>
#include <utility>

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include "base/text/ascii.hpp"

namespace formats {

namespace {

constexpr std::size_t stages_at_most = 4;
constexpr std::size_t block = 65536;

using Sink = std::function<Decoder::Outcome(std::string_view)>;

}  // namespace

// decode() hands on what `bytes` decode to and ends at the first outcome that is not good.
struct Decoder::Stage {
    virtual ~Stage() = default;
    virtual Outcome decode(std::string_view bytes, const Sink& sink) = 0;
    virtual bool is_whole() const { return !begun || ended; }
    bool begun = false, ended = false;
};

namespace {

using Outcome = Decoder::Outcome;

class Inflate : public Decoder::Stage {
public:
    explicit Inflate(bool gzip)
        : gzip_(gzip), ready_(inflateInit2(&stream_, gzip ? 31 : 15) == Z_OK) {}
    Inflate(const Inflate&) = delete;
    ~Inflate() override {
        if (ready_) inflateEnd(&stream_);
    }

    Outcome decode(std::string_view bytes, const Sink& sink) override {
        if (!ready_) return Outcome::broken;
        if (!gzip_ && !known_) {
            start_.append(bytes);
            if (start_.size() < 2) return Outcome::good;
            choose_wrapper();
            auto start = std::exchange(start_, {});
            return run(start, sink);
        }
        return run(bytes, sink);
    }

private:
    // "deflate" means the zlib format, but servers send bare deflate, too.
    void choose_wrapper() {
        known_ = true;
        auto first = static_cast<unsigned char>(start_[0]);
        auto second = static_cast<unsigned char>(start_[1]);
        bool zlib = (first & 15U) == 8 && (first * 256U + second) % 31 == 0;
        if (!zlib) inflateReset2(&stream_, -15);
    }

    Outcome run(std::string_view bytes, const Sink& sink) {
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
        stream_.avail_in = static_cast<uInt>(bytes.size());
        char buffer[block];
        while (stream_.avail_in > 0 || stream_.avail_out == 0) {
            if (ended) {
                bool another = gzip_ && *stream_.next_in == 0x1f && stream_.avail_in > 0;
                if (!another) return Outcome::good;
                inflateReset(&stream_);
                ended = false;
            }
            stream_.next_out = reinterpret_cast<Bytef*>(buffer);
            stream_.avail_out = block;
            int result = inflate(&stream_, Z_NO_FLUSH);
            auto size = block - stream_.avail_out;
            if (size > 0)
                if (auto outcome = sink({buffer, size}); outcome != Outcome::good) return outcome;
            if (result == Z_STREAM_END) {
                ended = true;
                stream_.avail_out = block;
            } else if (result == Z_BUF_ERROR) {
                return Outcome::good;  // wants more
            } else if (result != Z_OK) {
                return Outcome::broken;
            }
        }
        return Outcome::good;
    }

    z_stream stream_{};
    bool gzip_, ready_, known_ = false;
    std::string start_;
};

class Brotli : public Decoder::Stage {
public:
    Brotli() : state_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)) {}
    Brotli(const Brotli&) = delete;
    ~Brotli() override { BrotliDecoderDestroyInstance(state_); }

    Outcome decode(std::string_view bytes, const Sink& sink) override {
        const auto* in = reinterpret_cast<const uint8_t*>(bytes.data());
        auto left = bytes.size();
        while (state_ && !ended) {
            uint8_t buffer[block];
            auto* out = buffer;
            auto room = sizeof buffer;
            auto result = BrotliDecoderDecompressStream(state_, &left, &in, &room, &out, nullptr);
            auto size = sizeof buffer - room;
            if (size > 0)
                if (auto outcome = sink({reinterpret_cast<char*>(buffer), size});
                    outcome != Outcome::good)
                    return outcome;
            if (result == BROTLI_DECODER_RESULT_ERROR) return Outcome::broken;
            if (result == BROTLI_DECODER_RESULT_SUCCESS) ended = true;
            if (result == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT) return Outcome::good;
        }
        return state_ ? Outcome::good : Outcome::broken;
    }

private:
    BrotliDecoderState* state_;
};

class Zstandard : public Decoder::Stage {
public:
    Zstandard() : stream_(ZSTD_createDStream()) {
        if (stream_) ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, 23);
    }
    Zstandard(const Zstandard&) = delete;
    ~Zstandard() override { ZSTD_freeDStream(stream_); }

    Outcome decode(std::string_view bytes, const Sink& sink) override {
        if (!stream_) return Outcome::broken;
        ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
        char buffer[block];
        for (bool full = false; in.pos < in.size || full;) {
            ZSTD_outBuffer out{buffer, sizeof buffer, 0};
            auto left = ZSTD_decompressStream(stream_, &out, &in);
            if (ZSTD_isError(left)) return ended ? Outcome::good : Outcome::broken;
            if (out.pos > 0)
                if (auto outcome = sink({buffer, out.pos}); outcome != Outcome::good)
                    return outcome;
            ended = left == 0;
            full = out.pos == out.size && !ended;
        }
        return Outcome::good;
    }

private:
    ZSTD_DStream* stream_;
};

class Identity : public Decoder::Stage {
public:
    Outcome decode(std::string_view bytes, const Sink& sink) override { return sink(bytes); }
    bool is_whole() const override { return true; }
};

std::unique_ptr<Decoder::Stage> stage_for(std::string_view name) {
    if (name == "gzip" || name == "x-gzip") return std::make_unique<Inflate>(true);
    if (name == "deflate") return std::make_unique<Inflate>(false);
    if (name == "br") return std::make_unique<Brotli>();
    if (name == "zstd") return std::make_unique<Zstandard>();
    if (name.empty() || name == "identity" || name == "none") return std::make_unique<Identity>();
    return nullptr;
}

}  // namespace

Decoder::Decoder() = default;
Decoder::~Decoder() = default;

std::unique_ptr<Decoder> Decoder::make(std::string_view content_encoding) {
    std::unique_ptr<Decoder> decoder(new Decoder);
    for (auto left = content_encoding;;) {
        auto comma = left.rfind(',');
        auto name = base::trim(comma == left.npos ? left : left.substr(comma + 1));
        auto stage = stage_for(base::to_lower(name));
        if (!stage || decoder->stages_.size() == stages_at_most) return nullptr;
        decoder->stages_.push_back(std::move(stage));
        if (comma == left.npos) return decoder;
        left = left.substr(0, comma);
    }
}

Decoder::Outcome Decoder::feed(std::string_view bytes, std::string& out, std::size_t limit) {
    return pass(0, bytes, out, limit);
}

Decoder::Outcome
Decoder::pass(std::size_t stage, std::string_view bytes, std::string& out, std::size_t limit) {
    if (bytes.empty()) return Outcome::good;
    if (stage == stages_.size()) {
        if (out.size() + bytes.size() > limit) return Outcome::too_large;
        out.append(bytes);
        return Outcome::good;
    }
    auto& coding = *stages_[stage];
    coding.begun = true;
    return coding.decode(bytes, [&](std::string_view decoded) {
        return pass(stage + 1, decoded, out, limit);
    });
}

bool Decoder::is_whole() const {
    for (const auto& stage : stages_)
        if (!stage->is_whole()) return false;
    return true;
}

}  // namespace formats
