// What a workbook says of itself, and its sheets as streams of rows.
//
// A workbook is a zip of XML. Small parts name the sheets and tell how numbers are shown; texts lie
// in a part of their own, which all sheets share, and are kept as one string with the places where
// they end. A sheet is read as it is unpacked, a cell at a time: a row is all that is in memory.
//
// Excel knows no days. A number is one by the format that it is shown in, which the cell names by
// its style (number_format.hpp).
#include "formats/excel/workbook.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/text/ascii.hpp"
#include "formats/excel/parts.hpp"
#include "formats/xml/xml.hpp"

namespace formats {

using excel::Elements;
using excel::Part;

namespace {

constexpr std::uint64_t most_of_small = std::uint64_t{32} << 20,
                        most_of_texts = std::uint64_t{512} << 20,
                        most_of_sheet = std::uint64_t{8} << 30;
constexpr std::size_t most_columns = 16'384, most_sheets = 10'000, most_merged = 1'000'000;
constexpr std::int64_t most_rows = 1'048'576;

// Texts one behind the other.
class Texts {
public:
    void add(std::string_view text) {
        all_ += text;
        ends_.push_back(all_.size());
    }
    std::optional<std::string_view> at(std::size_t number) const {
        if (number >= ends_.size()) return std::nullopt;
        const auto from = number ? ends_[number - 1] : 0;
        return std::string_view(all_).substr(from, ends_[number] - from);
    }

private:
    std::string all_;
    std::vector<std::size_t> ends_;
};

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

struct Link {
    std::string type;  // the last word of it
    std::string part;
};

// "B12" as row and column, from 1 and from 0.
bool read_place(std::string_view text, std::int64_t& row, std::size_t& column) {
    std::size_t letters = 0, number = 0;
    while (letters < text.size() && base::is_alpha(text[letters]) && letters < 4)
        number = number * 26 + static_cast<std::size_t>(base::lower(text[letters++]) - 'a') + 1;
    const auto found = base::whole_number<std::int64_t>(text.substr(letters));
    if (letters == 0 || !found || *found < 1 || *found > most_rows || number > most_columns)
        return false;
    row = *found;
    column = number - 1;
    return true;
}

}  // namespace

struct Workbook::Impl {
    excel::Package package;
    std::vector<Sheet> sheets;
    Texts texts;
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

namespace {

class SheetRows : public ExcelRows {
public:
    SheetRows(
        std::unique_ptr<Elements> elements,
        std::string name,
        const Texts& texts,
        const std::vector<NumberLook>& looks,
        bool from_1904
    )
        : elements_(std::move(elements)),
          name_(std::move(name)),
          texts_(texts),
          looks_(looks),
          from_1904_(from_1904) {}

    const ExcelRow* next() override {
        row_.cells.clear();
        // A row ends where the next begins: cells are met one after the other.
        while (!ended_) {
            if (!elements_->next({"row", "c"})) {
                ended_ = true;
                break;
            }
            if (elements_->name() == "row") {
                if (!elements_->is_in("sheetData")) continue;
                const bool full = !row_.cells.empty();
                const auto number = number_;
                begin_row();
                if (!full) continue;
                row_.number = number;
                return &row_;
            }
            if (elements_->is_in("row")) add_cell();
        }
        row_.number = number_;
        return row_.cells.empty() ? nullptr : &row_;
    }

private:
    void begin_row() {
        const auto said = elements_->attribute("r");
        const auto number = said.empty() ? number_ + 1 : base::whole_number<std::int64_t>(said);
        if (!number || *number <= number_ || *number > most_rows)
            damaged(fmt::format("row '{}' does not follow row {}", said.substr(0, 20), number_));
        number_ = *number;
        column_ = 0;
    }

    [[noreturn]] void damaged(const std::string& why) const {
        throw base::Error(
            fmt::format("{}, behind row {}", name_, number_),
            why,
            "open and save the workbook again"
        );
    }

    void add_cell() {
        const auto said = elements_->attribute("r");
        std::int64_t row = number_;
        const auto next = column_;
        if (!said.empty() && !read_place(said, row, column_))
            damaged(fmt::format("'{}' is no place of a cell", said.substr(0, 20)));
        if (row != number_ || column_ < next || column_ >= most_columns)
            damaged(fmt::format("cell '{}' is not where it says", said.substr(0, 20)));
        ExcelCell cell{.column = column_++, .text = {}};
        const auto type = elements_->attribute("t"), style = elements_->attribute("s");
        const auto* node = elements_->whole();
        const bool there =
            type == "inlineStr" ? read_inline(node, cell) : read_value(node, type, style, cell);
        elements_->pass();
        if (!there) return;
        if (row_.cells.size() >= most_columns) damaged("it has more cells than a row may have");
        row_.cells.push_back(std::move(cell));
    }

    static bool read_inline(const _xmlNode* node, ExcelCell& cell) {
        const auto* text = excel::child_of(node, "is");
        if (text) cell.text = excel::rich_text(text);
        return text != nullptr;
    }

    bool read_value(
        const _xmlNode* node,
        const std::string& type,
        const std::string& style,
        ExcelCell& cell
    ) {
        if (!excel::child_text(node, "v", cell.text)) return false;
        if (type == "s") return read_shared(cell);
        if (type == "str") {
            cell.text = excel::unescaped(cell.text);
        } else if (type == "b") {
            cell.kind = ExcelCell::Kind::boolean;
            cell.text = cell.text == "1" || cell.text == "true" ? "true" : "false";
        } else if (type == "e") {
            cell.kind = ExcelCell::Kind::error;
        } else if (type == "d") {
            cell.kind = ExcelCell::Kind::moment;
        } else {
            return read_number(style, cell);
        }
        return true;
    }

    bool read_shared(ExcelCell& cell) const {
        const auto number = base::whole_number<std::size_t>(cell.text);
        const auto text = number ? texts_.at(*number) : std::nullopt;
        if (!text) damaged("a cell names a text that is not in the workbook");
        cell.text = *text;
        return true;
    }

    bool read_number(const std::string& style, ExcelCell& cell) const {
        if (base::trim(cell.text).empty()) return false;
        const auto value = base::parse_number(cell.text);
        if (!value) damaged(fmt::format("'{}' is no number", cell.text.substr(0, 20)));
        const auto at = base::whole_number<std::size_t>(style);
        const auto look = at && *at < looks_.size() ? looks_[*at] : NumberLook::number;
        auto moment = moment_text(*value, look, from_1904_);
        cell.kind = moment ? ExcelCell::Kind::moment : ExcelCell::Kind::number;
        cell.text = moment ? std::move(*moment) : base::number_text(*value);
        return true;
    }

    std::unique_ptr<Elements> elements_;
    std::string name_;
    const Texts& texts_;
    const std::vector<NumberLook>& looks_;
    bool from_1904_;
    ExcelRow row_;
    std::int64_t number_ = 0;
    std::size_t column_ = 0;
    bool ended_ = false;
};

}  // namespace

Workbook::Workbook(const std::filesystem::path& path, const std::string& shown)
    : impl_(std::make_unique<Impl>()) {
    impl_->package = {path.string(), shown};
    impl_->read();
}

Workbook::~Workbook() = default;

const std::vector<Workbook::Sheet>& Workbook::sheets() const {
    return impl_->sheets;
}

std::unique_ptr<ExcelRows> Workbook::rows(const Sheet& sheet) const {
    return std::make_unique<SheetRows>(
        impl_->open(sheet), impl_->named(sheet), impl_->texts, impl_->looks, impl_->from_1904
    );
}

std::vector<ExcelRange> Workbook::merged(const Sheet& sheet, std::int64_t last) const {
    std::vector<ExcelRange> ranges;
    auto elements = impl_->open(sheet);
    // They stand behind the rows, which are passed over.
    while (elements->next({"sheetData", "mergeCell"})) {
        if (elements->name() == "sheetData") {
            elements->pass();
            continue;
        }
        const auto said = elements->attribute("ref");
        const auto colon = said.find(':');
        ExcelRange range;
        if (colon == said.npos ||
            !read_place(std::string_view(said).substr(0, colon), range.top, range.left) ||
            !read_place(std::string_view(said).substr(colon + 1), range.bottom, range.right))
            continue;
        if (range.top <= last && ranges.size() < most_merged) ranges.push_back(range);
    }
    return ranges;
}

}  // namespace formats
