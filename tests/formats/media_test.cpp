// Sounds, films and documents by their heads, whole and odd.
#include <catch2/catch.hpp>

#include "formats/media/media.hpp"
#include "formats/pdf/pdf.hpp"
#include "tests/support/media_files.hpp"

using Catch::Contains;
using formats::Media;
using formats::MediaKind;

namespace {

Media read(const std::string& bytes) {
    auto found = formats::examine_media(bytes);
    INFO((found.index() == 1 ? std::get<std::string>(found) : std::string()));
    REQUIRE(found.index() == 0);
    return std::get<Media>(found);
}

std::string fault(const std::string& bytes) {
    auto found = formats::examine_media(bytes);
    return found.index() == 1 ? std::get<std::string>(found) : "no fault";
}

std::string id3(std::size_t size) {
    return std::string("ID3\4\0\0", 6) +
           std::string{'\0', '\0', static_cast<char>(size / 128), static_cast<char>(size % 128)} +
           std::string(size, '\0');
}

}  // namespace

TEST_CASE("the heads of sounds tell length, rate and channels", "[formats][media]") {
    auto wav = read(test::wav(1.5, 8000, 2));
    CHECK((wav.kind == MediaKind::audio && wav.type == "audio/wav"));
    CHECK(wav.seconds.value() == Approx(1.5));
    CHECK(wav.sample_rate == 8000);
    CHECK(wav.channels == 2);
    auto mp3 = read(test::mp3(100));
    CHECK(mp3.type == "audio/mpeg");
    CHECK(mp3.seconds.value() == Approx(100 * 1152 / 44'100.0));
    CHECK(mp3.sample_rate == 44'100);
    auto flac = read(test::flac(88'200));
    CHECK(flac.type == "audio/flac");
    CHECK(flac.seconds.value() == Approx(2));
    CHECK(flac.channels == 2);
    auto ogg = read(test::ogg(22'050));
    CHECK(ogg.type == "audio/ogg");
    CHECK(ogg.seconds.value() == Approx(0.5));
    auto m4a = read(test::mp4(3, 0, 0));
    CHECK((m4a.kind == MediaKind::audio && m4a.type == "audio/mp4"));
    CHECK(m4a.sample_rate == 48'000);
    CHECK_FALSE(m4a.width);
}

TEST_CASE("the heads of films tell their size too", "[formats][media]") {
    for (const auto& [bytes, type] :
         {std::pair(test::mp4(12.25, 640, 360), "video/mp4"),
          std::pair(test::webm(12.25, 640, 360), "video/webm")}) {
        auto film = read(bytes);
        INFO(type);
        CHECK((film.kind == MediaKind::video && film.type == type));
        CHECK(film.seconds.value() == Approx(12.25));
        CHECK(film.width == 640);
        CHECK(film.height == 360);
        CHECK(film.channels == 2);
        CHECK(film.sample_rate == 48'000);
    }
}

TEST_CASE(
    "tags before a sound, and a head of the whole in it, change nothing",
    "[formats][media]"
) {
    CHECK(read(id3(300) + test::mp3(50)).seconds == read(test::mp3(50)).seconds);
    CHECK(read(id3(300) + test::flac(88'200)).type == "audio/flac");
    auto headed = test::mp3(51);
    headed.replace(36, 4, "Xing");
    CHECK(read(headed).seconds == read(test::mp3(50)).seconds);
    CHECK(
        read(test::mp3(50) + "TAG" + std::string(125, ' ')).seconds == read(test::mp3(50)).seconds
    );
}

TEST_CASE("a sound that was cut off is as long as what is there of it", "[formats][media]") {
    auto wav = test::wav(2);
    CHECK(read(wav.substr(0, 44 + 8000)).seconds.value() == Approx(1));
    wav.replace(40, 4, "\xff\xff\xff\xff");  // as streamed
    CHECK(read(wav).seconds.value() == Approx(2));
    wav.replace(40, 4, std::string(4, '\0'));  // as stopped before the head was mended
    CHECK(read(wav).seconds.value() == Approx(2));
    CHECK_FALSE(read(test::wav(0) + "LIST" + std::string("\2\0\0\0ab", 6)).seconds);
    auto ogg = test::ogg(22'050) + test::ogg(44'100);
    CHECK(read(ogg.substr(0, ogg.size() - 2)).seconds.has_value() == false);
    CHECK(read(test::mp3(100).substr(0, 41'300)).seconds == read(test::mp3(99)).seconds);
    CHECK(read(test::mp3(100).substr(0, 20'850)).seconds == read(test::mp3(50)).seconds);
}

TEST_CASE("an Ogg file is as long as all links of its chain", "[formats][media]") {
    CHECK(read(test::ogg(22'050) + test::ogg(44'100)).seconds.value() == Approx(1.5));
    CHECK(
        read(test::ogg(22'050) + test::ogg(24'000, 48'000, 1) + test::ogg(44'100))
            .seconds.value() == Approx(2)
    );
    CHECK(read(test::ogg(22'050) + "junk" + test::ogg(44'100)).seconds.value() == Approx(1.5));
    // Of one link nothing is known, so that of all of them nothing is.
    CHECK_FALSE(read(test::ogg(22'050) + test::ogg(~std::uint64_t{0})).seconds);
}

TEST_CASE("a length that is not told, or can not be, is not known", "[formats][media]") {
    CHECK_FALSE(read(test::wav(0)).seconds);
    CHECK_FALSE(read(test::flac(0)).seconds);
    CHECK_FALSE(read(test::webm(-1, 32, 32)).seconds);
    CHECK_FALSE(read(test::webm(1e15, 32, 32)).seconds);
    CHECK_FALSE(read(test::flac(0xFFFFFFFFFU, 1)).seconds);
    CHECK_FALSE(read(test::ogg(~std::uint64_t{0} - 1)).seconds);
}

TEST_CASE("what describes no sound and no film is told why", "[formats][media]") {
    CHECK_THAT(fault(""), Contains("empty"));
    CHECK_THAT(fault("a,b\n1,2\n"), Contains("no sound and no film"));
    CHECK_THAT(fault("RIFF"), Contains("no sound and no film"));
    CHECK_THAT(fault(test::wav(1).substr(0, 30)), Contains("describes none"));
    CHECK_THAT(fault(test::mp4(1, 64, 64).substr(0, 60)), Contains("describes none"));
    CHECK_THAT(
        fault(std::string(
            "\xff\xfe"
            "b\0o\0m\0",
            8
        )),
        Contains("no sound and no film")
    );
    // Pictures and tables that begin alike.
    CHECK(formats::media_signature(test::box("ftyp", "heic")).empty());
    CHECK(formats::media_signature("ID3 is a tag, and this a text about it").empty());
}

TEST_CASE("no cut and no flipped byte ends a reader", "[formats][media]") {
    for (auto bytes :
         {test::wav(0.01),
          test::mp3(3),
          test::flac(100),
          test::ogg(100),
          test::mp4(1, 64, 64),
          test::webm(1, 64, 64)}) {
        for (std::size_t end = 0; end < std::min<std::size_t>(bytes.size(), 600); ++end)
            CHECK_NOTHROW(formats::examine_media(bytes.substr(0, end)));
        for (std::size_t at = 0; at < std::min<std::size_t>(bytes.size(), 600); ++at) {
            auto other = bytes;
            for (char value : {'\0', '\xff', '\x7f', '\1'}) {
                other[at] = value;
                CHECK_NOTHROW(formats::examine_media(other));
            }
        }
    }
}

TEST_CASE("a PDF has pages, a size and its text", "[formats][pdf]") {
    auto found = formats::examine_pdf(test::pdf({"Hello there", "On page two"}));
    REQUIRE(found.index() == 0);
    const auto& pdf = std::get<formats::Pdf>(found);
    CHECK((pdf.media.kind == MediaKind::pdf && pdf.media.type == "application/pdf"));
    CHECK(pdf.media.pages == 2);
    CHECK(pdf.media.width == 612);
    CHECK(pdf.media.height == 792);
    CHECK(pdf.title == "A title");
    CHECK_THAT(pdf.text, Contains("Hello there") && Contains("On page two"));
    CHECK(pdf.note.empty());
}

TEST_CASE("a PDF without text says so, and begins as one", "[formats][pdf]") {
    auto found = formats::examine_pdf(test::pdf({""}));
    REQUIRE(found.index() == 0);
    CHECK_THAT(std::get<formats::Pdf>(found).note, Contains("without text"));
    CHECK(formats::is_pdf("%PDF-1.4"));
    CHECK(formats::is_pdf("\xef\xbb\xbf\r\n %PDF-1.4"));
    CHECK_FALSE(formats::is_pdf("a text about %PDF-1.4"));
    CHECK_FALSE(formats::is_pdf(std::string(1024, ' ') + "%PDF-1.4"));
}

TEST_CASE("a PDF that is locked or damaged is told so", "[formats][pdf]") {
    using Kind = formats::PdfFault::Kind;
    auto fault_of = [](const std::string& bytes) {
        auto found = formats::examine_pdf(bytes);
        REQUIRE(found.index() == 1);
        return std::get<formats::PdfFault>(found).kind;
    };
    CHECK(fault_of(test::pdf({"Secret"}, true)) == Kind::password);
    CHECK(fault_of("%PDF-1.4\nnothing else") == Kind::broken);
    CHECK(fault_of("%PDF-1.4\n") == Kind::broken);
    CHECK(fault_of(test::pdf({"Hello"}).substr(0, 100)) == Kind::broken);
}

TEST_CASE("the text of a PDF is read up to a limit, and that is told", "[formats][pdf]") {
    std::vector<std::string> pages(50, std::string(60, 'a'));
    auto found = formats::examine_pdf(test::pdf(pages), {.text = 1000});
    REQUIRE(found.index() == 0);
    const auto& pdf = std::get<formats::Pdf>(found);
    CHECK(pdf.text.size() < 1100);  // a page's end is a blank line
    CHECK_FALSE(pdf.text.empty());
    CHECK_THAT(pdf.note, Contains("only its beginning"));
}
