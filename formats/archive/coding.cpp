// Content-Encoding of HTTP undone piece by piece: gzip, deflate, br and zstd, and several at once.
//
// A few bytes can stand for gigabytes, so each stage hands on what it has in blocks and stops when
// the receiver has enough. Whether a stream has ended is kept: a body that was cut short must not
// pass for whole.
#include "formats/archive/coding.hpp"

#include <utility>

#include "base/text/ascii.hpp"
#include "base/text/encoding.hpp"
#include "formats/archive/stream.hpp"

namespace formats {

namespace {

constexpr std::size_t stages_at_most = 4;
constexpr std::size_t block = 65536;

// What servers write there that is no coding: a charset, a transfer encoding of mail, and the
// chunks of S3, which are gone when it answers.
bool is_no_coding(std::string_view name) {
    for (std::string_view said :
         {"", "none", "binary", "7bit", "8bit", "text", "plain", "raw", "aws-chunked", "chunked"})
        if (name == said) return true;
    return name.find('/') != name.npos || base::encoding_of_label(name).has_value();
}

std::unique_ptr<PackedStream> stage_for(std::string_view name) {
    return open_stream(is_no_coding(name) ? "identity" : name, {.plain = true});
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
        const auto room = limit - std::min(limit, out.size());
        out.append(bytes.substr(0, room));
        return bytes.size() > room ? Outcome::too_large : Outcome::good;
    }
    auto& stream = *stages_[stage];
    char buffer[block];
    for (;;) {
        const auto step = stream.step(bytes, buffer, block);
        bytes.remove_prefix(step.taken);
        if (auto outcome = pass(stage + 1, {buffer, step.made}, out, limit);
            outcome != Outcome::good)
            return outcome;
        if (!stream.fault().empty()) return Outcome::broken;
        const bool idle = step.taken == 0 && step.made == 0;
        if (idle || (bytes.empty() && step.made < block)) return Outcome::good;
    }
}

bool Decoder::is_whole() const {
    for (const auto& stage : stages_)
        if (!stage->is_whole()) return false;
    return true;
}

Unpacked unpack(std::string_view bytes, std::string_view content_encoding, std::size_t limit) {
    Unpacked found;
    auto decoder = Decoder::make(content_encoding);
    if (!decoder) {
        found.fault = "packed in an unknown way";
        return found;
    }
    switch (decoder->feed(bytes, found.bytes, limit)) {
        case Decoder::Outcome::broken:
            found.fault = "the compressed data are damaged";
            break;
        case Decoder::Outcome::too_large:
            found.fault = "larger than the limit";
            break;
        case Decoder::Outcome::good:
            if (!decoder->is_whole()) found.fault = "the compressed data end too early";
    }
    return found;
}

Unpacked gunzip(std::string_view bytes, std::size_t limit) {
    constexpr std::string_view magic = "\x1f\x8b";
    auto found = unpack(bytes, bytes.starts_with(magic) ? "gzip" : "identity", limit);
    // Once as a file, and once more by its server.
    for (int again = 0; again < 2 && found.bytes.starts_with(magic); ++again) {
        auto inner = unpack(found.bytes, "gzip", limit);
        if (!found.fault.empty()) inner.fault = std::move(found.fault);
        found = std::move(inner);
    }
    return found;
}

}  // namespace formats
