#include "base/text/encoder.hpp"

#include <catch2/catch.hpp>

#include "base/text/decoder.hpp"
#include "base/text/utf8.hpp"

using namespace base;

namespace {

std::string encoded(std::string_view text, std::string_view label) {
    std::string out;
    encode(text, *encoding_of_label(label), out, [&](char32_t c) {
        out += "<" + std::to_string(static_cast<unsigned>(c)) + ">";
    });
    return out;
}

}  // namespace

TEST_CASE("texts are encoded as the Encoding standard has it", "[encoding]") {
    CHECK(encoded("ж\u20ac", "windows-1251") == "\xe6\x88");
    CHECK(encoded("ж中", "koi8-r") == "\xd6<20013>");
    CHECK(encoded("é\u0152", "latin1") == "\xe9\x8c");
    CHECK(encoded("中\u20ac\U0001f600", "gbk") == "\xd6\xd0\x80<128512>");
    CHECK(encoded("\u20ac\U0001f600\u1e3f", "gb18030") == "\xa2\xe3\x94\x39\xfc\x36\xa8\xbc");
    CHECK(encoded("中\u5341", "big5") == "\xa4\xa4\xa4\x51");
    CHECK(encoded("テ\uff71\u2212\u00a5", "shift_jis") == "\x83\x65\xb1\x81\x7c\x5c");
    CHECK(encoded("テ\uff71", "euc-jp") == "\xa5\xc6\x8e\xb1");
    CHECK(encoded("a日b", "iso-2022-jp") == "a\x1b$BF|\x1b(Bb");
    CHECK(encoded("가", "euc-kr") == "\xb0\xa1");
    CHECK(encoded("é", "utf-16") == "é");
    CHECK(encoded("", "big5").empty());
}

TEST_CASE("what an encoding can say is read back the same", "[encoding]") {
    for (std::size_t i = 0; i < encoding_count; ++i) {
        const auto encoding = static_cast<Encoding>(i);
        if (!is_single_byte(encoding) && !is_multi_byte(encoding)) continue;
        INFO(name_of(encoding));
        std::string text, missing;
        for (char32_t c = 0x20; c < 0x3400; ++c) append_utf8(c, text);
        for (char32_t c = 0x4e00; c < 0xd7a4; c += 7) append_utf8(c, text);
        std::string kept;
        for (std::size_t at = 0; at < text.size();) {
            const auto from = at;
            const auto c = next_code_point(text, at);
            const auto one = text.substr(from, at - from);
            bool has = true;
            std::string out;
            encode(one, encoding, out, [&](char32_t) { has = false; });
            const bool folded = c == 0xa5 || c == 0x203e || c == 0x2212;
            if (has && !folded) kept += one;
        }
        std::string out;
        encode(kept, encoding, out, [](char32_t) {});
        CHECK(decode_as(out, encoding) == kept);
        CHECK(kept.size() >= 95);
    }
}
