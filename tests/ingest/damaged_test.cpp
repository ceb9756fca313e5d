// What is damaged, cut off or strange: whole records are kept, and the rest is told.
#include <fmt/format.h>
#include <zlib.h>
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "tests/ingest/files.hpp"
#include "tests/support/codings.hpp"

namespace {

std::string rows(int count) {
    std::string text = "id,name,n\n";
    for (int i = 0; i < count; ++i)
        text += std::to_string(i) + ",name " + std::to_string(i * 7919 % 10007) + "," +
                std::to_string(i % 97) + "\n";
    return text;
}

// As `zstd --long=31` writes them: a frame (RFC 8878) whose window is 2 GiB, with one raw block.
std::string wide_frame(const std::string& text, bool last = true) {
    const auto block = text.size() << 3U | (last ? 1U : 0U);
    std::string frame("\x28\xb5\x2f\xfd\0\xa8", 6);
    for (unsigned shift : {0U, 8U, 16U}) frame += static_cast<char>(block >> shift & 0xffU);
    return frame + text;
}

std::string little_endian(std::size_t number) {
    std::string bytes;
    for (unsigned shift : {0U, 8U, 16U, 24U}) bytes += static_cast<char>(number >> shift & 0xffU);
    return bytes;
}

std::string crc32_of(std::string_view bytes) {
    return little_endian(
        crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size()))
    );
}

// Of a checksum of all, or of the last block: those of LZ4 and bzip2 stand last, that of xz before
// the index, whose size is in the footer.
std::size_t place_of_check(const std::string& filter, const std::string& packed) {
    if (filter != "xz") return packed.size() - 3;
    const auto index = static_cast<unsigned char>(packed[packed.size() - 8]);
    return packed.size() - 12 - (std::size_t{index} + 1) * 4 - 4;
}

// As `lz4 -l` writes them, with nothing but letters as they are.
std::string old_lz4(const std::string& text) {
    std::string block = "\xf0";
    auto left = text.size() - 15;
    for (; left >= 255; left -= 255) block += '\xff';
    block += static_cast<char>(left);
    block += text;
    return std::string("\x02\x21\x4c\x18", 4) + little_endian(block.size()) + block;
}

// Every record is a whole row of the table.
void check_rows(const test::Everything& all, std::size_t at_least) {
    CHECK(all.records.size() >= at_least);
    for (std::size_t i = 0; i < all.records.size(); ++i) {
        const auto number = std::to_string(i);
        const auto expected = "id=" + number + "|name=name " + std::to_string(i * 7919 % 10007) +
                              "|n=" + std::to_string(i % 97);
        if (all.records[i].fields != expected) CHECK(all.records[i].fields == expected);
    }
}

}  // namespace

TEST_CASE("a gzip that is cut off gives its whole rows, and no half one", "[ingest][damage]") {
    test::DataFolder folder;
    const auto packed = test::deflated(rows(13'000), 31);
    for (auto part : {10, 3, 2}) {
        const auto size = packed.size() - packed.size() / static_cast<std::size_t>(part);
        auto all = test::read_all({folder.write("a.csv.gz", packed.substr(0, size))});
        check_rows(all, 5000);
        REQUIRE(all.rejects.size() == 1);
        CHECK(all.rejects[0].code == "file.damaged");
        CHECK(all.rejects[0].reason.find("cut off") != std::string::npos);
    }
    // Less than what is looked at to tell the delimiter.
    auto all = test::read_all({folder.write("b.csv.gz", packed.substr(0, 2000))});
    check_rows(all, 100);
    REQUIRE(all.rejects.size() == 1);
}

TEST_CASE("a gzip whose checksum does not fit is told of", "[ingest][damage]") {
    test::DataFolder folder;
    auto packed = test::deflated(rows(2000), 31);
    packed[packed.size() - 6] ^= 1;
    auto all = test::read_all({folder.write("a.csv.gz", packed)});
    REQUIRE(all.rejects.size() == 1);
    CHECK(all.rejects[0].reason.find("incorrect data check") != std::string::npos);
    packed[packed.size() - 6] ^= 1;
    CHECK(test::read_all({folder.write("b.csv.gz", packed)}).rejects.empty());
    CHECK(
        test::read_all({folder.write("c.csv.gz", packed + std::string(512, '\0'))}).rejects.empty()
    );
    auto behind = test::read_all({folder.write("d.csv.gz", packed + "more")});
    CHECK(behind.records.size() == 2000);
    CHECK(behind.rejects.size() == 1);
}

TEST_CASE("packings in packings, and of several members, are undone", "[ingest][damage]") {
    test::DataFolder folder;
    const auto text = rows(500);
    const auto first = text.substr(0, 3000), second = text.substr(3000);
    check_rows(
        test::read_all(
            {folder.write("a.csv.gz", test::deflated(first, 31) + test::deflated(second, 31))}
        ),
        500
    );
    auto deep = text;
    for (int i = 0; i < 8; ++i) deep = test::deflated(deep, 31);
    check_rows(test::read_all({folder.write("b.csv.gz", deep)}), 500);
    auto deeper = test::read_all({folder.write("c.csv.gz", test::deflated(deep, 31))});
    REQUIRE(deeper.rejects.size() == 1);
    CHECK(deeper.rejects[0].reason.find("more than eight times") != std::string::npos);
    check_rows(test::read_all({folder.write("d.csv.zst", wide_frame(text))}), 500);
    // A second block of no kind.
    auto half = test::read_all({folder.write("f.csv.zst", wide_frame(text, false) + "\7\7\7")});
    check_rows(half, 500);
    REQUIRE(half.rejects.size() == 1);
    CHECK_THAT(half.rejects[0].reason, Catch::Contains("the zstd data are damaged"));
    auto cut = test::pack("raw", "zstd", {{"e.csv", rows(13'000)}});
    auto all = test::read_all({folder.write("e.csv.zst", cut.substr(0, cut.size() - 100))});
    CHECK(all.rejects.size() == 1);
    check_rows(all, 100);
}

TEST_CASE("damage to one member of a zip keeps none of the others back", "[ingest][damage]") {
    test::DataFolder folder;
    auto zip = test::pack(
        "zip", "none", {{"a.csv", rows(3000)}, {"b.csv", "id\n1\n"}, {"c.csv", "id\n2\n"}}
    );
    zip[zip.size() / 3] ^= 0x55;
    auto all = test::read_all({folder.write("a.zip", zip)});
    REQUIRE_FALSE(all.rejects.empty());
    REQUIRE(all.records.size() >= 2);
    CHECK(all.records.rbegin()[1].fields == "id=1");
    CHECK(all.records.rbegin()[0].fields == "id=2");
}

TEST_CASE("files that are known and not read say what to do instead", "[ingest][damage]") {
    using namespace std::string_literals;
    test::DataFolder folder;
    for (const auto& [content, told] : std::vector<std::pair<std::string, std::string>>{
             {"ARROW1\0\0"s, "an Arrow file"},
             {"ORC\0\1"s, "an ORC file"},
             {"Obj\1\4"s, "an Avro file"},
             {"SQLite format 3\0"s, "an SQLite database; gather it as a source"},
             {"RIFF\1\1\1\1AVI LIST"s, "an AVI film; make it MP4"},
             {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 x"s, "Microsoft Office before 2007"},
             {"\x93NUMPY\1\0"s, "numpy.savetxt"},
             {"7z\xbc\xaf\x27\x1c\0"s, "pack it as zip"},
             {"CREATE TABLE t (id int);\nINSERT INTO t VALUES (1);\n"s, "a dump of a database"},
             {test::pack(
                  "zip", "none", {{"[Content_Types].xml", "<T/>"}, {"word/document.xml", "<w/>"}}
              ),
              "Microsoft Office (.docx"},
             {test::pack("zip", "none", {{"mimetype", "application/vnd.oasis.opendocument.text"}}),
              "an OpenDocument file"},
         }) {
        INFO(told);
        auto all = test::read_all({folder.write("a.bin", content)});
        CHECK(all.records.empty());
        REQUIRE(all.rejects.size() == 1);
        CHECK(all.rejects[0].code == "file.unknown_format");
        CHECK(all.rejects[0].reason.find(told) != std::string::npos);
        CHECK(all.rejects[0].reason.find("; ") != std::string::npos);
    }
    CHECK(test::read_all({folder.write("o.csv", "ORCID,name\n1,a\n")}).records.size() == 1);
    CHECK(
        test::read_all(
            {folder.write("x.zip", test::pack("zip", "none", {{"a.xml", "<r><i>1</i></r>"}}))}
        ).records.size() == 1
    );
}

TEST_CASE("an error page in the place of a feed is no empty feed", "[ingest][damage]") {
    test::DataFolder folder;
    ingest::ReadOptions options;
    options.format = "feed";
    for (std::string page :
         {"<!doctype html><title>502</title>", "<html><body>gone</body></html>", "not found"}) {
        INFO(page);
        auto all = test::read_all({folder.write("feed.xml", page)}, options);
        CHECK(all.records.empty());
        REQUIRE(all.rejects.size() == 1);
        CHECK(all.rejects[0].code == "file.unreadable");
    }
    CHECK(test::read_all({folder.write("e.xml", "<rss><channel/></rss>")}, options).rejects.empty()
    );
}

TEST_CASE("names of XML keep the prefixes that tell them apart", "[ingest][xml]") {
    test::DataFolder folder;
    auto fields = [&](const std::string& text) {
        auto all = test::read_all({folder.write("a.xml", text)});
        REQUIRE(all.records.size() == 1);
        return all.records[0].fields;
    };
    CHECK(
        fields("<r xmlns:g='u:g' xmlns:p='u:p'><i g:n='3'><g:id>1</g:id><p:id>2</p:id></i></r>") ==
        "@g:n=3|g:id=1|p:id=2"
    );
    CHECK(fields("<r><i><g:id>1</g:id><id>2</id></i></r>") == "g:id=1|id=2");
    CHECK(fields("<s:r xmlns:s='u'><s:i><s:id>1</s:id></s:i></s:r>") == "id=1");
    CHECK(fields("<r xmlns='u'><i><id>1</id></i></r>") == "id=1");
    CHECK(
        fields("<!DOCTYPE r [<!ENTITY co 'A&amp;B'>]><r><i><a>R&D &co; &eacute;</a></i></r>") ==
        "a=R&D A&B \u00e9"
    );
}

TEST_CASE("a table of 30,000 columns has them all", "[ingest][csv]") {
    test::DataFolder folder;
    std::string text;
    for (int row = 0; row < 3; ++row) {
        for (int i = 0; i < 30'000; ++i)
            text += (i ? "," : "") + (row ? std::to_string(i + row) : "column" + std::to_string(i));
        text += "\n";
    }
    auto all = test::read_all({folder.write("wide.csv", text)});
    CHECK(all.rejects.empty());
    REQUIRE(all.records.size() == 2);
    CHECK(all.records[1].fields.ends_with("|column29999=30001"));
}

TEST_CASE("xz, bzip2 and LZ4 are undone to their end, or it is told", "[ingest][damage]") {
    test::DataFolder folder;
    const auto text = rows(13'000);
    const auto half = text.find('\n', text.size() / 2) + 1;
    auto packed = [](const std::string& filter, const std::string& content) {
        return test::pack("raw", filter, {{"a.csv", content}});
    };
    for (const std::string filter : {"xz", "bzip2", "lz4"}) {
        INFO(filter);
        auto read = [&](const std::string& content) {
            return test::read_all({folder.write("a.csv." + filter, content)}, {}, {}, 1000);
        };
        const auto whole = packed(filter, text);
        auto all = read(whole);
        CHECK(all.rejects.empty());
        check_rows(all, 13'000);
        // Of several streams, and within another packing.
        all = read(packed(filter, text.substr(0, half)) + packed(filter, text.substr(half)));
        CHECK(all.rejects.empty());
        check_rows(all, 13'000);
        check_rows(read(test::deflated(packed(filter, whole), 31)), 13'000);
        // The others have it in one block.
        const std::size_t of_half = filter == "xz" ? 3000 : 0;
        for (const auto& [size, least] : std::vector<std::pair<std::size_t, std::size_t>>{
                 {whole.size() / 2, of_half}, {whole.size() - 3, 13'000}}) {
            INFO(size);
            all = read(whole.substr(0, size));
            check_rows(all, least);
            REQUIRE(all.rejects.size() == 1);
            CHECK_THAT(all.rejects[0].reason, Catch::Contains("cut off"));
        }
        all = read(whole + "and more");
        check_rows(all, 13'000);
        REQUIRE(all.rejects.size() == 1);
        CHECK_THAT(all.rejects[0].reason, Catch::Contains("something else follows"));
        // In the middle, where it shows behind the data, and in what is held against them.
        const auto check = place_of_check(filter, whole);
        for (auto at : {whole.size() / 2, check}) {
            INFO(at);
            auto broken = whole;
            broken[at] ^= 0x55;
            all = read(broken);
            if (at == check) check_rows(all, 13'000);
            REQUIRE_FALSE(all.rejects.empty());
            CHECK_THAT(
                all.rejects.back().reason, Catch::Contains("the " + filter + " data are damaged")
            );
        }
        const auto damaged = test::deflated(whole, 31);
        all = read(damaged.substr(0, damaged.size() / 2));
        REQUIRE(all.rejects.size() == 1);
        CHECK_THAT(all.rejects[0].reason, Catch::Contains("gzip data end too early"));
        // libarchive's writer of LZ4 fails at nothing.
        const auto nothing =
            filter == "lz4" ? std::string("\x04\x22\x4d\x18\x64\x40\xa7\0\0\0\0\5\x5d\xcc\2", 15)
                            : packed(filter, "");
        all = read(nothing);
        CHECK(all.records.empty());
        CHECK(all.rejects.empty());
    }
}

TEST_CASE("older LZ4 is undone, and a text that begins as bzip2 is a text", "[ingest][damage]") {
    test::DataFolder folder;
    const auto text = rows(20);
    auto all = test::read_all({folder.write("a.csv.lz4", old_lz4(text))});
    CHECK(all.rejects.empty());
    check_rows(all, 20);
    all = test::read_all({folder.write("b.csv", "BZh9,n\n1,2\n")});
    REQUIRE(all.records.size() == 1);
    CHECK(all.records[0].fields == "BZh9=1|n=2");
}

TEST_CASE("behind older LZ4 stands what may stand behind a stream", "[ingest][damage]") {
    using namespace std::string_literals;
    test::DataFolder folder;
    const auto text = rows(40);
    const auto half = text.find("\n20,") + 1;
    const auto packed = old_lz4(text.substr(0, half));
    auto read = [&](const std::string& content) {
        return test::read_all({folder.write("a.csv.lz4", content)});
    };
    const auto skipped = "\x53\x2a\x4d\x18\3\0\0\0abc"s;
    for (const auto& behind :
         {std::string(512, '\0'), std::string(6, '\0'), skipped, skipped + skipped}) {
        INFO(behind.size());
        auto all = read(packed + behind);
        CHECK(all.rejects.empty());
        check_rows(all, 20);
        all = read(packed + behind + old_lz4(text.substr(half)));
        CHECK(all.rejects.empty());
        check_rows(all, 40);
    }
    const auto all = read(packed + "and more");
    check_rows(all, 20);
    REQUIRE(all.rejects.size() == 1);
    CHECK_THAT(all.rejects[0].reason, Catch::Contains("something else follows"));
}

TEST_CASE("what is not undone for its size or its check is told so", "[ingest][damage]") {
    test::DataFolder folder;
    const auto whole = test::pack("raw", "xz", {{"a.csv", rows(20)}});
    // Behind the header of 12 bytes that of the block: its length / 4 - 1, flags, the kind of
    // filter, the length of what it is told, and that: the size of the dictionary.
    const auto size = (std::size_t{static_cast<unsigned char>(whole[12])} + 1) * 4 - 4;
    REQUIRE(whole.substr(13, 3) == std::string("\0\x21\1", 3));
    auto wide = whole;
    wide[16] = 39;  // 3 GiB
    wide.replace(12 + size, 4, crc32_of(std::string_view(wide).substr(12, size)));
    auto all = test::read_all({folder.write("a.csv.xz", wide)});
    REQUIRE(all.rejects.size() == 1);
    CHECK_THAT(
        all.rejects[0].reason, Catch::Contains("cannot be unpacked here: they need more than 1 GiB")
    );
    auto other = whole;
    other[7] = 2;  // a check that is reserved
    other.replace(8, 4, crc32_of(std::string_view(other).substr(6, 2)));
    all = test::read_all({folder.write("b.csv.xz", other)});
    REQUIRE(all.rejects.size() == 1);
    CHECK_THAT(all.rejects[0].reason, Catch::Contains("their check is of a kind"));
}

TEST_CASE("a tar from before its signature is an archive, however packed", "[ingest][damage]") {
    test::DataFolder folder;
    auto tar = test::pack("tar", "none", {{"a.csv", rows(20)}});
    REQUIRE(tar.substr(257, 5) == "ustar");
    tar.replace(257, 255, std::string(255, '\0'));
    std::size_t sum = 0;
    tar.replace(148, 8, std::string(8, ' '));
    for (std::size_t i = 0; i < 512; ++i) sum += static_cast<unsigned char>(tar[i]);
    tar.replace(148, 8, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
    for (const std::string filter : {"none", "xz", "bzip2", "lz4"}) {
        INFO(filter);
        const auto packed = filter == "none" ? tar : test::pack("raw", filter, {{"a.tar", tar}});
        const auto all = test::read_all({folder.write("a." + filter, packed)});
        CHECK(all.rejects.empty());
        check_rows(all, 20);
        CHECK(all.records.front().member == "a.csv");
    }
}

TEST_CASE("a table in which a number is its checksum is no tar", "[ingest][damage]") {
    test::DataFolder folder;
    std::string table = "n\n";
    while (table.size() < 600) table += "1234567\n";
    const auto at = table.find('\n', 140) + 1;  // where a tar has its checksum: 146, up to 153
    table.insert(at, std::string(148 - at, '0'));
    std::size_t sum = 0;
    for (std::size_t i = 0; i < 512; ++i)
        sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(table[i]);
    table.replace(148, 7, fmt::format("{:06o}\n", sum));
    const auto all = test::read_all({folder.write("a.csv", table)});
    CHECK(all.rejects.empty());
    CHECK(all.records.size() > 60);
}
