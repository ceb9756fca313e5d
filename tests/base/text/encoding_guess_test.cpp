#include <catch2/catch.hpp>

#include "base/text/decoder.hpp"
#include "base/text/encoding_guess.hpp"

using base::Encoding;

namespace {

std::string repeated(std::string_view text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

Encoding guessed(std::string_view bytes) {
    return base::guess_encoding(bytes).encoding;
}

}  // namespace

TEST_CASE("the first bytes tell UTF-16 and UTF-32", "[text][guess]") {
    auto bom = base::guess_encoding(
        "\xef\xbb\xbf"
        "a\xff"
    );
    CHECK(bom.encoding == Encoding::utf8);
    CHECK(bom.bom == 3);
    std::string wide, wider;
    for (char c : std::string_view("id,name\n1,anna\n")) {
        wide += {c, '\0'};
        wider += {'\0', '\0', '\0', c};
    }
    CHECK(guessed(wide) == Encoding::utf16le);
    CHECK(guessed('\0' + wide.substr(0, wide.size() - 1)) == Encoding::utf16be);
    CHECK(guessed(wider) == Encoding::utf32be);
    CHECK(base::guess_encoding(std::string_view("\xff\xfe\0\0a\0\0\0", 8)).bom == 4);
    CHECK(guessed(std::string_view("a\0b", 3)) == Encoding::utf8);
}

TEST_CASE("a stray byte does not recode a text in UTF-8", "[text][guess]") {
    CHECK(guessed("id,name\n1,Zo\xc3\xab\n2,M\xfcller\n3,\xc5\x81ukasz\n") == Encoding::utf8);
    CHECK(guessed("Zo\xc3\xab \xf0\x9f\x98") == Encoding::utf8);
    CHECK(guessed("\x82\xac Zo\xc3\xab") == Encoding::utf8);
    CHECK(guessed("id,name\n1,M\xfcller\n") == Encoding::windows1252);
    CHECK(base::guess_encoding("plain").reason == "only ASCII");
}

TEST_CASE("tables of the world are read in their encoding", "[text][guess]") {
    struct Case {
        std::string_view bytes;
        Encoding encoding;
        std::string_view holds;
    };
    using E = Encoding;
    for (const auto& [bytes, encoding, holds] : std::vector<Case>{
             {"1,\xcc\xee\xf1\xea\xe2\xe0,\xc8\xe2\xe0\xed \xcf\xe5\xf2\xf0\xee\xe2\n",
              E::windows1251,
              "Москва,Иван Петров"},
             {"1,\xed\xcf\xd3\xcb\xd7\xc1,\xe9\xd7\xc1\xce \xf0\xc5\xd4\xd2\xcf\xd7\n",
              E::koi8_r,
              "Москва,Иван Петров"},
             {"1,\x8c\xae\xe1\xaa\xa2\xa0,\x88\xa2\xa0\xad \x8f\xa5\xe2\xe0\xae\xa2\n",
              E::ibm866,
              "Москва,Иван Петров"},
             {"1,\x8d\x60,\x8c\xc3\x82\xa2\x8d\x60\x82\xcd\x8f\x74\x82\xc9\x95\xc2\x8d\xbd\n",
              E::shift_jis,
              "港,古い港は春に閉鎖"},
             {"1,\xb8\xdb\xbf\xda,\xb8\xdb\xbf\xda\xd4\xda\xb4\xba\xcc\xec\xb9\xd8\xb1\xd5\n",
              E::gb18030,
              "港口,港口在春天关闭"},
             {"1,\xb8\xdb\xbf\xda\xd4\xda\xb4\xba text\n", E::gb18030, "港口在春 text"},
             {"1,\xb4\xe4\xa4\x66,\xb4\xe4\xa4\x66\xa6\x62\xac\x4b\xa4\xd1\xc3\xf6\xb3\xac\n",
              E::big5,
              "港口,港口在春天關閉"},
             {"1,\xbc\xad\xbf\xef,\xb1\xe8\xc3\xb6\xbc\xf6\n2,\xba\xce\xbb\xea,"
              "\xc0\xcc\xbf\xb5\xc8\xf1\n",
              E::euc_kr,
              "서울,김철수"},
             {"1,\xa3\xf3"
              "d\xbc,\xaf"
              "aneta D\xb1"
              "browska\n2,Gda\xf1sk,Ma\xb3gorzata \xa6liwa\n",
              E::iso8859_2,
              "Łódź,Żaneta Dąbrowska"},
             {"1,\xa3\xf3"
              "d\x9f,\xaf"
              "aneta D\xb9"
              "browska\n2,Gda\xf1sk,Ma\xb3gorzata \x8cliwa\n",
              E::windows1250,
              "Łódź,Żaneta Dąbrowska"},
             {"1,M\xfcnchen,J\xf6rg M\xfcller\n2,K\xf6ln,Anna Gro\xdf\n",
              E::windows1252,
              "München,Jörg Müller"}}) {
        const auto text = repeated(bytes, 8);
        INFO(base::name_of(encoding));
        CHECK(base::name_of(guessed(text)) == base::name_of(encoding));
        CHECK(base::decode(text, guessed(text)).find(holds) != std::string::npos);
    }
}

TEST_CASE("a guess says what to do if it is wrong", "[text][guess]") {
    CHECK(
        base::guess_encoding("1,M\xfcller\n").reason ==
        "not UTF-8; its bytes read best as windows-1252; if that is wrong, give the encoding"
    );
    const auto noise = base::guess_encoding("\xff\x81\x9d\xfe\x8d");
    CHECK(noise.encoding == Encoding::windows1252);
    CHECK(noise.reason == "not UTF-8, and no encoding fits well; give the encoding");
}
