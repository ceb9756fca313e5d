// Files of lines are written here; a line is put together whole before it goes out, so that a fault
// of the disk is told of a row and not of the end.
#include "formats/dataset/row_writer.hpp"

#include <fstream>
#include <utility>

#include "base/error.hpp"
#include "formats/arrow/arrow_writer.hpp"
#include "formats/csv/csv.hpp"
#include "formats/csv/guard.hpp"
#include "formats/json/json.hpp"
#include "formats/parquet/parquet_writer.hpp"

namespace formats {

namespace {

// A file of lines.
class LineWriter : public RowWriter {
public:
    explicit LineWriter(const std::filesystem::path& path)
        : path_(path), out_(path, std::ios::binary) {
        if (!out_) throw base::Error(path.string(), "cannot be written", "choose another --out");
    }
    void finish() override {
        out_.flush();
        check();
    }

protected:
    void put(std::string_view line) {
        out_.write(line.data(), static_cast<std::streamsize>(line.size()));
        check();
    }

private:
    void check() const {
        if (!out_)
            throw base::Error(path_.string(), "could not be written to its end", "free disk space");
    }

    std::filesystem::path path_;
    std::ofstream out_;
};

class CsvWriter : public LineWriter {
public:
    CsvWriter(
        const std::filesystem::path& path,
        const std::vector<DataColumn>& columns,
        bool guard_formulas
    )
        : LineWriter(path), guard_(guard_formulas) {
        for (const auto& column : columns) cell(column.name);
        end_row();
    }

    void write(std::span<const DataCell> row) override {
        for (const auto& one : row) {
            if (is_missing(one)) {
                begin_cell();
            } else {
                cell(text_of(one));
            }
        }
        end_row();
    }

private:
    void begin_cell() {
        if (!std::exchange(first_, false)) line_ += ',';
    }
    void cell(std::string text) {
        begin_cell();
        if (guard_) guard_formula(text);
        if (text.empty()) {
            line_ += "\"\"";
        } else {
            append_cell(text, line_);
        }
    }
    void end_row() {
        line_ += "\r\n";
        put(line_);
        line_.clear();
        first_ = true;
    }

    bool guard_;
    bool first_ = true;
    std::string line_;
};

class JsonlWriter : public LineWriter {
public:
    JsonlWriter(const std::filesystem::path& path, const std::vector<DataColumn>& columns)
        : LineWriter(path) {
        for (const auto& column : columns) {
            append_json_string(column.name, names_.emplace_back());
            names_.back() += ':';
        }
    }

    void write(std::span<const DataCell> row) override {
        line_ = "{";
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (is_missing(row[i])) continue;
            if (line_.size() > 1) line_ += ',';
            line_ += names_[i];
            append_json(row[i], line_);
        }
        line_ += "}\n";
        put(line_);
    }

private:
    std::vector<std::string> names_;
    std::string line_;
};

}  // namespace

std::string_view media_type_of(RowFormat format) {
    switch (format) {
        case RowFormat::csv:
            return "text/csv; charset=utf-8";
        case RowFormat::parquet:
            return "application/vnd.apache.parquet";
        case RowFormat::arrow:
            return "application/vnd.apache.arrow.file";
        default:
            return "application/x-ndjson";
    }
}

std::unique_ptr<RowWriter> write_rows(
    RowFormat format,
    const std::filesystem::path& path,
    std::vector<DataColumn> columns,
    const RowOptions& options
) {
    switch (format) {
        case RowFormat::csv:
            return std::make_unique<CsvWriter>(path, columns, options.guard_formulas);
        case RowFormat::parquet:
            return write_parquet(path, std::move(columns));
        case RowFormat::arrow:
            return write_arrow(path, std::move(columns));
        default:
            return std::make_unique<JsonlWriter>(path, columns);
    }
}

}  // namespace formats
