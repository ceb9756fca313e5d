// Files of an export on disk, in a zip, or into one stream.
//
// A folder is written under another name and takes its own when it is whole: what a broken export
// left half is nothing, and what was there before stays until then.
#include "labeling/export/export_files.hpp"

#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "base/error.hpp"

namespace labeling {

namespace fs = std::filesystem;

std::string numbered(const std::string& name, int number) {
    if (number < 2) return name;
    fs::path path(name);
    auto file = fmt::format("{}-{}{}", path.stem().string(), number, path.extension().string());
    return (path.parent_path() / file).generic_string();
}

std::ostream& OneFile::open(const std::string& name) {
    if (!name_.empty()) throw std::logic_error("an export of one file opens another");
    name_ = name;
    return out_;
}

FolderFiles::FolderFiles(fs::path folder, const std::set<std::string>& own)
    : folder_(std::move(folder)), part_(folder_) {
    part_ += ".part";
    std::error_code none;
    if (fs::exists(folder_, none) && !fs::is_directory(folder_, none))
        throw base::UsageError(folder_.string(), "is a file", "choose another --out");
    if (fs::is_directory(folder_, none))
        for (const auto& entry : fs::directory_iterator(folder_))
            if (!own.contains(entry.path().filename().string()))
                throw base::UsageError(
                    folder_.string(),
                    fmt::format(
                        "holds '{}', which is of no such export", entry.path().filename().string()
                    ),
                    "choose another --out"
                );
    fs::remove_all(part_, none);
    if (!fs::create_directories(part_, none))
        throw base::Error(part_.string(), "can not be made", "choose another --out");
}

FolderFiles::~FolderFiles() {
    if (kept_) return;
    out_.close();
    std::error_code ignored;
    fs::remove_all(part_, ignored);
}

void FolderFiles::close() {
    if (!out_.is_open()) return;
    out_.close();
    if (!out_)
        throw base::Error(
            (part_ / name_).string(), "could not be written to its end", "free disk space"
        );
}

std::ostream& FolderFiles::open(const std::string& name) {
    close();
    std::error_code none;
    name_ = name;
    for (int n = 2; fs::exists(part_ / name_, none); ++n) name_ = numbered(name, n);
    auto path = part_ / name_;
    fs::create_directories(path.parent_path(), none);
    out_.clear();
    out_.open(path, std::ios::binary);
    if (!out_) throw base::Error(path.string(), "can not be written", "choose another --out");
    return out_;
}

void FolderFiles::keep() {
    close();
    auto old = folder_;
    old += ".old";
    std::error_code none;
    fs::remove_all(old, none);
    bool replaces = fs::exists(folder_, none);
    if (replaces) fs::rename(folder_, old);
    fs::rename(part_, folder_);
    kept_ = true;
    if (replaces) fs::remove_all(old, none);
}

ZipFiles::ZipFiles(std::ostream& out) : zip_(out, formats::Packing::zip) {}
ZipFiles::~ZipFiles() = default;

void ZipFiles::close() {
    if (member_) zip_.add(name_, std::move(*member_).str());
    member_.reset();
}

std::ostream& ZipFiles::open(const std::string& name) {
    close();
    name_ = name;
    for (int n = 2; !names_.insert(name_).second; ++n) name_ = numbered(name, n);
    member_ = std::make_unique<std::ostringstream>();
    return *member_;
}

void ZipFiles::finish() {
    close();
    zip_.finish();
}

}  // namespace labeling
