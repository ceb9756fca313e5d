#include "formats/text/text_reader.hpp"

#include <algorithm>
#include <utility>

namespace ingest {

namespace {
constexpr std::size_t step = 256 * 1024;
}

TextReader::TextReader(Bytes& bytes, std::string_view encoding) : bytes_(bytes) {
    fill_raw();
    guess_ = guess_encoding(undecoded_);
    if (!encoding.empty()) {
        auto wished = encoding_of(encoding);
        if (wished != guess_.encoding) guess_.bom = 0;
        guess_.encoding = wished;
        guess_.reason = "as asked";
    }
    undecoded_.erase(0, guess_.bom);
    offset_ = static_cast<std::int64_t>(guess_.bom);
}

void TextReader::assume(Encoding encoding, std::string reason) {
    guess_.encoding = encoding;
    guess_.reason = std::move(reason);
}

void TextReader::fill_raw() {
    auto had = undecoded_.size();
    undecoded_.resize(had + step);
    auto got = bytes_.read(undecoded_.data() + had, step);
    undecoded_.resize(had + got);
    if (got == 0) ended_ = true;
}

bool TextReader::skip_to(std::int64_t offset) {
    while (offset_ < offset && !window().empty()) {  // what is decoded already
        std::size_t size = 1;
        if (guess_.encoding == Encoding::utf8) {
            size = static_cast<std::size_t>(
                std::min<std::int64_t>(offset - offset_, static_cast<std::int64_t>(window().size()))
            );
        } else {
            while (size < window().size() &&
                   (static_cast<unsigned char>(window()[size]) & 0xC0) == 0x80)
                ++size;
        }
        consume(size);
    }
    if (offset_ >= offset) return true;
    auto undecoded_end = offset_ + static_cast<std::int64_t>(undecoded_.size());
    if (offset <= undecoded_end) {
        undecoded_.erase(0, static_cast<std::size_t>(offset - offset_));
    } else {
        undecoded_.clear();
        if (!bytes_.skip_to(offset)) return false;
    }
    offset_ = offset;
    return true;
}

bool TextReader::more() {
    if (undecoded_.empty() && !ended_) fill_raw();
    if (undecoded_.empty()) return false;
    if (at_ > 0 && at_ >= buffer_.size() / 2) {
        buffer_.erase(0, at_);
        at_ = 0;
    }
    for (;;) {
        auto taken = decode(undecoded_, guess_.encoding, ended_, buffer_);
        undecoded_.erase(0, taken);
        if (taken > 0) return true;
        if (ended_) return false;
        fill_raw();
    }
}

void TextReader::consume(std::size_t size) {
    offset_ += original_size(window().substr(0, size));
    at_ += size;
}

}  // namespace ingest
