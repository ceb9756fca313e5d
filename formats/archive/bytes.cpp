// Inputs as plain bytes, whatever they are packed in (libarchive).
//
// A file that is not packed is read by read(2) and no library, since most are; whether it is is
// told by its first bytes. Members come one after the other, so that an archive of a million files
// needs no more memory than one.
#include "formats/archive/bytes.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <archive.h>
#include <archive_entry.h>

#include "base/error.hpp"

namespace formats {

namespace {

bool starts(std::string_view head, std::string_view magic) {
    return head.substr(0, magic.size()) == magic;
}

// By the signatures of RFC 1952, RFC 8878, xz, bzip2, LZ4 frames (also the older ones of apt), zip
// and ustar.
bool packed(std::string_view head) {
    using namespace std::string_view_literals;
    for (auto magic :
         {"\x1f\x8b"sv,
          "\x28\xb5\x2f\xfd"sv,
          "\xfd"
          "7zXZ\0"sv,
          "BZh"sv,
          "\x04\x22\x4d\x18"sv,
          "PK\x03\x04"sv,
          "PK\x05\x06"sv}) {
        if (starts(head, magic)) return true;
    }
    return head.size() >= 262 && head.substr(257, 5) == "ustar";
}

}  // namespace

struct Bytes::Impl {
    std::string path;
    std::string member;
    int descriptor = -1;
    bool close_it = false;
    bool started = false;
    bool plain = true;
    bool members = false;
    std::int64_t offset = 0;
    std::string head;  // read to look at, not yet handed out
    std::size_t head_at = 0;
    std::string ahead;  // peeked at, not yet taken
    struct archive* reader = nullptr;
    std::array<char, 65536> block;

    ~Impl() {
        if (reader) archive_read_free(reader);
        if (close_it) ::close(descriptor);
    }

    static std::string_view reason_of(struct archive* failed) {
        const char* reason = archive_error_string(failed);
        return reason ? reason : "the archive is damaged";
    }

    [[noreturn]] void fail(std::string_view reason) const {
        throw base::Error(member.empty() ? path : path + "/" + member, reason);
    }

    std::size_t read_file(char* into, std::size_t size) {
        if (head_at < head.size()) {
            auto part = std::min(size, head.size() - head_at);
            std::memcpy(into, head.data() + head_at, part);
            head_at += part;
            return part;
        }
        if (descriptor < 0) return 0;
        for (;;) {
            auto got = ::read(descriptor, into, size);
            if (got >= 0) return static_cast<std::size_t>(got);
            if (errno != EINTR) fail(std::strerror(errno));
        }
    }

    std::size_t read_member(char* into, std::size_t size) {
        if (plain) return read_file(into, size);
        auto n = archive_read_data(reader, into, size);
        if (n < 0) fail(reason_of(reader));
        return static_cast<std::size_t>(n);
    }

    static la_ssize_t read_callback(struct archive* handle, void* self, const void** data) {
        auto& impl = *static_cast<Impl*>(self);
        try {
            *data = impl.block.data();
            return static_cast<la_ssize_t>(impl.read_file(impl.block.data(), impl.block.size()));
        } catch (const std::exception& error) {
            archive_set_error(handle, EIO, "%s", error.what());
            return -1;
        }
    }

    void open() {
        if (path == "-") {
            descriptor = STDIN_FILENO;
        } else {
            descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
            if (descriptor < 0) fail(std::strerror(errno));
            close_it = true;
        }
        head.resize(512);
        std::size_t size = 0;
        while (size < head.size()) {
            auto got = ::read(descriptor, head.data() + size, head.size() - size);
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) fail(std::strerror(errno));
            if (got == 0) break;
            size += static_cast<std::size_t>(got);
        }
        head.resize(size);
        plain = !packed(head);
        if (!plain) open_archive();
    }

    void open_archive() {
        reader = archive_read_new();
        for (auto support :
             {archive_read_support_filter_gzip,
              archive_read_support_filter_zstd,
              archive_read_support_filter_xz,
              archive_read_support_filter_bzip2,
              archive_read_support_filter_lz4,
              archive_read_support_format_zip,
              archive_read_support_format_tar,
              archive_read_support_format_raw,
              archive_read_support_format_empty}) {
            support(reader);
        }
        auto code = close_it ? archive_read_open_filename(
                                   reader, path.c_str(), block.size()
                               )  // zip wants to seek
                             : archive_read_open(reader, this, nullptr, read_callback, nullptr);
        if (code != ARCHIVE_OK) fail(reason_of(reader));
    }
};

Bytes::Bytes(const std::string& path) : impl_(std::make_unique<Impl>()) {
    impl_->path = path;
    impl_->open();
}

Bytes::Bytes() : impl_(std::make_unique<Impl>()) {}
Bytes::~Bytes() = default;

std::unique_ptr<Bytes> Bytes::of(std::string text) {
    std::unique_ptr<Bytes> bytes(new Bytes);
    bytes->impl_->path = "text";
    bytes->impl_->head = std::move(text);
    return bytes;
}

bool Bytes::next_member() {
    auto& i = *impl_;
    i.offset = 0;
    i.ahead.clear();
    if (i.plain) return !std::exchange(i.started, true);
    for (;;) {
        struct archive_entry* entry = nullptr;
        auto code = archive_read_next_header(i.reader, &entry);
        if (code == ARCHIVE_EOF) return false;
        if (code < ARCHIVE_WARN) i.fail(i.reason_of(i.reader));
        i.started = true;
        auto format = archive_format(i.reader);
        if (format == ARCHIVE_FORMAT_RAW || format == ARCHIVE_FORMAT_EMPTY) return true;
        i.members = true;
        if (archive_entry_filetype(entry) != AE_IFREG) continue;
        const char* name = archive_entry_pathname_utf8(entry);
        if (!name) name = archive_entry_pathname(entry);
        i.member = name ? name : "";
        return true;
    }
}

const std::string& Bytes::member() const {
    return impl_->member;
}
bool Bytes::archive() const {
    return impl_->members;
}
std::int64_t Bytes::offset() const {
    return impl_->offset;
}

std::string_view Bytes::peek(std::size_t size) {
    auto& i = *impl_;
    while (i.ahead.size() < size) {
        auto had = i.ahead.size();
        i.ahead.resize(size);
        std::size_t got = 0;
        try {
            got = i.read_member(i.ahead.data() + had, size - had);
        } catch (...) {
            i.ahead.resize(had);
            if (had == 0) throw;  // else the damage shows when it is read
        }
        i.ahead.resize(had + got);
        if (got == 0) break;
    }
    return std::string_view(i.ahead).substr(0, size);
}

std::size_t Bytes::read(char* into, std::size_t size) {
    auto& i = *impl_;
    std::size_t got = 0;
    if (!i.ahead.empty()) {
        got = std::min(size, i.ahead.size());
        std::memcpy(into, i.ahead.data(), got);
        i.ahead.erase(0, got);
    } else {
        got = i.read_member(into, size);
    }
    i.offset += static_cast<std::int64_t>(got);
    return got;
}

bool Bytes::skip_to(std::int64_t offset) {
    auto& i = *impl_;
    if (i.plain && i.descriptor >= 0 && offset >= static_cast<std::int64_t>(i.head.size())) {
        auto end = ::lseek(i.descriptor, 0, SEEK_END);
        if (end >= 0) {  // a pipe cannot seek: read on
            if (end < offset) return false;
            ::lseek(i.descriptor, offset, SEEK_SET);
            i.head_at = i.head.size();
            i.ahead.clear();
            i.offset = offset;
            return true;
        }
    }
    std::vector<char> waste(65536);
    while (i.offset < offset) {
        auto part =
            std::min<std::int64_t>(offset - i.offset, static_cast<std::int64_t>(waste.size()));
        if (read(waste.data(), static_cast<std::size_t>(part)) == 0) return false;
    }
    return true;
}

}  // namespace formats
