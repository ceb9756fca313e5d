#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "formats/dataset/cell.hpp"
#include "formats/field.hpp"
#include "schema/rows/stored_rows_store.hpp"

namespace schema {

// What an exported row holds. Every export of records, whatever its format, is made of these rows:
//
// - key; then what the caller adds (`given`: the label and the split of a snapshot ..);
// - title and body, where there are texts; image, audio, video and pdf, where there are pictures,
//   sounds, films and documents, with media_type, seconds and pages of the latter three;
// - the features: the columns of numbers and categories that the records were stored with, typed,
//   and each field of the records as it was received;
// - where it came from: source, url, file, member, line, content_sha256, licence, fetched_at,
//   stored_at, record_time, group, version.
//
// A field whose values another column of its name repeats is that column. One that says something
// else is called field_NAME, and a column of numbers that has the name of one of ours column_NAME,
// so that nothing is lost. A field has the type of all its values, and is JSON if they are of
// several; JSON's null is a missing value.
//
// All rows are looked at first, then each is made: two passes of constant memory.
class RowMaker {
public:
    RowMaker(std::string source, std::vector<formats::DataColumn> given);

    // Before make(): `given` are the caller's cells of this row.
    void look(
        const StoredRow& row,
        const NumberColumns& numbers,
        std::span<const formats::DataCell> given
    );
    // After all were looked at.
    const std::vector<formats::DataColumn>& finish();
    const std::vector<formats::DataColumn>& columns() const { return columns_; }
    bool has_files() const { return !files_.empty(); }

    std::vector<formats::DataCell> make(
        const StoredRow& row,
        const NumberColumns& numbers,
        std::span<const formats::DataCell> given,
        std::optional<formats::FileCell> file
    );

private:
    struct FieldSeen {
        std::set<formats::CellType> types;
        bool differs = false;  // from the column of its name
        bool alone = false;    // a record with a value has no number of that name
    };
    struct NumberSeen {
        std::set<ColumnType> types;
        std::string unit;
    };
    // By name, of one row.
    using Cells = std::map<std::string, formats::DataCell, std::less<>>;

    Cells own_cells(const StoredRow& row, std::span<const formats::DataCell> given) const;
    Cells number_cells(const StoredRow& row, const NumberColumns& numbers) const;
    std::span<const formats::Field> fields_of(const StoredRow& row);
    void choose_numbers(std::set<std::string>& taken);
    void choose_fields(std::set<std::string>& taken);

    std::string source_;
    std::vector<formats::DataColumn> given_;
    bool text_ = false, media_ = false, member_ = false, line_ = false;
    std::set<formats::CellType> files_;
    std::map<std::string, FieldSeen, std::less<>> fields_;
    std::map<std::string, NumberSeen, std::less<>> numbers_;
    formats::Arena arena_;
    std::vector<formats::Field> read_;

    std::vector<formats::DataColumn> columns_;
    // Of each column where its cells come from.
    enum class From { own, number, field };
    struct Origin {
        From from;
        std::string name;
    };
    std::vector<Origin> origins_;
};

}  // namespace schema
