// Fields are read as the payload spells them: a number is a double only where a column of doubles
// wants it, so that whole numbers keep all their digits.
#include "schema/rows/row_maker.hpp"

#include <cmath>

#include "base/numbers/parse.hpp"
#include "base/text/ascii.hpp"
#include "base/time/parse.hpp"
#include "formats/json/json.hpp"

namespace schema {

using formats::CellType;
using formats::DataCell;
using formats::DataColumn;
using formats::Field;

namespace {

struct OwnColumn {
    const char* name;
    CellType type;
    const char* words;
    DataCell (*cell)(const StoredRow&, const std::string& source);
};

template <typename T>
DataCell cell_of(const std::optional<T>& value) {
    return value ? DataCell(*value) : DataCell();
}

constexpr OwnColumn key_column{
    "key",
    CellType::text,
    "what its source calls the record",
    [](const StoredRow& row, const std::string&) { return DataCell(row.id.key); }};

constexpr OwnColumn text_columns[]{
    {"title",
     CellType::text,
     "title of its text",
     [](const StoredRow& row, const std::string&) { return cell_of(row.title); }},
    {"body",
     CellType::text,
     "its text",
     [](const StoredRow& row, const std::string&) { return cell_of(row.body); }},
};

constexpr OwnColumn media_columns[]{
    {"media_type",
     CellType::text,
     "type of its sound, film or document",
     [](const StoredRow& row, const std::string&) { return cell_of(row.media); }},
    {"seconds",
     CellType::number,
     "length of its sound or film",
     [](const StoredRow& row, const std::string&) { return cell_of(row.seconds); }},
    {"pages",
     CellType::integer,
     "pages of its document",
     [](const StoredRow& row, const std::string&) { return cell_of(row.pages); }},
};

struct FileColumn {
    CellType type;
    const char* name;  // as data sets mostly call it
    const char* words;
};
constexpr FileColumn file_columns[]{
    {CellType::picture, "image", "its picture, as its file was"},
    {CellType::sound, "audio", "its sound, as its file was"},
    {CellType::film, "video", "its film, as its file was"},
    {CellType::document, "pdf", "its document, as its file was"},
};

std::optional<CellType> file_type_of(const StoredRow& row) {
    if (row.picture) return CellType::picture;
    return row.media ? formats::cell_type_of(*row.media) : std::nullopt;
}

bool is_file_column(std::string_view name) {
    for (const auto& one : file_columns)
        if (name == one.name) return true;
    return false;
}

constexpr OwnColumn origin_columns[]{
    {"source",
     CellType::text,
     "name of the source it was gathered from",
     [](const StoredRow&, const std::string& source) { return DataCell(source); }},
    {"url",
     CellType::text,
     "address it was fetched from",
     [](const StoredRow& row, const std::string&) { return cell_of(row.url); }},
    {"file",
     CellType::text,
     "file it was read from",
     [](const StoredRow& row, const std::string&) { return cell_of(row.file); }},
    {"member",
     CellType::text,
     "member of that file, if it is an archive",
     [](const StoredRow& row, const std::string&) { return cell_of(row.member); }},
    {"line",
     CellType::integer,
     "line of that file, from 1",
     [](const StoredRow& row, const std::string&) { return cell_of(row.line); }},
    {"content_sha256",
     CellType::text,
     "hash of its content, in hexadecimal",
     [](const StoredRow& row, const std::string&) { return DataCell(row.content_sha256); }},
    {"licence",
     CellType::text,
     "licence, as an SPDX name or an address",
     [](const StoredRow& row, const std::string&) { return cell_of(row.licence); }},
    {"fetched_at",
     CellType::time,
     "when it was fetched",
     [](const StoredRow& row, const std::string&) { return cell_of(row.fetched_at); }},
    {"stored_at",
     CellType::time,
     "when this version of it was stored",
     [](const StoredRow& row, const std::string&) { return cell_of(row.stored_at); }},
    {"record_time",
     CellType::time,
     "the record's own time",
     [](const StoredRow& row, const std::string&) { return cell_of(row.record_time); }},
    {"group",
     CellType::text,
     "records of one group belong together",
     [](const StoredRow& row, const std::string&) { return cell_of(row.group); }},
    {"version",
     CellType::integer,
     "which of the contents that the record has had, from 1",
     [](const StoredRow& row, const std::string&) {
         return DataCell(std::int64_t{row.id.version});
     }},
};

DataColumn column_of(const OwnColumn& own) {
    return {own.name, own.type, own.words};
}

// Null, and what is not there, are no value.
std::optional<CellType> type_of(const Field& field) {
    switch (field.kind) {
        case Field::Kind::null:
            return std::nullopt;
        case Field::Kind::text:
            return CellType::text;
        case Field::Kind::boolean:
            return CellType::flag;
        case Field::Kind::json:
            return CellType::json;
        default:
            break;
    }
    if (base::whole_number<std::int64_t>(field.value)) return CellType::integer;
    constexpr std::size_t exact_in_double = 15;
    const bool long_number = field.value.size() > exact_in_double &&
                             field.value.find_first_of(".eE") == field.value.npos;
    return long_number ? CellType::json : CellType::number;
}

CellType together(const std::set<CellType>& types) {
    if (types.empty()) return CellType::text;
    if (types.size() == 1) return *types.begin();
    const bool numbers = types == std::set<CellType>{CellType::integer, CellType::number};
    return numbers ? CellType::number : CellType::json;
}

DataCell as(CellType type, const Field& field) {
    if (field.kind == Field::Kind::null) return {};
    switch (type) {
        case CellType::flag:
            return field.value == "true";
        case CellType::integer:
            return *base::whole_number<std::int64_t>(field.value);
        case CellType::number:
            return *base::parse_number(field.value);
        default:
            break;
    }
    if (field.kind == Field::Kind::text) return std::string(field.value);
    return formats::JsonCell{std::string(field.value)};
}

// Whether the field says what a cell holds.
bool says(const Field& field, const DataCell& cell) {
    const auto text = base::trim(field.value);
    if (formats::is_missing(cell)) return field.kind == Field::Kind::null || text.empty();
    if (const auto* value = std::get_if<std::string>(&cell)) return *value == field.value;
    if (const auto* value = std::get_if<double>(&cell)) return base::parse_number(text) == *value;
    if (const auto* value = std::get_if<bool>(&cell)) return text == (*value ? "true" : "false");
    if (const auto* value = std::get_if<base::Time>(&cell))
        return base::parse_iso_time(text) == *value;
    return formats::text_of(cell) == field.value;
}

DataCell number_cell(
    const Column& column,
    double value,
    const std::map<std::string, std::vector<std::string>>& values
) {
    if (std::isnan(value)) return {};
    switch (column.type) {
        case ColumnType::flag:
            return value != 0;
        case ColumnType::time:
            return base::Time(std::chrono::duration_cast<base::Time::duration>(
                std::chrono::microseconds(std::llround(value * 1e6))
            ));
        case ColumnType::category:
            return values.at(column.name).at(static_cast<std::size_t>(value));
        default:
            return value;
    }
}

CellType cell_type(ColumnType type) {
    switch (type) {
        case ColumnType::flag:
            return CellType::flag;
        case ColumnType::time:
            return CellType::time;
        case ColumnType::category:
            return CellType::text;
        default:
            return CellType::number;
    }
}

// A name that no column has.
std::string free_name(std::string_view prefix, std::string name, std::set<std::string>& taken) {
    if (taken.contains(name)) name.insert(0, prefix);
    while (!taken.insert(name).second) name += '_';
    return name;
}

}  // namespace

RowMaker::RowMaker(std::string source, std::vector<DataColumn> given)
    : source_(std::move(source)), given_(std::move(given)) {}

RowMaker::Cells RowMaker::own_cells(const StoredRow& row, std::span<const DataCell> given) const {
    Cells cells;
    auto add = [&](const OwnColumn& own) { cells[own.name] = own.cell(row, source_); };
    add(key_column);
    for (const auto& own : text_columns) add(own);
    if (row.media)
        for (const auto& own : media_columns) add(own);
    for (const auto& own : origin_columns) add(own);
    for (std::size_t i = 0; i < given_.size(); ++i) cells[given_[i].name] = given[i];
    return cells;
}

RowMaker::Cells RowMaker::number_cells(const StoredRow& row, const NumberColumns& numbers) const {
    Cells cells;
    if (!row.column_set) return cells;
    const auto& set = numbers.sets.at(*row.column_set);
    for (std::size_t i = 0; i < set.size() && i < row.numbers.size(); ++i)
        cells[set[i].name] = number_cell(set[i], row.numbers[i], numbers.values);
    return cells;
}

std::span<const Field> RowMaker::fields_of(const StoredRow& row) {
    arena_.clear();
    read_.clear();
    formats::add_members(row.payload, arena_, read_);
    return read_;
}

void RowMaker::look(
    const StoredRow& row,
    const NumberColumns& numbers,
    std::span<const DataCell> given
) {
    text_ |= row.body.has_value();
    if (auto type = file_type_of(row)) files_.insert(*type);
    media_ |= row.media.has_value();
    member_ |= row.member.has_value();
    line_ |= row.line.has_value();
    if (row.column_set)
        for (const auto& column : numbers.sets.at(*row.column_set)) {
            auto& seen = numbers_[column.name];
            seen.types.insert(column.type);
            seen.unit = column.unit;
        }
    const auto own = own_cells(row, given);
    const auto typed = number_cells(row, numbers);
    for (const auto& field : fields_of(row)) {
        auto found = fields_.find(field.name);
        if (found == fields_.end()) found = fields_.try_emplace(std::string(field.name)).first;
        auto& seen = found->second;
        if (auto type = type_of(field)) seen.types.insert(*type);
        auto cell = typed.find(field.name);
        if (cell == typed.end()) {
            seen.alone |= !says(field, {});
            cell = own.find(field.name);
            if (cell == own.end()) continue;
        }
        seen.differs |= !says(field, cell->second);
    }
}

const std::vector<DataColumn>& RowMaker::finish() {
    columns_.clear();
    origins_.clear();
    std::set<std::string> taken;
    auto add = [&](DataColumn column) {
        taken.insert(column.name);
        origins_.push_back({From::own, column.name});
        columns_.push_back(std::move(column));
    };
    add(column_of(key_column));
    for (const auto& column : given_) add(column);
    for (const auto& own : text_columns)
        if (text_) add(column_of(own));
    for (const auto& one : file_columns)
        if (files_.contains(one.type)) add({one.name, one.type, one.words});
    for (const auto& own : media_columns)
        if (media_) add(column_of(own));
    // Those behind the features have their names first.
    std::vector<DataColumn> behind;
    for (const auto& own : origin_columns) {
        const std::string name = own.name;
        if ((name == "member" && !member_) || (name == "line" && !line_)) continue;
        behind.push_back(column_of(own));
        taken.insert(name);
    }
    choose_numbers(taken);
    choose_fields(taken);
    for (auto& column : behind) add(std::move(column));
    return columns_;
}

void RowMaker::choose_numbers(std::set<std::string>& taken) {
    for (const auto& [name, seen] : numbers_) {
        const auto type = seen.types.size() == 1 ? cell_type(*seen.types.begin()) : CellType::text;
        origins_.push_back({From::number, name});
        columns_.push_back({free_name("column_", name, taken), type, "", seen.unit});
    }
}

void RowMaker::choose_fields(std::set<std::string>& taken) {
    for (const auto& [name, seen] : fields_) {
        // Our column of that name may not be there.
        const bool ours = taken.contains(name) && !is_file_column(name);
        const bool number = numbers_.contains(name);
        if ((ours || number) && !seen.differs && !(number && seen.alone)) continue;
        origins_.push_back({From::field, name});
        columns_.push_back({free_name("field_", name, taken), together(seen.types), ""});
    }
}

std::vector<DataCell> RowMaker::make(
    const StoredRow& row,
    const NumberColumns& numbers,
    std::span<const DataCell> given,
    std::optional<formats::FileCell> file
) {
    auto own = own_cells(row, given);
    if (const auto type = file_type_of(row); file && type)
        for (const auto& one : file_columns)
            if (one.type == *type) own[one.name] = std::move(*file);
    auto typed = number_cells(row, numbers);
    std::map<std::string_view, const Field*> fields;
    for (const auto& field : fields_of(row)) fields[field.name] = &field;
    std::vector<DataCell> cells(columns_.size());
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const auto& [from, name] = origins_[i];
        if (from == From::field) {
            if (auto found = fields.find(name); found != fields.end())
                cells[i] = as(columns_[i].type, *found->second);
            continue;
        }
        auto& all = from == From::own ? own : typed;
        if (auto found = all.find(name); found != all.end()) cells[i] = std::move(found->second);
        if (from == From::number && columns_[i].type == CellType::text &&
            !formats::is_missing(cells[i]))
            cells[i] = formats::text_of(cells[i]);
    }
    return cells;
}

}  // namespace schema
