#include "service/records/dataset_download.hpp"

#include <fstream>
#include <memory>
#include <set>

#include "base/run/spool.hpp"
#include "formats/archive/writer.hpp"
#include "formats/dataset/dataset_writer.hpp"

namespace service {

namespace {

void pack(const std::filesystem::path& folder, std::ostream& out) {
    std::set<std::filesystem::path> files;  // in order
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) files.insert(entry.path());
    formats::ArchiveWriter tar(out, formats::Packing::tar);
    for (const auto& file : files) tar.add_file(file.lexically_relative(folder).string(), file);
    tar.finish();
}

}  // namespace

Download download_of(const std::filesystem::path& folder, const std::filesystem::path& rows) {
    auto spool = std::make_shared<base::Spool>();
    if (rows.has_parent_path()) {
        pack(folder, spool->out());
        spool->finish();
        return {
            .name = rows.begin()->string() + ".tar",
            .media_type = "application/x-tar",
            .file = std::move(spool)};
    }
    std::ifstream in(folder / rows, std::ios::binary);
    if (in.peek() != std::ifstream::traits_type::eof()) spool->out() << in.rdbuf();
    spool->finish();
    const auto format = base::parse<formats::RowFormat>(rows.extension().string().substr(1));
    return {
        .name = rows.string(),
        .media_type = std::string(formats::media_type_of(format.value())),
        .file = std::move(spool)};
}

}  // namespace service
