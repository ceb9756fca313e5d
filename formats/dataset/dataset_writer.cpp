// A format of one file has the card beside it; the others are folders with the card as README.md,
// which is where the tools that read them look for it.
#include "formats/dataset/dataset_writer.hpp"

#include <fstream>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "formats/dataset/folder_writers.hpp"

namespace formats {

namespace {

std::string escaped(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c == '|' || c == '\\' || c == '`' || c == '*' || c == '_' || c == '<' || c == '[')
            out += '\\';
        out += c == '\n' || c == '\r' ? ' ' : c;
    }
    return out;
}

// Names are those that people gave; a file stays in its folder all the same.
std::string file_name_of(std::string name) {
    for (char& c : name)
        if (c == '/' || c == '\\' || c == '"' || static_cast<unsigned char>(c) < ' ') c = '_';
    if (name.empty() || name.front() == '.') name.insert(name.begin(), '_');
    return name;
}

class OneFile : public DatasetWriter {
public:
    OneFile(
        RowFormat format,
        std::filesystem::path folder,
        DatasetAbout about,
        std::vector<DataColumn> columns,
        const RowOptions& options
    )
        : folder_(std::move(folder)),
          about_(std::move(about)),
          columns_(std::move(columns)),
          file_(fmt::format("{}.{}", about_.name, base::name_of(format))),
          rows_(write_rows(format, folder_ / file_, columns_, options)) {}

    void write(std::size_t, std::span<const DataCell> row) override { rows_->write(row); }

    std::vector<std::filesystem::path> finish() override {
        rows_->finish();
        const std::string card = about_.name + ".md";
        write_text(folder_ / card, card_with_columns(about_, columns_));
        return {file_, card};
    }

private:
    std::filesystem::path folder_;
    DatasetAbout about_;
    std::vector<DataColumn> columns_;
    std::string file_;
    std::unique_ptr<RowWriter> rows_;
};

}  // namespace

void write_text(const std::filesystem::path& path, std::string_view text) {
    std::ofstream out(path, std::ios::binary);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    out.flush();
    if (!out) throw base::Error(path.string(), "cannot be written", "choose another --out");
}

std::string card_with_columns(const DatasetAbout& about, std::span<const DataColumn> columns) {
    auto out = about.card + "\n## Columns\n\n| column | type | what it holds |\n|---|---|---|\n";
    for (const auto& column : columns) {
        auto words = column.words.empty() ? std::string("a field of the record") : column.words;
        if (!column.unit.empty()) words += ", in " + column.unit;
        out += fmt::format(
            "| {} | {} | {} |\n", escaped(column.name), base::name_of(column.type), escaped(words)
        );
    }
    return out;
}

std::unique_ptr<DatasetWriter> write_dataset(
    DatasetFormat format,
    const std::filesystem::path& folder,
    DatasetAbout about,
    std::vector<DataColumn> columns,
    const RowOptions& options
) {
    about.name = file_name_of(std::move(about.name));
    auto one_file = [&](RowFormat rows) {
        return std::make_unique<OneFile>(
            rows, folder, std::move(about), std::move(columns), options
        );
    };
    switch (format) {
        case DatasetFormat::csv:
            return one_file(RowFormat::csv);
        case DatasetFormat::parquet:
            return one_file(RowFormat::parquet);
        case DatasetFormat::arrow:
            return one_file(RowFormat::arrow);
        case DatasetFormat::huggingface:
            return write_huggingface(folder, std::move(about), std::move(columns));
        case DatasetFormat::webdataset:
            return write_webdataset(folder, std::move(about), std::move(columns));
        case DatasetFormat::croissant:
            return write_croissant(folder, std::move(about), std::move(columns), options);
        default:
            return one_file(RowFormat::jsonl);
    }
}

}  // namespace formats
