#include "tests/ingest/files.hpp"

#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include <archive.h>
#include <archive_entry.h>

namespace test {

namespace fs = std::filesystem;

DataFolder::DataFolder() {
    auto pattern = (fs::temp_directory_path() / "tilth-ingest-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
}

DataFolder::~DataFolder() {
    fs::remove_all(path_);
}

std::string DataFolder::write(const std::string& name, std::string_view content) const {
    auto file = path_ / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return file.string();
}

std::string DataFolder::path(const std::string& name) const {
    return (path_ / name).string();
}

std::string
pack(const std::string& format, const std::string& filter, const std::vector<Member>& members) {
    std::string out(4 * 1024 * 1024, '\0');
    std::size_t used = 0;
    auto* archive = archive_write_new();
    if (filter != "none") archive_write_add_filter_by_name(archive, filter.c_str());
    if (format == "raw") archive_write_set_format_raw(archive);
    if (format == "tar") archive_write_set_format_pax_restricted(archive);
    if (format == "zip") archive_write_set_format_zip(archive);
    archive_write_set_bytes_in_last_block(archive, 1);
    archive_write_open_memory(archive, out.data(), out.size(), &used);
    for (const auto& member : members) {
        auto* entry = archive_entry_new();
        archive_entry_set_pathname(entry, member.name.c_str());
        archive_entry_set_size(entry, static_cast<la_int64_t>(member.content.size()));
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_write_header(archive, entry);
        archive_write_data(archive, member.content.data(), member.content.size());
        archive_entry_free(entry);
    }
    archive_write_close(archive);
    archive_write_free(archive);
    out.resize(used);
    return out;
}

Everything read_all(
    const std::vector<std::string>& inputs,
    const ingest::ReadOptions& options,
    const std::string& cursor,
    std::size_t page_size
) {
    Everything all;
    auto connector = ingest::open_files(inputs, options, cursor);
    ingest::Page page;
    for (bool more = true; more;) {
        page.clear();
        more = connector->next(page, page_size, 1 << 20);
        for (const auto& record : page.records) {
            Line line{
                {},
                std::string(record.raw),
                std::string(record.member),
                record.line,
                record.byte_offset};
            for (const auto& field : page.fields_of(record)) {
                line.fields += (line.fields.empty() ? "" : "|") + std::string(field.name) + "=" +
                               std::string(field.value);
            }
            if (!record.blob.empty()) line.raw = record.blob;
            all.records.push_back(std::move(line));
        }
        all.rejects.insert(all.rejects.end(), page.rejects.begin(), page.rejects.end());
        all.cursors.push_back(page.cursor);
        all.records_before_cursor.push_back(all.records.size());
        all.rejects_before_cursor.push_back(all.rejects.size());
    }
    return all;
}

std::string shared_data(const std::string& name) {
    const char* set = std::getenv("TILTH_SHARED_DATA");
    auto folder = set ? fs::path(set) : fs::path(__FILE__).parent_path() / "../../../shared/data";
    auto path = fs::weakly_canonical(folder / name);
    return fs::exists(path) ? path.string() : std::string();
}

}  // namespace test
