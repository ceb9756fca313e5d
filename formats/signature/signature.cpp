// Files that people bring and no reader takes, by their content: a name says little (an .xls is as
// often HTML or a table with tabs). Each says what to do instead, since "unknown format" sends a
// person away, and reading what lies in the shell, as the parts of a .docx, is worse.
#include "formats/signature/signature.hpp"

#include <algorithm>
#include <array>

#include "base/text/ascii.hpp"

namespace formats {

namespace {

using namespace std::string_view_literals;

constexpr auto as_table = "export it as CSV or JSON lines"sv;
constexpr auto as_text = "save it as text, one file a document"sv;
constexpr auto by_program = "write it as CSV or JSON lines with the program that made it"sv;
constexpr auto as_picture = "save it as JPEG or PNG"sv;
constexpr auto as_film = "make it MP4 or WebM, as with ffmpeg"sv;
constexpr auto no_data = "only texts, tables, pictures, sounds and films are read"sv;

struct Known {
    std::string_view start;
    Signature signature;
    std::size_t at = 0;
};
constexpr std::array known{
    Known{"PARE"sv, {"an encrypted Parquet file", as_table}},
    Known{"ARROW1\0\0"sv, {"an Arrow file", as_table}},
    Known{"\xff\xff\xff\xff\x10\0\0\0"sv, {"an Arrow stream", as_table}},
    Known{"FEA1"sv, {"a Feather file", as_table}},
    Known{"ORC"sv, {"an ORC file", as_table}},
    Known{"Obj\x01"sv, {"an Avro file", as_table}},
    Known{
        "SQLite format 3\0"sv,
        {"an SQLite database",
         "gather it as a source of the kind database, or export a table as CSV"}},
    Known{"DUCK"sv, {"a DuckDB database", "export a table as CSV"}, 8},
    Known{
        "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv,
        {"a file of Microsoft Office before 2007 (.xls, .doc, .ppt), or one with a password",
         "save it as CSV or text with a spreadsheet or word processor"}},
    Known{"{\\rtf"sv, {"an RTF document", as_text}},
    Known{"%!PS"sv, {"PostScript", "make it a text first, as with ps2ascii"}},
    Known{"\x89HDF\r\n\x1a\n"sv, {"an HDF5 file", by_program}},
    Known{"CDF\x01"sv, {"a NetCDF file", by_program}},
    Known{"CDF\x02"sv, {"a NetCDF file", by_program}},
    Known{"\x93NUMPY"sv, {"a NumPy array", "write it with numpy.savetxt as CSV"}},
    Known{"\x80\x02"sv, {"a pickle of Python", "write it as CSV or JSON lines with Python"}},
    Known{"\x80\x03"sv, {"a pickle of Python", "write it as CSV or JSON lines with Python"}},
    Known{"\x80\x04\x95"sv, {"a pickle of Python", "write it as CSV or JSON lines with Python"}},
    Known{"\x80\x05\x95"sv, {"a pickle of Python", "write it as CSV or JSON lines with Python"}},
    Known{"MATLAB 5.0"sv, {"a MATLAB file", by_program}},
    Known{"$FL2"sv, {"an SPSS file", by_program}},
    Known{"$FL3"sv, {"an SPSS file", by_program}},
    Known{"<stata_dta>"sv, {"a Stata file", by_program}},
    Known{"HEADER RECORD*******LIB"sv, {"a SAS transport file", by_program}},
    Known{"\0\0\0\0\0\0\0\0\0\0\0\0\xc2\xea\x81\x60"sv, {"a SAS data set", by_program}},
    Known{"RDX3"sv, {"data of R", "write it with write.csv"}},
    Known{"RDX2"sv, {"data of R", "write it with write.csv"}},
    Known{"PGDMP"sv, {"a dump of PostgreSQL", "restore it, and gather the database as a source"}},
    Known{"7z\xbc\xaf\x27\x1c"sv, {"a 7z archive", "unpack it, or pack it as zip or tar"}},
    Known{"Rar!\x1a\x07"sv, {"a RAR archive", "unpack it, or pack it as zip or tar"}},
    Known{"\x1f\x9d"sv, {"a file of compress (.Z)", "unpack it, or pack it as gzip"}},
    Known{"LZIP"sv, {"an lzip file", "unpack it, or pack it as gzip"}},
    Known{"\xff\x06\0\0sNaPpY"sv, {"a snappy file", "unpack it, or pack it as gzip"}},
    Known{
        "\x7f"
        "ELF"sv,
        {"a program", no_data}},
    Known{"ftyphei"sv, {"a HEIC picture", as_picture}, 4},
    Known{"ftyphev"sv, {"a HEIC picture", as_picture}, 4},
    Known{"ftypmif1"sv, {"a HEIF picture", as_picture}, 4},
    Known{"ftypmsf1"sv, {"a HEIF picture", as_picture}, 4},
    Known{"ftypavi"sv, {"an AVIF picture", as_picture}, 4},
    Known{"AVI LIST"sv, {"an AVI film", as_film}, 8},
    Known{"FLV\x01"sv, {"a Flash film", as_film}},
    Known{"\x30\x26\xb2\x75\x8e\x66\xcf\x11"sv, {"a film or sound of Windows Media", as_film}},
    Known{"wOF2"sv, {"a font", no_data}},
};

enum class Zip { none, open_document, office, workbook, program };

// By the names that stand in the head of a zip. The first one tells whether it is a document at
// all, since a zip may hold documents; the next ones of which program. What is of Office and says
// no more is taken for a workbook.
Zip kind_of_zip(std::string_view head) {
    constexpr std::size_t header = 30;
    auto kind = Zip::none;
    for (std::size_t at = 0; at + header < head.size();) {
        const auto length = static_cast<std::size_t>(static_cast<unsigned char>(head[at + 26])) |
                            static_cast<std::size_t>(static_cast<unsigned char>(head[at + 27]))
                                << 8U;
        const auto name = head.substr(at + header, length);
        const auto begins = [&](std::initializer_list<std::string_view> starts) {
            return std::any_of(starts.begin(), starts.end(), [&](auto start) {
                return name.starts_with(start);
            });
        };
        if (begins({"word/", "ppt/", "visio/"})) return Zip::office;
        if (at == 0) {
            if (name == "mimetype") return Zip::open_document;
            if (begins({"META-INF/", "AndroidManifest.xml"})) return Zip::program;
            const bool part = name.ends_with(".xml") || name.ends_with(".rels");
            if (!part ||
                !begins({"[Content_Types].xml", "_rels/", "docProps/", "customXml/", "xl/"}))
                return Zip::none;
            kind = Zip::workbook;
        }
        if (begins({"xl/"})) break;
        at = head.find("PK\x03\x04", at + 4);
        if (at == head.npos) break;
    }
    return kind;
}

std::optional<Signature> in_zip(std::string_view head) {
    switch (kind_of_zip(head)) {
        case Zip::open_document:
            return Signature{
                "an OpenDocument file or an e-book (.ods, .odt, .epub)",
                "save it as CSV or text with LibreOffice"};
        case Zip::office:
            return Signature{
                "a file of Microsoft Office (.docx, .pptx)",
                "save it as text with a word processor"};
        case Zip::program:
            return Signature{"a program in a zip (.jar, .apk)", no_data};
        case Zip::workbook:
        case Zip::none:
            break;
    }
    return std::nullopt;
}

// Behind blanks, comments, a declaration, and the type of a document that is not HTML's.
std::string_view first_tag(std::string_view text) {
    for (;;) {
        const auto at = text.find_first_not_of(" \t\r\n\f");
        text.remove_prefix(std::min(at, text.size()));
        const bool comment = text.starts_with("<!--");
        if (!comment && !text.starts_with("<?")) return text;
        const auto end = text.find(comment ? "-->" : "?>");
        if (end == text.npos) return {};
        text.remove_prefix(end + (comment ? 3 : 2));
    }
}

bool begins(std::string_view text, std::string_view start) {
    return base::equal_ignoring_case(text.substr(0, start.size()), start);
}

}  // namespace

bool is_workbook(std::string_view head) {
    return head.starts_with("PK\x03\x04") && kind_of_zip(head) == Zip::workbook;
}

std::optional<Signature> signature_of(std::string_view head) {
    if (head.starts_with("PK\x03\x04")) return in_zip(head);
    for (const auto& one : known) {
        const auto there = head.substr(std::min(one.at, head.size()));
        if (!there.starts_with(one.start)) continue;
        // "ORCID;name" is a table.
        const bool word = std::all_of(one.start.begin(), one.start.end(), base::is_alnum);
        if (!word || head.find('\0') != head.npos) return one.signature;
    }
    return std::nullopt;
}

bool is_html_page(std::string_view text) {
    text = first_tag(text);
    if (begins(text, "<!doctype")) {
        auto rest = base::trim(text.substr(9));
        return begins(rest, "html");
    }
    for (auto tag : {"<html"sv, "<head"sv, "<body"sv}) {
        const auto next = tag.size() < text.size() ? text[tag.size()] : ' ';
        if (begins(text, tag) && (next == '>' || base::is_space(next))) return true;
    }
    return false;
}

bool is_sql_dump(std::string_view text) {
    constexpr std::size_t start = 4096;
    text = base::trim(text.substr(0, start));
    for (auto begin :
         {"-- MySQL dump"sv,
          "-- MariaDB dump"sv,
          "-- phpMyAdmin SQL"sv,
          "-- PostgreSQL database"sv,
          "--\n-- PostgreSQL database"sv,
          "PRAGMA foreign_keys"sv,
          "BEGIN TRANSACTION;"sv,
          "CREATE TABLE "sv,
          "DROP TABLE "sv,
          "INSERT INTO "sv})
        if (begins(text, begin)) return text.find(';') != text.npos;
    return false;
}

}  // namespace formats
