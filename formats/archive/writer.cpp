#include "formats/archive/writer.hpp"

#include <fstream>
#include <ostream>
#include <string_view>

#include <archive.h>
#include <archive_entry.h>

#include "base/error.hpp"

namespace formats {

struct ArchiveWriter::Impl {
    Impl(std::ostream& to, Packing packing) : out(to), file(archive_write_new()) {
        if (packing == Packing::zip) {
            archive_write_set_format_zip(file);
        } else {
            archive_write_set_format_pax_restricted(file);
        }
        archive_write_set_options(file, "hdrcharset=UTF-8");
        archive_write_set_bytes_per_block(file, 0);
        check(archive_write_open(file, &out, nullptr, &Impl::put, nullptr));
    }
    ~Impl() { archive_write_free(file); }
    Impl(const Impl&) = delete;

    static la_ssize_t put(archive*, void* to, const void* bytes, std::size_t size) {
        auto& out = *static_cast<std::ostream*>(to);
        out.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(size));
        return out ? static_cast<la_ssize_t>(size) : -1;
    }
    void check(la_ssize_t result) const {
        if (result >= ARCHIVE_OK) return;
        const char* why = archive_error_string(file);
        throw base::Error("the archive", why ? why : "can not be written", "free disk space");
    }
    void begin(const std::string& name, std::uint64_t size) {
        std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(
            archive_entry_new(), &archive_entry_free
        );
        archive_entry_set_pathname_utf8(entry.get(), name.c_str());
        archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
        archive_entry_set_filetype(entry.get(), AE_IFREG);
        archive_entry_set_perm(entry.get(), 0644);
        check(archive_write_header(file, entry.get()));
    }
    void write(std::string_view bytes) {
        check(archive_write_data(file, bytes.data(), bytes.size()));
    }

    std::ostream& out;
    archive* file;
};

ArchiveWriter::ArchiveWriter(std::ostream& out, Packing packing)
    : impl_(std::make_unique<Impl>(out, packing)) {}
ArchiveWriter::~ArchiveWriter() = default;

void ArchiveWriter::add(const std::string& name, const std::string& bytes) {
    impl_->begin(name, bytes.size());
    impl_->write(bytes);
}

void ArchiveWriter::add_file(const std::string& name, const std::filesystem::path& path) {
    impl_->begin(name, std::filesystem::file_size(path));
    std::ifstream in(path, std::ios::binary);
    std::string buffer(1 << 20, '\0');
    while (in) {
        in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        impl_->write({buffer.data(), static_cast<std::size_t>(in.gcount())});
    }
}

void ArchiveWriter::finish() {
    impl_->check(archive_write_close(impl_->file));
}

}  // namespace formats
