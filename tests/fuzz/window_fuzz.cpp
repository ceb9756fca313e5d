#include "base/text/window.hpp"

#include <cstring>

#include "base/text/utf8.hpp"
#include "tests/fuzz/input.hpp"

namespace {

// The text in pieces of a few bytes, as a slow stream gives it.
class Slow : public base::ByteSource {
public:
    Slow(std::string_view text, std::size_t step) : text_(text), step_(step) {}

    std::size_t read(char* into, std::size_t size) override {
        const auto piece = text_.substr(at_, std::min(size, step_));
        std::memcpy(into, piece.data(), piece.size());
        at_ += piece.size();
        return piece.size();
    }
    bool skip_to(std::int64_t offset) override {
        at_ = static_cast<std::size_t>(offset);
        return at_ <= text_.size();
    }

private:
    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t step_;
};

}  // namespace

// An encoding or nothing, how much is read at once, then bytes. Whatever they are, each piece of
// the text knows its bytes, and together they are all of them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    const auto wish = base::encoding_of_label(input.line());
    const auto step = input.line().size() * 7 + 1;
    Slow source(input.rest(), step);
    base::TextWindow text(source, wish);
    std::string all(input.rest().substr(0, static_cast<std::size_t>(text.offset())));
    for (bool more = true; more;) {
        more = text.more();
        const auto before = text.offset();
        auto piece = base::first_characters(text.window(), more ? 3 : text.window().size());
        if (text.encoding().encoding == base::Encoding::utf8)
            piece = text.window().substr(0, piece.size());
        const auto bytes = std::string(text.original(piece));
        all += bytes;
        (void)text.encoding_fault(piece);
        text.consume(piece.size());
        must(text.offset() == before + static_cast<std::int64_t>(bytes.size()));
    }
    must(all == input.rest());
    return 0;
}
