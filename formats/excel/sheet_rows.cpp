// Excel knows no days. A number is one by the format that it is shown in, which the cell names by
// its style (number_format.hpp).
#include "formats/excel/sheet_rows.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/text/ascii.hpp"

namespace formats::excel {

namespace {

constexpr std::size_t most_columns = 16'384;
constexpr std::int64_t most_rows = 1'048'576;

class SheetRows : public ExcelRows {
public:
    SheetRows(
        std::unique_ptr<Elements> elements,
        std::string name,
        const Texts& texts,
        const std::vector<NumberLook>& looks,
        bool from_1904,
        std::size_t most_of_row
    )
        : elements_(std::move(elements)),
          name_(std::move(name)),
          texts_(texts),
          looks_(looks),
          from_1904_(from_1904),
          most_of_row_(most_of_row) {}

    const ExcelRow* next() override {
        row_.cells.clear();
        row_.bytes = 0;
        row_.too_long = false;
        while (elements_->next({"row", "/row", "c"})) {
            if (elements_->name() == "c") {
                if (open_ && elements_->is_in("row")) add_cell();
            } else if (elements_->is_in("sheetData")) {
                open_ = !elements_->is_end();
                if (open_) begin_row();
                if (!open_ && (row_.too_long || !row_.cells.empty())) return &row_;
            }
        }
        return nullptr;
    }

private:
    void begin_row() {
        const auto said = elements_->attribute("r");
        const auto number = said.empty() ? number_ + 1 : base::whole_number<std::int64_t>(said);
        if (!number || *number <= number_ || *number > most_rows)
            damaged(fmt::format("row '{}' does not follow row {}", said.substr(0, 20), number_));
        row_.number = number_ = *number;
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
        if (row_.too_long) return elements_->pass();
        const auto type = elements_->attribute("t"), style = elements_->attribute("s");
        const auto* node = elements_->whole();
        const bool there =
            type == "inlineStr" ? read_inline(node, cell) : read_value(node, type, style, cell);
        elements_->pass();
        if (!there) return;
        row_.bytes += cell.text.size();
        row_.too_long = row_.bytes > most_of_row_;
        if (row_.too_long) row_.cells = {};
        if (!row_.too_long) row_.cells.push_back(std::move(cell));
    }

    static bool read_inline(const _xmlNode* node, ExcelCell& cell) {
        const auto* text = child_of(node, "is");
        if (text) cell.text = rich_text(text);
        return text != nullptr;
    }

    bool read_value(
        const _xmlNode* node,
        const std::string& type,
        const std::string& style,
        ExcelCell& cell
    ) {
        if (!child_text(node, "v", cell.text)) return false;
        if (type == "s") return read_shared(cell);
        if (type == "str") {
            cell.text = unescaped(cell.text);
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
    std::size_t most_of_row_;
    ExcelRow row_;
    std::int64_t number_ = 0;
    std::size_t column_ = 0;
    bool open_ = false;  // in a row
};

}  // namespace

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

std::unique_ptr<ExcelRows> sheet_rows(
    std::unique_ptr<Elements> elements,
    std::string name,
    const Texts& texts,
    const std::vector<NumberLook>& looks,
    bool from_1904,
    std::size_t most_of_row
) {
    return std::make_unique<SheetRows>(
        std::move(elements), std::move(name), texts, looks, from_1904, most_of_row
    );
}

}  // namespace formats::excel
