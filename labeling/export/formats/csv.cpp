// key,label,probability,method,revision,version (RFC 4180); "answer" instead of "label" where it is
// more than a class. Classes, numbers, texts and candidates are plain cells, all else is JSON in a
// cell.
//
// With answers, a row for each of them, beside the label of its record: user, given (what was
// answered), attempt, milliseconds, submitted_at, withdrawn, withdrawn_at, schema_version;
// simulated, if any is.
#include <ostream>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "formats/csv/csv.hpp"
#include "formats/csv/guard.hpp"
#include "labeling/export/export_formats.hpp"
#include "labeling/tasks/stored_answer.hpp"

namespace labeling {

namespace {

std::string plain_cell(const std::string& answer) {
    if (!answer.starts_with('"')) return answer;
    auto text = boost::json::parse(answer);
    return std::string(text.as_string());
}

class Csv : public Exporter {
public:
    Csv(const ExportContent& content, ExportFiles& files)
        : guard_(content.guard_formulas),
          answers_(content.answers),
          simulated_(content.answers && content.simulated),
          out_(files.open("labels.csv")) {
        out_ << "key," << (content.shape == LabelShape::classes ? "label" : "answer")
             << ",probability,method,revision,version";
        if (answers_)
            out_ << ",user,given,attempt,milliseconds,submitted_at,withdrawn,withdrawn_at,"
                    "schema_version";
        if (simulated_) out_ << ",simulated";
        out_ << "\r\n";
    }

    void write(const ExportRow& row) override {
        bool labeled = !row.method.empty();
        std::vector<std::string> cells{
            row.key,
            labeled ? plain_cell(row.answer()) : "",
            labeled ? fmt::format("{}", row.probability) : "",
            row.method,
            labeled ? std::to_string(row.revision) : "",
            std::to_string(row.version)};
        if (!answers_) return put(std::move(cells));
        for (const auto& one : row.answers) {
            auto line = cells;
            line.insert(
                line.end(),
                {one.user,
                 plain_cell(answer_of(one.label, one.value)),
                 std::to_string(one.attempt),
                 one.milliseconds ? std::to_string(*one.milliseconds) : "",
                 one.submitted_at,
                 one.withdrawn_at.empty() ? "false" : "true",
                 one.withdrawn_at,
                 std::to_string(one.schema_version)}
            );
            if (simulated_) line.emplace_back(one.simulated ? "true" : "false");
            put(std::move(line));
        }
        if (row.answers.empty()) {
            cells.resize(cells.size() + (simulated_ ? 9 : 8));
            put(std::move(cells));
        }
    }
    void finish() override { out_.flush(); }

private:
    void put(std::vector<std::string> cells) {
        if (guard_)
            for (auto& cell : cells) formats::guard_formula(cell);
        line_.clear();
        formats::append_row(cells, line_);
        out_ << line_;
    }

    bool guard_, answers_, simulated_;
    std::ostream& out_;
    std::string line_;
};

class CsvFormat : public ExportFormat {
public:
    std::string_view name() const override { return "csv"; }
    std::string_view meaning() const override { return "a table of keys and labels"; }
    std::string_view file_name() const override { return "labels.csv"; }
    std::string_view media_type() const override { return "text/csv; charset=utf-8"; }
    bool holds_answers() const override { return true; }

    std::optional<std::string> refuses(const ExportContent&) const override { return std::nullopt; }
    std::unique_ptr<Exporter> exporter(const ExportContent& content, ExportFiles& files)
        const override {
        return std::make_unique<Csv>(content, files);
    }
};

}  // namespace

const ExportFormat& csv_format() {
    static const CsvFormat format;
    return format;
}

}  // namespace labeling
