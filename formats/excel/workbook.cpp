// What a workbook says of itself, and its sheets as streams of rows.
//
// A workbook is a zip of XML. Small parts name the sheets and tell how numbers are shown; texts lie
// in a part of their own, which all sheets share, and are kept as one string with the places where
// they end. A sheet is read as it is unpacked, a row at a time (sheet_rows.hpp).
#include "formats/excel/workbook.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "formats/excel/parts.hpp"
#include "formats/excel/sheet_rows.hpp"
#include "formats/xml/xml.hpp"

namespace formats {

using excel::Elements;
using excel::Part;
using excel::read_place;

namespace {

constexpr std::uint64_t most_of_small = std::uint64_t{32} << 20,
                        most_of_texts = std::uint64_t{512} << 20,
                        most_of_sheet = std::uint64_t{8} << 30;
constexpr std::size_t most_sheets = 10'000, most_merged = 1'000'000;

// Where a part is that another names: from its folder, or from the root.
std::string target_of(const std::string& part, std::string target) {
    if (target.starts_with('/')) return target.substr(1);
    auto folder = part.substr(0, part.rfind('/') + 1);
    while (target.starts_with("../")) {
        target.erase(0, 3);
        folder.erase(folder.size() > 1 ? folder.rfind('/', folder.size() - 2) + 1 : 0);
    }
    return folder + target;
}

// "A1:B2".
std::optional<ExcelRange> read_range(std::string_view said) {
    const auto colon = said.find(':');
    ExcelRange range;
    if (colon == said.npos || !read_place(said.substr(0, colon), range.top, range.left) ||
        !read_place(said.substr(colon + 1), range.bottom, range.right))
        return std::nullopt;
    return range;
}

struct Link {
    std::string type;  // the last word of it
    std::string part;
};

}  // namespace

struct Workbook::Impl {
    excel::Package package;
    std::vector<Sheet> sheets;
    excel::Texts texts;
    std::vector<NumberLook> looks;  // by style
    bool from_1904 = false;

    [[noreturn]] static void fail(const std::string& what, std::string_view why) {
        throw base::Error(what, why, "open and save it again, or save it as CSV");
    }
    std::string named(const Sheet& sheet) const {
        return fmt::format("{}, sheet '{}'", package.shown, sheet.name);
    }

    XmlElement small_part(const std::string& name) const {
        auto text = excel::read_part(package, name, most_of_small);
        std::string fault;
        auto root = text.empty() ? std::nullopt : parse_xml_strictly(decode_xml(text), fault);
        if (!root)
            fail(package.shown + "/" + name, text.empty() ? "is not in the workbook" : fault);
        return std::move(*root);
    }

    std::map<std::string, Link> links_of(const std::string& part) const {
        const auto cut = part.rfind('/') + 1;
        std::map<std::string, Link> links;
        for (const auto& each :
             small_part(part.substr(0, cut) + "_rels/" + part.substr(cut) + ".rels").children) {
            const auto type = each.attribute("Type");
            links[each.attribute("Id")] = {
                type.substr(type.rfind('/') + 1), target_of(part, each.attribute("Target"))};
        }
        return links;
    }

    static std::string
    part_of_type(const std::map<std::string, Link>& links, std::string_view type) {
        for (const auto& [id, link] : links)
            if (link.type == type) return link.part;
        return {};
    }

    void read() {
        const auto book = part_of_type(links_of(""), "officeDocument");
        if (book.ends_with(".bin"))
            throw base::Error(
                package.shown,
                "is a binary workbook (.xlsb)",
                "save it as .xlsx or CSV with a spreadsheet"
            );
        if (book.empty()) fail(package.shown, "is no workbook of Excel");
        const auto links = links_of(book);
        const auto root = small_part(book);
        if (root.name != "workbook")
            throw base::Error(
                package.shown,
                "is of Microsoft Office and no workbook",
                "save it as text with its program"
            );
        if (const auto* about = root.child("workbookPr")) {
            const auto said = about->attribute("date1904");
            from_1904 = said == "1" || said == "true" || said == "on";
        }
        read_sheets(root, links);
        if (const auto part = part_of_type(links, "styles"); !part.empty()) read_looks(part);
        if (const auto part = part_of_type(links, "sharedStrings"); !part.empty()) read_texts(part);
    }

    void read_sheets(const XmlElement& root, const std::map<std::string, Link>& links) {
        const auto* list = root.child("sheets");
        if (!list) fail(package.shown, "names no sheets");
        for (const auto& each : list->children) {
            const auto link = links.find(each.attribute("id"));
            if (link == links.end() || link->second.type != "worksheet") continue;  // a chart
            if (sheets.size() == most_sheets) fail(package.shown, "has more than 10,000 sheets");
            const auto visibility = each.attribute("state");
            sheets.push_back(
                {each.attribute("name"),
                 link->second.part,
                 visibility == "hidden" || visibility == "veryHidden"}
            );
        }
        if (sheets.empty()) fail(package.shown, "has no sheet of cells");
    }

    void read_looks(const std::string& part) {
        const auto root = small_part(part);
        std::map<std::string, NumberLook> codes;
        if (const auto* formats = root.child("numFmts"))
            for (const auto& each : formats->children)
                codes[each.attribute("numFmtId")] = look_of_code(each.attribute("formatCode"));
        const auto* styles = root.child("cellXfs");
        if (!styles) return;
        for (const auto& each : styles->children) {
            const auto id = each.attribute("numFmtId");
            const auto code = codes.find(id);
            looks.push_back(
                code != codes.end() ? code->second
                                    : look_of_builtin(base::whole_number<int>(id).value_or(0))
            );
        }
    }

    void read_texts(const std::string& name) {
        auto part = Part::open(package, name, most_of_texts);
        if (!part) return;
        Elements elements(std::move(part));
        while (elements.next({"si"})) {
            texts.add(excel::rich_text(elements.whole()));
            elements.pass();
        }
    }

    std::unique_ptr<Elements> open(const Sheet& sheet) const {
        auto part = Part::open(package, sheet.part, most_of_sheet);
        if (!part) fail(named(sheet), "is not in the workbook");
        return std::make_unique<Elements>(std::move(part));
    }
};

Workbook::Workbook(const std::filesystem::path& path, const std::string& shown)
    : impl_(std::make_unique<Impl>()) {
    impl_->package = {path.string(), shown};
    impl_->read();
}

Workbook::~Workbook() = default;

const std::vector<Workbook::Sheet>& Workbook::sheets() const {
    return impl_->sheets;
}

std::unique_ptr<ExcelRows> Workbook::rows(const Sheet& sheet, std::size_t most_of_row) const {
    return excel::sheet_rows(
        impl_->open(sheet),
        impl_->named(sheet),
        impl_->texts,
        impl_->looks,
        impl_->from_1904,
        most_of_row
    );
}

std::vector<ExcelRange> Workbook::merged(const Sheet& sheet, std::int64_t last) const {
    std::vector<ExcelRange> ranges;
    auto elements = impl_->open(sheet);
    try {
        // They stand behind the rows, which are passed over.
        while (ranges.size() < most_merged && elements->next({"sheetData", "mergeCell"})) {
            if (elements->name() == "sheetData") {
                elements->pass();
                continue;
            }
            const auto range = read_range(elements->attribute("ref"));
            if (range && range->top <= last) ranges.push_back(*range);
        }
    } catch (const base::Error&) {
        // The rows meet it.
    }
    std::sort(ranges.begin(), ranges.end());
    ranges.erase(std::unique(ranges.begin(), ranges.end()), ranges.end());
    return ranges;
}

}  // namespace formats
