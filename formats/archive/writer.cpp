#include "formats/archive/zip.hpp"

#include <ostream>

#include <archive.h>
#include <archive_entry.h>

#include "base/error.hpp"

namespace formats {

struct ZipWriter::Impl {
    explicit Impl(std::ostream& to) : out(to), zip(archive_write_new()) {
        archive_write_set_format_zip(zip);
        archive_write_set_options(zip, "hdrcharset=UTF-8");
        archive_write_set_bytes_per_block(zip, 0);
        check(archive_write_open(zip, &out, nullptr, &Impl::put, nullptr));
    }
    ~Impl() { archive_write_free(zip); }
    Impl(const Impl&) = delete;

    static la_ssize_t put(archive*, void* to, const void* bytes, std::size_t size) {
        auto& out = *static_cast<std::ostream*>(to);
        out.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(size));
        return out ? static_cast<la_ssize_t>(size) : -1;
    }
    void check(la_ssize_t result) const {
        if (result >= ARCHIVE_OK) return;
        const char* why = archive_error_string(zip);
        throw base::Error("the zip", why ? why : "can not be written", "free disk space");
    }

    std::ostream& out;
    archive* zip;
};

ZipWriter::ZipWriter(std::ostream& out) : impl_(std::make_unique<Impl>(out)) {}
ZipWriter::~ZipWriter() = default;

void ZipWriter::add(const std::string& name, const std::string& bytes) {
    std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(
        archive_entry_new(), &archive_entry_free
    );
    archive_entry_set_pathname_utf8(entry.get(), name.c_str());
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(bytes.size()));
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    impl_->check(archive_write_header(impl_->zip, entry.get()));
    impl_->check(archive_write_data(impl_->zip, bytes.data(), bytes.size()));
}

void ZipWriter::finish() {
    impl_->check(archive_write_close(impl_->zip));
}

}  // namespace formats
