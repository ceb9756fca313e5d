#include <fstream>

#include "base/error.hpp"
#include "base/run/temporary_folder.hpp"
#include "formats/archive/writer.hpp"
#include "formats/excel/head.hpp"
#include "formats/excel/workbook.hpp"
#include "tests/fuzz/input.hpp"

// A workbook of which one part is the bytes; or, where they begin so, the file as it is.

namespace {

const base::TemporaryFolder folder;

const std::vector<std::pair<std::string, std::string>> parts{
    {"xl/worksheets/sheet1.xml",
     "<worksheet><sheetData><row r=\"1\"><c t=\"s\"><v>0</v></c></row><row r=\"2\"><c "
     "s=\"1\"><v>45000.5</v></c></row></sheetData><mergeCells><mergeCell "
     "ref=\"A1:B1\"/></mergeCells></worksheet>"},
    {"xl/styles.xml",
     "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy\"/></numFmts><cellXfs><xf "
     "numFmtId=\"164\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>"},
    {"xl/sharedStrings.xml", "<sst><si><t>name</t></si></sst>"},
    {"xl/workbook.xml", "<workbook><sheets><sheet name=\"S\" id=\"r1\"/></sheets></workbook>"},
    {"xl/_rels/workbook.xml.rels",
     "<r><Relationship Id=\"r1\" Type=\"/worksheet\" "
     "Target=\"worksheets/sheet1.xml\"/><Relationship "
     "Id=\"r2\" Type=\"/styles\" Target=\"styles.xml\"/><Relationship Id=\"r3\" "
     "Type=\"/sharedStrings\" Target=\"sharedStrings.xml\"/></r>"},
    {"_rels/.rels",
     "<r><Relationship Id=\"r1\" Type=\"/officeDocument\" Target=\"xl/workbook.xml\"/></r>"}};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto which = data[0] % (parts.size() + 1);
    const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto path = folder.path() / "a.xlsx";
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    if (which == parts.size()) {
        out << bytes;
    } else {
        formats::ArchiveWriter zip(out, formats::Packing::zip);
        for (std::size_t i = 0; i < parts.size(); ++i)
            zip.add(parts[i].first, i == which ? bytes : parts[i].second);
        zip.finish();
    }
    out.close();
    try {
        const formats::Workbook book(path, "a.xlsx");
        for (const auto& sheet : book.sheets()) {
            auto rows = book.rows(sheet, std::size_t{1} << 20);
            std::vector<formats::ExcelRow> first;
            while (const auto* row = rows->next())
                if (first.size() < formats::head_rows_at_most) first.push_back(*row);
            const auto merged = book.merged(sheet, first.empty() ? 0 : first.back().number);
            const auto head = formats::head_of(first, merged, 0, {});
            must(head.names.size() <= 16'384);
        }
    } catch (const base::Error&) {
    }
    return 0;
}
