#pragma once

#include <string>
#include <vector>

#include "tests/ingest/files.hpp"

namespace test {

struct SheetXml {
    std::string name;
    std::string rows;         // "<row r=\"1\">..</row>"
    std::string behind = {};  // the rows
    std::string state = {};   // "hidden"
};

// What of a workbook is not usual.
struct BookXml {
    std::vector<SheetXml> sheets;
    std::vector<std::string> texts = {};  // shared, each the inside of an <si>
    // Styles by their number: 0 general, 1 day (14), 2 moment (22), 3 "h:mm:ss", 4 "[h]:mm".
    std::string about = {};  // "date1904=\"1\""
};

// The members of its zip.
inline std::vector<Member> members_of(const BookXml& book) {
    const std::string head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
                      main = " xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"",
                      office =
                          "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                      package =
                          " xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"";
    std::string sheets, links, texts;
    std::vector<Member> all{{"[Content_Types].xml", head + "<Types/>"}};
    auto link = [&](const std::string& id, const std::string& kind, const std::string& target) {
        return "<Relationship Id=\"" + id + "\" Type=\"" + office + "/" + kind + "\" Target=\"" +
               target + "\"/>";
    };
    all.push_back(
        {"_rels/.rels",
         head + "<Relationships" + package + ">" +
             link("rId1", "officeDocument", "xl/workbook.xml") + "</Relationships>"}
    );
    for (std::size_t i = 0; i < book.sheets.size(); ++i) {
        const auto& sheet = book.sheets[i];
        const auto number = std::to_string(i + 1);
        sheets += "<sheet name=\"" + sheet.name + "\" sheetId=\"" + number + "\" r:id=\"rId" +
                  number + "\"" + (sheet.state.empty() ? "" : " state=\"" + sheet.state + "\"") +
                  "/>";
        links += link("rId" + number, "worksheet", "worksheets/sheet" + number + ".xml");
        all.push_back(
            {"xl/worksheets/sheet" + number + ".xml",
             head + "<worksheet" + main + "><sheetData>" + sheet.rows + "</sheetData>" +
                 sheet.behind + "</worksheet>"}
        );
    }
    links += link("rIdS", "styles", "styles.xml") +
             link("rIdT", "sharedStrings", "/xl/sharedStrings.xml");
    all.push_back(
        {"xl/workbook.xml",
         head + "<workbook" + main + " xmlns:r=\"" + office + "\"><workbookPr " + book.about +
             "/><sheets>" + sheets + "</sheets></workbook>"}
    );
    all.push_back(
        {"xl/_rels/workbook.xml.rels",
         head + "<Relationships" + package + ">" + links + "</Relationships>"}
    );
    all.push_back(
        {"xl/styles.xml",
         head + "<styleSheet" + main +
             "><numFmts><numFmt numFmtId=\"164\" formatCode=\"h:mm:ss\"/><numFmt numFmtId=\"165\" "
             "formatCode=\"[h]:mm\"/></numFmts><cellXfs><xf numFmtId=\"0\"/><xf "
             "numFmtId=\"14\"/><xf "
             "numFmtId=\"22\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/></cellXfs></styleSheet>"}
    );
    for (const auto& text : book.texts) texts += "<si>" + text + "</si>";
    all.push_back({"xl/sharedStrings.xml", head + "<sst" + main + ">" + texts + "</sst>"});
    return all;
}

inline std::string workbook(const BookXml& book) {
    return pack("zip", "none", members_of(book));
}

// A row of texts and numbers: what is no number is an inline text, "" is no cell.
inline std::string xml_row(int number, const std::vector<std::string>& cells) {
    std::string row = "<row r=\"" + std::to_string(number) + "\">";
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (cells[i].empty()) continue;
        const auto place = std::string(1, static_cast<char>('A' + i)) + std::to_string(number);
        const bool is_number = cells[i].find_first_not_of("0123456789.-") == std::string::npos;
        row += is_number
                   ? "<c r=\"" + place + "\"><v>" + cells[i] + "</v></c>"
                   : "<c r=\"" + place + "\" t=\"inlineStr\"><is><t>" + cells[i] + "</t></is></c>";
    }
    return row + "</row>";
}

}  // namespace test
