// key,label,probability,method,revision,version (RFC 4180).
#include "labeling/export/export_formats.hpp"

#include <ostream>

#include <fmt/format.h>

#include "formats/csv/csv.hpp"

namespace labeling {

namespace {

class Csv : public Exporter {
public:
    explicit Csv(std::ostream& out) : out_(out) {
        out_ << "key,label,probability,method,revision,version\r\n";
    }

    void write(const ExportRow& row) override {
        std::string line;
        formats::append_row(
            {row.key,
             row.label,
             fmt::format("{}", row.probability),
             row.method,
             std::to_string(row.revision),
             std::to_string(row.version)},
            line
        );
        out_ << line;
    }
    void finish() override { out_.flush(); }

private:
    std::ostream& out_;
};

class CsvFormat : public ClassFormat {
public:
    std::string_view name() const override { return "csv"; }
    std::string_view meaning() const override { return "a table of keys and labels"; }
    std::string_view file_name() const override { return "labels.csv"; }
    std::string_view media_type() const override { return "text/csv; charset=utf-8"; }
    bool opens_in_spreadsheets() const override { return true; }

    std::unique_ptr<Exporter> exporter(const Project&, LabelShape, std::ostream& out)
        const override {
        return std::make_unique<Csv>(out);
    }
};

}  // namespace

const ExportFormat& csv_format() {
    static const CsvFormat format;
    return format;
}

}  // namespace labeling
