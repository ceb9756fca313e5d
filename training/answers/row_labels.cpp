// A class for each row of a table. A row is a list of cells, an object of them, or one value; it is
// told by the words of its cells, each with its column, by its numbers, and by where it stands:
// what makes a header, a total or a note is seen in the rows around it as much as in its own cells.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <boost/json.hpp>

#include "base/numbers/parse.hpp"
#include "base/text/ascii.hpp"
#include "training/answers/answer_kinds.hpp"
#include "training/answers/unit_model.hpp"

namespace training {

namespace {

namespace json = boost::json;

constexpr std::size_t numbers_kept = 16;  // cells whose numbers are columns
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

struct Cell {
    std::string column, text;
    double number = unknown;
};

struct TableRow {
    std::vector<Cell> cells;
    double filled = 0, numeric = 0, characters = 0;
    std::string kinds;  // of the cells: number, word, empty
};

double number_in(const json::value& cell, const std::string& text) {
    if (cell.is_number()) return cell.to_number<double>();
    return base::parse_number(base::trim(std::string_view(text))).value_or(unknown);
}

void add_cell(std::string column, const json::value& value, TableRow& row) {
    Cell cell{std::move(column), {}, unknown};
    if (value.is_string())
        cell.text = value.as_string();
    else if (!value.is_null())
        cell.text = json::serialize(value);
    cell.number = number_in(value, cell.text);
    const bool empty = base::trim(std::string_view(cell.text)).empty();
    const bool number = std::isfinite(cell.number);
    row.filled += empty ? 0 : 1;
    row.numeric += number ? 1 : 0;
    row.characters += static_cast<double>(cell.text.size());
    row.kinds += empty ? '-' : number ? '9' : 'a';
    row.cells.push_back(std::move(cell));
}

TableRow row_of(const json::value& value) {
    TableRow row;
    if (const auto* list = value.if_array()) {
        for (std::size_t i = 0; i < list->size(); ++i)
            add_cell("c" + std::to_string(i + 1), (*list)[i], row);
    } else if (const auto* object = value.if_object()) {
        for (const auto& [name, cell] : *object) add_cell(std::string(name), cell, row);
    } else {
        add_cell("c1", value, row);
    }
    return row;
}

// Nothing if the text is no list.
std::optional<std::vector<TableRow>> table_in(const std::string& text) {
    boost::system::error_code wrong;
    const auto parsed = json::parse(text, wrong);
    if (wrong || !parsed.is_array()) return std::nullopt;
    std::vector<TableRow> rows;
    for (const auto& one : parsed.as_array()) rows.push_back(row_of(one));
    return rows;
}

// The cells' words, and each again with its column; what stands beside is told apart by a mark.
std::string words_of(const TableRow& row) {
    std::string out;
    for (const auto& cell : row.cells) {
        if (cell.text.empty()) continue;
        out += cell.text;
        out += " .\n";
        std::string name;
        for (char c : cell.column) name += base::is_alnum(c) ? c : '_';
        for (auto from = std::size_t{0}; from < cell.text.size();) {
            const auto end = std::min(cell.text.find_first_of(" \t\n", from), cell.text.size());
            if (end > from) out += name + "__" + cell.text.substr(from, end - from) + " . ";
            from = end + 1;
        }
    }
    return out + "kinds_" + row.kinds;
}

double share(double part, double of) {
    return of > 0 ? part / of : unknown;
}

constexpr const char* measured[] = {
    "place",
    "place from the end",
    "relative place",
    "cells",
    "cells filled",
    "cells with numbers",
    "characters a cell",
    "cells filled above",
    "numbers above",
    "numbers below",
    "like the row above",
    "like the row below"};

void measure(const std::vector<TableRow>& table, std::size_t at, std::vector<double>& out) {
    const auto& row = table[at];
    const auto* above = at > 0 ? &table[at - 1] : nullptr;
    const auto* below = at + 1 < table.size() ? &table[at + 1] : nullptr;
    const auto cells = static_cast<double>(row.cells.size());
    const auto share_in = [](const TableRow* of, double part) {
        return of ? share(part, static_cast<double>(of->cells.size())) : unknown;
    };
    const auto place = static_cast<double>(at), rows = static_cast<double>(table.size());
    out.insert(
        out.end(),
        {place,
         rows - 1 - place,
         share(place, rows - 1),
         cells,
         share(row.filled, cells),
         share(row.numeric, cells),
         share(row.characters, cells),
         share_in(above, above ? above->filled : 0),
         share_in(above, above ? above->numeric : 0),
         share_in(below, below ? below->numeric : 0),
         above ? (above->kinds == row.kinds ? 1.0 : 0.0) : unknown,
         below ? (below->kinds == row.kinds ? 1.0 : 0.0) : unknown}
    );
}

class RowModel final : public UnitModel {
public:
    using UnitModel::UnitModel;

    std::optional<PlainPart> plain_part() const override { return plain_unit(); }
    Examples part_rows(const Examples& records) const override {
        auto rows = units_of(records).rows;
        rows.keys.clear();
        rows.groups.clear();
        return rows;
    }

private:
    std::string_view part() const override { return "row"; }

    Units units_of(const Examples& records) const override {
        Units out;
        auto& rows = out.rows;
        const auto found = records.payload.find(question().table);
        for (const char* name : measured)
            rows.columns.push_back({name, schema::Column::Type::number, ""});
        for (std::size_t i = 0; i < numbers_kept; ++i)
            rows.columns.push_back(
                {"number in cell " + std::to_string(i + 1), schema::Column::Type::number, ""}
            );
        for (std::size_t record = 0; record < records.rows; ++record) {
            const auto table =
                found == records.payload.end() ? std::nullopt : table_in(found->second[record]);
            const auto rows_there = table ? table->size() : 0;
            if (!records.answers.empty()) add_labels(records, record, rows_there, out);
            for (std::size_t at = 0; at < rows_there; ++at) {
                rows.text.push_back({"", words_of((*table)[at])});
                measure(*table, at, rows.numeric);
                for (std::size_t i = 0; i < numbers_kept; ++i)
                    rows.numeric.push_back(
                        i < (*table)[at].cells.size() ? (*table)[at].cells[i].number : unknown
                    );
                add_unit(records, record, out);
            }
        }
        return out;
    }

    // Its row of the label; a label of another number of rows is of another table.
    void add_labels(const Examples& records, std::size_t record, std::size_t rows, Units& out)
        const {
        const auto& names = question().classes;
        const auto label = json::parse(records.answers[record]);
        const bool fits = label.is_array() && label.as_array().size() == rows;
        out.unfit += fits ? 0 : 1;
        for (std::size_t at = 0; at < rows; ++at) {
            if (!fits) {
                out.classes.push_back(-1);
                continue;
            }
            const auto& one = label.as_array()[at];
            if (one.is_null()) {
                out.classes.push_back(static_cast<int>(names.size()));
                continue;
            }
            const auto name = std::find(names.begin(), names.end(), std::string(one.as_string()));
            out.classes.push_back(
                name == names.end() ? -1 : static_cast<int>(name - names.begin())
            );
        }
    }

    SaidAnswer said_of(
        const Examples& records,
        std::size_t record,
        std::span<const std::string> classes
    ) const override {
        SaidAnswer out;
        const auto found = records.payload.find(question().table);
        if (found == records.payload.end() || !table_in(found->second[record])) return out;
        json::array list;
        for (const auto& name : classes)
            list.push_back(name.empty() ? json::value() : json::value(name));
        out.answer = json::serialize(list);
        return out;
    }
};

}  // namespace

const AnswerKind& row_answers() {
    static const AnswerKind kind{
        .name = "rows",
        .learns = Learns::classes,
        .make = [](const AskedQuestion& question) -> std::unique_ptr<AnswerModel> {
            return std::make_unique<RowModel>(question);
        }};
    return kind;
}

}  // namespace training
