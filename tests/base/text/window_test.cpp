#include <algorithm>

#include <catch2/catch.hpp>

#include "base/text/window.hpp"

using base::Encoding;
using base::TextWindow;

namespace {

class ChunkedBytes : public base::ByteSource {
public:
    explicit ChunkedBytes(std::string bytes, std::size_t at_once = 1 << 20)
        : bytes_(std::move(bytes)), at_once_(at_once) {}

    std::size_t read(char* into, std::size_t size) override {
        const auto got = bytes_.copy(into, std::min(size, at_once_), at_);
        at_ += got;
        return got;
    }
    bool skip_to(std::int64_t offset) override {
        at_ = std::min(static_cast<std::size_t>(offset), bytes_.size());
        return at_ == static_cast<std::size_t>(offset);
    }

private:
    std::string bytes_;
    std::size_t at_ = 0;
    std::size_t at_once_;
};

struct Line {
    std::int64_t offset;
    std::string text;
    std::string bytes;
    std::string fault;
};

std::vector<Line> lines_of(TextWindow& text) {
    std::vector<Line> lines;
    for (;;) {
        const auto end = text.window().find('\n');
        if (end == std::string_view::npos) {
            if (text.more()) continue;
            return lines;
        }
        const auto line = text.window().substr(0, end + 1);
        lines.push_back(
            {text.offset(),
             std::string(line),
             std::string(text.original(line)),
             text.encoding_fault(line)}
        );
        text.consume(end + 1);
    }
}

std::string rows(std::string_view row, int count) {
    std::string all;
    for (int i = 0; i < count; ++i) all += std::to_string(i) + "," + std::string(row) + "\n";
    return all;
}

std::string little_endian(std::u16string_view text) {
    std::string out;
    for (char16_t c : text) out += {static_cast<char>(c & 0xff), static_cast<char>(c >> 8)};
    return out;
}

}  // namespace

TEST_CASE("each line knows its bytes, in every kind of encoding", "[text][window]") {
    std::u16string wide = u"id,名前 😀 \xd800.\n";
    for (int i = 0; i < 6; ++i) wide += wide;
    struct Case {
        Encoding encoding;
        std::string bytes;
    };
    using E = Encoding;
    for (const auto& [encoding, bytes] : std::vector<Case>{
             {E::utf8, rows("Zo\xc3\xab", 500)},
             {E::windows1251, rows("\xcc\xee\xf1\xea\xe2\xe0 \x98", 500)},
             {E::gb18030, rows("\xb8\xdb\x81\x30\x81\x30\xff\x81", 500)},
             {E::shift_jis, rows("\x8d\x60\x81\x7c\xfa\x5c\xa0\xb1", 500)},
             {E::euc_jp, rows("\x8f\xb0\xa1\xc5\xec\xc5", 500)},
             {E::iso2022_jp, rows("\x1b$B\x45\x6c\x1b(J\\\x1b(B", 500)},
             {E::utf16le, little_endian(wide)}}) {
        for (const std::size_t at_once :
             {std::size_t{1}, std::size_t{1000}, std::size_t{1} << 20}) {
            INFO(base::name_of(encoding) << " " << at_once);
            ChunkedBytes source(bytes, at_once);
            TextWindow text(source, encoding);
            const auto lines = lines_of(text);
            std::string all, decoded;
            for (const auto& line : lines) {
                CHECK(static_cast<std::size_t>(line.offset) == all.size());
                all += line.bytes;
                decoded += line.text;
            }
            CHECK(all == bytes);
            CHECK(decoded == (encoding == E::utf8 ? bytes : base::decode_as(bytes, encoding)));

            REQUIRE(lines.size() > 40);
            for (const std::size_t from : {std::size_t{1}, std::size_t{40}}) {
                ChunkedBytes again(bytes, at_once);
                TextWindow later(again, encoding);
                later.more();
                REQUIRE(later.skip_to(lines[from].offset));
                const auto rest = lines_of(later);
                REQUIRE(rest.size() == lines.size() - from);
                CHECK(rest.front().text == lines[from].text);
                CHECK(rest.back().offset == lines.back().offset);
                CHECK(rest.back().bytes == lines.back().bytes);
            }
        }
    }
}

TEST_CASE("the encoding is decided by the first letters that are not ASCII", "[text][window]") {
    const auto ascii = rows("a town without odd letters", 20'000);
    ChunkedBytes source(ascii + rows("\xcc\xee\xf1\xea\xe2\xe0,\xc8\xe2\xe0\xed", 300));
    TextWindow text(source, std::nullopt);
    CHECK(text.encoding().encoding == Encoding::utf8);
    const auto lines = lines_of(text);
    CHECK(text.encoding().encoding == Encoding::windows1251);
    REQUIRE(lines.size() == 20'300);
    CHECK(lines.back().text == "299,Москва,Иван\n");
    CHECK(lines.back().bytes == "299,\xcc\xee\xf1\xea\xe2\xe0,\xc8\xe2\xe0\xed\n");
    CHECK(lines[20'000].offset == static_cast<std::int64_t>(ascii.size()));
    CHECK(std::all_of(lines.begin(), lines.end(), [](const Line& line) {
        return line.fault.empty();
    }));

    ChunkedBytes again(ascii + rows("\xcc\xee\xf1\xea\xe2\xe0,\xc8\xe2\xe0\xed", 300));
    TextWindow later(again, std::nullopt);
    REQUIRE(later.skip_to(lines[20'298].offset));
    CHECK(lines_of(later).front().text == "298,Москва,Иван\n");
    CHECK_FALSE(later.skip_to(1'000'000'000));
}

TEST_CASE("one odd line neither recodes the others nor passes silently", "[text][window]") {
    SECTION("a stray byte before much UTF-8") {
        ChunkedBytes source("0,M\xfcller\n" + rows("plain", 30'000) + rows("Zo\xc3\xab", 30'000));
        TextWindow text(source, std::nullopt);
        const auto lines = lines_of(text);
        CHECK(text.encoding().encoding == Encoding::utf8);
        CHECK(lines.front().fault == "not well-formed UTF-8");
        CHECK(std::count_if(lines.begin(), lines.end(), [](const Line& line) {
                  return !line.fault.empty();
              }) == 1);
    }
    SECTION("a stray byte behind much UTF-8") {
        ChunkedBytes source(rows("Zo\xc3\xab", 3'000) + "0,M\xfcller\n");
        TextWindow text(source, std::nullopt);
        const auto lines = lines_of(text);
        CHECK(lines.front().text == "0,Zoë\n");
        CHECK(lines.back().fault == "not well-formed UTF-8");
    }
    SECTION("UTF-8 behind much of another encoding") {
        ChunkedBytes source(rows("M\xfcller", 3'000) + "0,Zo\xc3\xab\n");
        TextWindow text(source, std::nullopt);
        const auto lines = lines_of(text);
        CHECK(lines.front().text == "0,Müller\n");
        CHECK(
            lines.back().fault ==
            "is UTF-8, while the rest reads as windows-1252; give the encoding of all"
        );
    }
    SECTION("bytes that the encoding has not") {
        ChunkedBytes source(
            rows("\xb8\xdb\xbf\xda\xd4\xda\xb4\xba\xcc\xec", 100) + "0,\xb8\xdb\xff\n"
        );
        TextWindow text(source, std::nullopt);
        CHECK(lines_of(text).back().fault == "has bytes that are not of gb18030");
    }
}

TEST_CASE("an encoding may be asked for, marked or declared", "[text][window]") {
    SECTION("asked for") {
        ChunkedBytes source("Zo\xc3\xab\n");
        TextWindow text(source, Encoding::windows1252);
        CHECK(lines_of(text).front().text == "ZoÃ«\n");
        CHECK(text.encoding().reason == "as asked");
    }
    SECTION("marked") {
        ChunkedBytes source("\xef\xbb\xbfZo\xc3\xab\n");
        TextWindow text(source, std::nullopt);
        const auto lines = lines_of(text);
        CHECK(lines.front().text == "Zoë\n");
        CHECK(lines.front().offset == 3);
    }
    SECTION("declared") {
        ChunkedBytes source("<?xml encoding='cp1251'?>\n\xcc\xee\n");
        TextWindow text(source, std::nullopt);
        CHECK(text.head().starts_with("<?xml"));
        text.assume(Encoding::windows1251, "as declared");
        CHECK(lines_of(text).back().text == "Мо\n");
    }
    SECTION("escapes of terminals are none of ISO-2022-JP") {
        ChunkedBytes source("\x1b[1mbold\x1b[0m\n" + rows("Zo\xc3\xab", 100), 3);
        TextWindow text(source, std::nullopt);
        CHECK(lines_of(text).back().text == "99,Zoë\n");
    }
    SECTION("escapes of ISO-2022-JP") {
        ChunkedBytes source("id\n" + rows("\x1b$B\x45\x6c\x1b(B", 10), 3);
        TextWindow text(source, std::nullopt);
        CHECK(lines_of(text).back().text == "9,東\n");
    }
}

TEST_CASE("text may stand before that of the bytes", "[text][window]") {
    for (auto encoding : {Encoding::utf8, Encoding::windows1252}) {
        INFO(base::name_of(encoding));
        ChunkedBytes source(encoding == Encoding::utf8 ? "1,Zo\xc3\xab\n" : "1,Zo\xeb\n");
        TextWindow text(source, encoding, "id,prénom\n");
        const auto lines = lines_of(text);
        REQUIRE(lines.size() == 2);
        CHECK(lines[0].text == "id,prénom\n");
        CHECK(lines[1].text == "1,Zoë\n");
        CHECK(lines[1].offset == 0);
        CHECK(lines[1].bytes == (encoding == Encoding::utf8 ? "1,Zo\xc3\xab\n" : "1,Zo\xeb\n"));
    }
}

TEST_CASE("a byte order mark in the midst of a text is none", "[text][window]") {
    const auto all = rows("plain", 3) +
                     "\xff\xfe"
                     "at\n" +
                     rows("plain", 3);
    ChunkedBytes bytes(all, 8);
    TextWindow text(bytes, std::nullopt);
    std::string read;
    for (const auto& line : lines_of(text)) read += line.bytes;
    CHECK(read == all);
    CHECK(base::is_single_byte(text.encoding().encoding));
}
