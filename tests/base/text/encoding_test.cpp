#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/text/decoder.hpp"
#include "base/text/encoding.hpp"

using base::decode_as;
using base::Encoding;

TEST_CASE("labels lead to encodings as the standard has it", "[text][encoding]") {
    CHECK(base::encoding_of_label(" Latin1\n") == Encoding::windows1252);
    CHECK(base::encoding_of_label("sjis") == Encoding::shift_jis);
    CHECK(base::encoding_of_label("GB2312") == Encoding::gbk);
    CHECK_FALSE(base::encoding_of_label("utf-7"));
    CHECK_FALSE(base::encoding_of_label("utf-32"));
    for (std::size_t i = 0; i < base::encoding_count; ++i) {
        const auto encoding = static_cast<Encoding>(i);
        INFO(base::name_of(encoding));
        if (encoding != Encoding::replacement)
            CHECK(base::parse_encoding(base::name_of(encoding)) == encoding);
        CHECK_FALSE((base::is_single_byte(encoding) && base::is_multi_byte(encoding)));
    }
}

TEST_CASE("people may spell an encoding in their own way", "[text][encoding]") {
    CHECK(base::parse_encoding("UTF_8") == Encoding::utf8);
    CHECK(base::parse_encoding("cp-1251") == Encoding::windows1251);
    CHECK(base::parse_encoding("Windows 1250") == Encoding::windows1250);
    CHECK(base::parse_encoding("utf-32") == Encoding::utf32le);
    CHECK_THROWS_AS(base::parse_encoding("klingon"), base::UsageError);
    CHECK_THROWS_AS(base::parse_encoding("hz-gb-2312"), base::UsageError);
}

TEST_CASE("each encoding decodes by its table", "[text][encoding]") {
    struct Case {
        Encoding encoding;
        std::string_view bytes;
        std::string_view text;
    };
    using E = Encoding;
    for (const auto& [encoding, bytes, text] : std::vector<Case>{
             {E::windows1252, "\x80\x93\x81", "\u20ac\u201c\u0081"},
             {E::windows1251, "\xcf\xf0\xe8\xe2\xe5\xf2", "Привет"},
             {E::koi8_u, "\xee\xc5\xad\xae", "Неґў"},
             {E::iso8859_10, "\xa6", "Ķ"},
             {E::windows874, "\xa1\xdb", "ก\ufffd"},
             {E::windows1255, "\xca", "\u05ba"},
             {E::x_user_defined, "a\x80", "a\uf780"},
             {E::gbk, "\xb8\xdb\xbf\xda\x80", "港口€"},
             {E::gb18030, "\x81\x30\x81\x30\x90\x30\x81\x30", "\u0080\U00010000"},
             {E::gb18030, "\x81\x35\xf4\x37", "\ue7c7"},
             {E::big5, "\xb4\xe4\xa4\x66\x88\x62\x87\xa4", "港口\u00ca\u0304\u9f97"},
             {E::euc_kr, "\xb0\xa1\xbc\xad\xbf\xef\xc9\xa1", "가서울\ufffd"},
             {E::shift_jis, "\x83\x65\xb1\xf0\x40\x80", "テｱ\ue000\u0080"},
             {E::euc_jp, "\x8e\xb1\x8f\xb0\xa1\xc5\xec", "ｱ丂東"},
             {E::iso2022_jp, "a\x1b$B\x45\x6c\x1b(J\\~\x1b(I1\x1b(B~", "a東¥‾ｱ~"},
             {E::utf16le, std::string_view("a\0\x3d\xd8\0\xde", 6), "a😀"},
             {E::utf16be, std::string_view("\xd8\x3d\xde\0\xd8\x3d\0a", 8), "😀\ufffda"},
             {E::utf32le, std::string_view("a\0\0\0\0\xf6\x01\0", 8), "a😀"},
             {E::replacement, "abc", "\ufffd"},
         }) {
        INFO(base::name_of(encoding));
        CHECK(decode_as(bytes, encoding) == text);
    }
}

TEST_CASE("a trail byte of ASCII survives a broken pair", "[text][encoding]") {
    for (auto encoding :
         {Encoding::gb18030,
          Encoding::big5,
          Encoding::euc_kr,
          Encoding::shift_jis,
          Encoding::euc_jp}) {
        INFO(base::name_of(encoding));
        CHECK(decode_as("\x81\"", encoding) == "\ufffd\"");
        CHECK(decode_as("\x8f", encoding) == "\ufffd");
    }
    CHECK(decode_as("\x81\x30\x81\"", Encoding::gb18030) == "\ufffd0\ufffd\"");
    CHECK(decode_as("\x84\x32\x81\x30", Encoding::gb18030) == "\ufffd2\ufffd");  // unmapped
    CHECK(decode_as("\x1b$B\n\x1b(Bx", Encoding::iso2022_jp) == "\ufffdx");
}

TEST_CASE("a stream decodes the same wherever it is cut", "[text][encoding]") {
    struct Case {
        Encoding encoding;
        std::string_view bytes;
    };
    using E = Encoding;
    for (const auto& [encoding, bytes] : std::vector<Case>{
             {E::utf8, "a\xe2\x82\xac\xf0\x9f\x98\x80\xff\xe2\x82"},
             {E::gb18030, "a\x81\x30\x81\x30\xb8\xdb\x81\x30\x81\x41\x81"},
             {E::big5, "\xb4\xe4\xa4\x66\xff\xb4"},
             {E::euc_jp, "\x8f\xb0\xa1\x8e\xb1\xc5\xec\x8f\xb0"},
             {E::iso2022_jp, "a\x1b$B\x45\x6c\x1b(B\x1b$B\x45\x1b(Bz\x1b$"},
             {E::utf16le, std::string_view("a\0\x3d\xd8\0\xde\x3d\xd8\x41", 9)},
             {E::utf32be, std::string_view("\0\0\0a\0\x01\xf6\0\0", 9)},
             {E::windows1251, "a\xcf\xf0"},
         }) {
        INFO(base::name_of(encoding));
        const auto whole = decode_as(bytes, encoding);
        for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
            base::Decoder decoder(encoding);
            std::string text;
            const auto taken = decoder.decode(bytes.substr(0, cut), false, text);
            CHECK(taken + 4 > cut);
            CHECK(taken <= cut);
            CHECK(decoder.decode(bytes.substr(taken), true, text) == bytes.size() - taken);
            CHECK(text == whole);
        }
    }
}

TEST_CASE("a byte order mark overrules the label, and is dropped", "[text][encoding]") {
    CHECK(base::decode("\xef\xbb\xbf\xc3\xa9", Encoding::windows1252) == "é");
    CHECK(base::decode(std::string_view("\xff\xfe\xe9\0", 4), Encoding::utf8) == "é");
    CHECK(
        decode_as(
            "\xef\xbb\xbf"
            "a",
            Encoding::utf8
        ) == "\ufeffa"
    );
}
