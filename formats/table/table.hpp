#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// Tables of names from files: answers, ratings, gold, labels, comparisons.
namespace formats {

// The rows of a table by the names of its columns, read as records are ingested: CSV with commas,
// semicolons, tabs or bars between (whichever the header tells), JSON lines, or a JSON array of
// objects; in any encoding, with or without a byte order mark; plain or packed (gz, zst, ..).
//
// Unlike a source of records, a table of answers is written for this program and must be whole:
// what is malformed throws base::Error with the line. Columns that are not asked for are ignored.
class Table {
public:
    // `optional` columns follow the `wanted` ones and may be missing. A file that cannot be read, a
    // column that is missing or doubled throws base::Error. "-" is standard input.
    Table(
        const std::string& path,
        const std::vector<std::string>& wanted,
        const std::vector<std::string>& optional = {}
    );
    // Of a text at hand; `name` is what errors call it.
    static Table of(
        const std::string& name,
        std::string text,
        const std::vector<std::string>& wanted,
        const std::vector<std::string>& optional = {}
    );
    // With all columns that the header has, in its order, for tables whose columns are not known
    // beforehand: a name that stands twice is there twice. JSON lines have no header, so columns()
    // is empty and object() has what there is.
    static Table of_all(const std::string& path);
    static Table of_all(const std::string& name, std::string text);
    ~Table();
    Table(Table&&) noexcept;

    // The columns asked for, or those of the header.
    const std::vector<std::string>& columns() const;

    // Reads the next row. Returns false at the end.
    bool next();

    // Whether the row has the column.
    bool has(std::size_t column) const;
    // As written; empty if the row has not got it.
    const std::string& raw(std::size_t column) const;
    // Without blanks around it and in Unicode's normal form C, so that names that look the same are
    // the same.
    const std::string& cell(std::size_t column) const;
    // Nothing, or a word that says so: NA, N/A, NaN, null.
    bool is_missing(std::size_t column) const;
    // Of JSON: the row's object; else empty.
    std::string_view object() const;

    // From 1, on which the row read last begins.
    std::size_t line() const;
    // Throws base::Error that names the table and the line of the row read last.
    [[noreturn]] void fail(std::string_view reason, std::string_view mend = {}) const;

private:
    struct Impl;
    explicit Table(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace formats
