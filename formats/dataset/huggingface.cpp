// The head of README.md is what the hub and the `datasets` library read: where each split lies and
// what its columns are. Texts in it are quoted as JSON strings, which are YAML too.
#include <algorithm>
#include <cctype>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text/ascii.hpp"
#include "formats/dataset/folder_writers.hpp"
#include "formats/json/json.hpp"

namespace formats {

namespace {

std::string yaml_text(std::string_view text) {
    std::string out;
    append_json_string(text, out);
    return out;
}

std::string dtype_of(CellType type) {
    switch (type) {
        case CellType::integer:
            return "int64";
        case CellType::number:
            return "float64";
        case CellType::flag:
            return "bool";
        case CellType::time:
            return "timestamp[us, tz=UTC]";
        default:
            break;
    }
    return is_file(type) ? base::to_lower(feature_of(type)) : "string";
}

const char* size_category(std::uint64_t rows) {
    constexpr std::pair<std::uint64_t, const char*> categories[]{
        {1'000, "n<1K"},
        {10'000, "1K<n<10K"},
        {100'000, "10K<n<100K"},
        {1'000'000, "100K<n<1M"},
        {10'000'000, "1M<n<10M"},
        {100'000'000, "10M<n<100M"},
    };
    for (const auto& [below, name] : categories)
        if (rows < below) return name;
    return "100M<n<1B";
}

// The hub knows licences by their SPDX names in lower case.
std::string licence_lines(const std::vector<std::string>& licences) {
    if (licences.size() != 1) return licences.empty() ? "license: unknown\n" : "license: other\n";
    const auto& one = licences.front();
    if (one.empty()) return "license: unknown\n";
    if (one.find_first_of("/ ") == one.npos)
        return "license: " + yaml_text(base::to_lower(one)) + "\n";
    return "license: other\nlicense_name: other\nlicense_link: " + yaml_text(one) + "\n";
}

class HuggingFace : public DatasetWriter {
public:
    HuggingFace(
        const std::filesystem::path& folder,
        DatasetAbout about,
        std::vector<DataColumn> columns
    )
        : below_(folder), about_(std::move(about)), columns_(std::move(columns)) {
        std::filesystem::create_directories(below_ / about_.name / "data");
        // At once and not at the first row, so that a missing library is told before the work.
        open(0);
    }

    void write(std::size_t part, std::span<const DataCell> row) override {
        if (!parts_[part].rows) open(part);
        parts_[part].rows->write(row);
        ++parts_[part].count;
    }

    std::vector<std::filesystem::path> finish() override {
        std::vector<std::filesystem::path> files;
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            if (!parts_[i].rows) continue;
            parts_[i].rows->finish();
            if (parts_[i].count == 0 && i == 0 && total() > 0) {
                std::filesystem::remove(below_ / path_of(i));
                continue;
            }
            parts_[i].written = true;
            files.push_back(path_of(i));
        }
        const auto readme = std::filesystem::path(about_.name) / "README.md";
        write_text(below_ / readme, head() + card_with_columns(about_, columns_));
        files.push_back(readme);
        return files;
    }

private:
    struct Part {
        std::unique_ptr<RowWriter> rows;
        std::uint64_t count = 0;
        bool written = false;
    };

    std::filesystem::path path_of(std::size_t part) const {
        return std::filesystem::path(about_.name) / "data" /
               fmt::format("{}-00000-of-00001.parquet", part_names[part]);
    }
    void open(std::size_t part) {
        parts_[part].rows = write_rows(RowFormat::parquet, below_ / path_of(part), columns_);
    }
    std::uint64_t total() const { return parts_[0].count + parts_[1].count + parts_[2].count; }

    std::string head() const {
        std::string splits, files;
        std::uint64_t bytes = 0;
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            if (!parts_[i].written) continue;
            const auto size = std::filesystem::file_size(below_ / path_of(i));
            bytes += size;
            splits += fmt::format(
                "  - name: {}\n    num_bytes: {}\n    num_examples: {}\n",
                part_names[i],
                size,
                parts_[i].count
            );
            files += fmt::format("  - split: {0}\n    path: data/{0}-*.parquet\n", part_names[i]);
        }
        std::string features;
        for (const auto& column : columns_)
            features += fmt::format(
                "  - name: {}\n    dtype: {}\n",
                yaml_text(column.name),
                yaml_text(dtype_of(column.type))
            );
        return fmt::format(
            "---\n{}pretty_name: {}\nsize_categories:\n- {}\ndataset_info:\n  features:\n{}"
            "  splits:\n{}  download_size: {}\n  dataset_size: {}\nconfigs:\n"
            "- config_name: default\n  data_files:\n{}---\n\n",
            licence_lines(about_.licences),
            yaml_text(about_.name),
            size_category(total()),
            features,
            splits,
            bytes,
            bytes,
            files
        );
    }

    std::filesystem::path below_;
    DatasetAbout about_;
    std::vector<DataColumn> columns_;
    std::array<Part, part_names.size()> parts_;
};

}  // namespace

std::unique_ptr<DatasetWriter> write_huggingface(
    const std::filesystem::path& folder,
    DatasetAbout about,
    std::vector<DataColumn> columns
) {
    return std::make_unique<HuggingFace>(folder, std::move(about), std::move(columns));
}

}  // namespace formats
