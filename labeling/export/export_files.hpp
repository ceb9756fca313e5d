#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <ostream>
#include <set>
#include <string>

#include "formats/archive/writer.hpp"
#include "labeling/export/exporter.hpp"

namespace labeling {

// The only file of a format.
class OneFile : public ExportFiles {
public:
    explicit OneFile(std::ostream& out) : out_(out) {}
    // Throws std::logic_error at the second call.
    std::ostream& open(const std::string& name) override;
    const std::string& name() const override { return name_; }

private:
    std::ostream& out_;
    std::string name_;
};

// Files in a folder that appears when all of them are whole, in the place of an earlier export of
// the same format, if there is one. Without keep() nothing is left behind.
class FolderFiles : public ExportFiles {
public:
    // Throws base::UsageError if there is a folder of that name that holds anything else than
    // `own`, the names that the format's exports have at the top.
    FolderFiles(std::filesystem::path folder, const std::set<std::string>& own);
    ~FolderFiles() override;
    FolderFiles(const FolderFiles&) = delete;

    // Throws base::Error for a file that can not be written, as keep() does.
    std::ostream& open(const std::string& name) override;
    const std::string& name() const override { return name_; }
    void keep();

private:
    void close();

    std::filesystem::path folder_, part_;
    std::ofstream out_;
    std::string name_;
    bool kept_ = false;
};

// Files as members of a zip, each whole in memory while it is written.
class ZipFiles : public ExportFiles {
public:
    explicit ZipFiles(std::ostream& out);
    ~ZipFiles() override;

    std::ostream& open(const std::string& name) override;
    const std::string& name() const override { return name_; }
    void finish();

private:
    void close();

    formats::ArchiveWriter zip_;
    std::unique_ptr<std::ostringstream> member_;
    std::set<std::string> names_;
    std::string name_;
};

// What a file is called that came second under a name: "b-2.jpg" after "b.jpg".
std::string numbered(const std::string& name, int number);

}  // namespace labeling
