// A sample is a picture, sound, film or document and its cells under one name. Tars end at a count
// and at a size, so that those who train can hand them out evenly and hold one at a time.
#include <deque>
#include <fstream>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "formats/archive/writer.hpp"
#include "formats/dataset/folder_writers.hpp"
#include "formats/json/json.hpp"

namespace formats {

namespace {

constexpr std::uint64_t samples_of_shard = 10'000;
constexpr std::uint64_t bytes_of_shard = 1 << 30;

// The tars of one part, one after the other.
class Shards {
public:
    Shards(std::filesystem::path below, std::string stem)
        : below_(std::move(below)), stem_(std::move(stem)) {}

    void add(const std::string& json, const FileCell* file) {
        if (tar_ && (samples_ == samples_of_shard || bytes_ >= bytes_of_shard)) close();
        if (!tar_) open();
        const auto key = fmt::format("{:09}", total_++);
        tar_->add(key + ".json", json);
        if (file) tar_->add(fmt::format("{}.{}", key, ending_of(file->media_type)), file->bytes);
        ++samples_;
        bytes_ += json.size() + (file ? file->bytes.size() : 0);
    }
    void close() {
        if (!tar_) return;
        tar_->finish();
        tar_.reset();
        out_.close();
        if (!out_)
            throw base::Error(
                files_.back().string(), "could not be written to its end", "free disk space"
            );
    }
    const std::vector<std::filesystem::path>& files() const { return files_; }

private:
    void open() {
        files_.push_back(fmt::format("{}-{:06}.tar", stem_, files_.size()));
        out_.open(below_ / files_.back(), std::ios::binary);
        if (!out_)
            throw base::Error(files_.back().string(), "cannot be written", "choose another --out");
        tar_.emplace(out_, Packing::tar);
        samples_ = bytes_ = 0;
    }

    std::filesystem::path below_;
    std::string stem_;
    std::ofstream out_;
    std::optional<ArchiveWriter> tar_;
    std::vector<std::filesystem::path> files_;
    std::uint64_t samples_ = 0, bytes_ = 0, total_ = 0;
};

class WebDataset : public DatasetWriter {
public:
    WebDataset(
        const std::filesystem::path& folder,
        DatasetAbout about,
        std::vector<DataColumn> columns
    )
        : below_(folder), about_(std::move(about)), columns_(std::move(columns)) {
        std::filesystem::create_directories(below_ / about_.name);
        for (const char* part : part_names) parts_.emplace_back(below_, about_.name + "/" + part);
    }

    void write(std::size_t part, std::span<const DataCell> row) override {
        std::string json = "{";
        const FileCell* file = nullptr;
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (is_missing(row[i])) continue;
            if (const auto* found = std::get_if<FileCell>(&row[i])) {
                file = found;
                continue;
            }
            if (json.size() > 1) json += ',';
            append_json_string(columns_[i].name, json);
            json += ':';
            append_json(row[i], json);
        }
        parts_.at(part).add(json + "}", file);
    }

    std::vector<std::filesystem::path> finish() override {
        std::vector<std::filesystem::path> files;
        for (auto& part : parts_) {
            part.close();
            files.insert(files.end(), part.files().begin(), part.files().end());
        }
        files.push_back(std::filesystem::path(about_.name) / "README.md");
        write_text(below_ / files.back(), card_with_columns(about_, columns_));
        return files;
    }

private:
    std::filesystem::path below_;
    DatasetAbout about_;
    std::vector<DataColumn> columns_;
    std::deque<Shards> parts_;
};

}  // namespace

std::unique_ptr<DatasetWriter> write_webdataset(
    const std::filesystem::path& folder,
    DatasetAbout about,
    std::vector<DataColumn> columns
) {
    return std::make_unique<WebDataset>(folder, std::move(about), std::move(columns));
}

}  // namespace formats
