#include "base/text/printable.hpp"

namespace base {

namespace {

void append_escape(unsigned char byte, std::string& out) {
    static constexpr char digits[] = "0123456789abcdef";
    out += "\\x";
    out += digits[byte >> 4];
    out += digits[byte & 15];
}

}  // namespace

std::string printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto byte = static_cast<unsigned char>(text[i]);
        auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
        bool c1 = byte == 0xc2 && next >= 0x80 && next < 0xa0;  // U+0080 to U+009F in UTF-8
        if (c1) {
            append_escape(static_cast<unsigned char>(next), out);
            ++i;
        } else if ((byte < ' ' && byte != '\t' && byte != '\n') || byte == 0x7f) {
            append_escape(byte, out);
        } else {
            out += text[i];
        }
    }
    return out;
}

}  // namespace base
