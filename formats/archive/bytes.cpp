// Inputs as plain bytes, whatever they are packed in.
//
// A file that is not packed is read by read(2) and no library, since most are; whether it is is
// told by its first bytes. What is packed is undone layer by layer (stream.hpp, file_stream.hpp),
// and each looked at anew: a workbook is a zip in whatever it is packed, and no archive. Those are
// read by libarchive, one member after the other, so that an archive of a million files needs no
// more memory than one.
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
#include <fmt/format.h>

#include "base/error.hpp"
#include "formats/archive/file_stream.hpp"
#include "formats/archive/stream.hpp"
#include "formats/signature/signature.hpp"

namespace formats {

namespace {

// The stream that begins with these bytes; by RFC 1952 and RFC 8878.
std::string_view stream_of(std::string_view head) {
    using namespace std::string_view_literals;
    if (head.starts_with("\x1f\x8b"sv)) return "gzip";
    return head.starts_with("\x28\xb5\x2f\xfd"sv) ? "zstd" : file_coding_of(head);
}

// By the checksum of its first header, behind whose fields there is nothing: older ones have no
// signature.
bool is_tar(std::string_view head) {
    constexpr std::size_t header = 512, fields = 257, at = 148, size = 8;
    if (head.size() < header || head.front() == '\0') return false;
    if (head.substr(0, header).find_first_not_of('\0', fields) != head.npos) return false;
    std::size_t sum = size * ' ', said = 0;
    for (std::size_t i = 0; i < header; ++i)
        if (i < at || i >= at + size) sum += static_cast<unsigned char>(head[i]);
    auto digits = head.substr(at, size);
    digits.remove_prefix(std::min(digits.find_first_not_of(' '), size));
    for (; !digits.empty() && digits.front() >= '0' && digits.front() <= '7';
         digits.remove_prefix(1))
        said = said * 8 + static_cast<std::size_t>(digits.front() - '0');
    return said == sum;
}

// By the signatures of zip and ustar.
bool is_archive(std::string_view head) {
    return head.starts_with("PK\x03\x04") || head.starts_with("PK\x05\x06") ||
           (head.size() >= 262 && head.substr(257, 5) == "ustar") || is_tar(head);
}

constexpr std::size_t head_size = 4096;
constexpr std::size_t most_layers = 8;

// The bytes of a file, or of the stream that lies in the layer below.
struct Layer {
    std::string head;  // read to look at, not yet handed out
    std::size_t at = 0;
    std::unique_ptr<PackedStream> stream;  // null: the file itself
    std::string_view coding;
    std::string packed{};  // of the layer below
    std::size_t packed_at = 0;
};

}  // namespace

struct Bytes::Impl {
    std::string path;
    std::string shown;  // in its place, where something is wrong
    std::string member;
    int descriptor = -1;
    bool close_it = false;
    bool started = false;
    bool plain = true;  // no archive
    bool members = false;
    bool by_parts = false;   // also what is one document
    bool damaged = false;    // the present member
    std::size_t passed = 0;  // headers of members
    std::int64_t offset = 0;
    std::vector<Layer> layers = std::vector<Layer>(1);
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
        throw base::Error(member.empty() ? shown : shown + "/" + member, reason);
    }

    std::size_t read_file(char* into, std::size_t size) {
        if (descriptor < 0) return 0;
        for (;;) {
            auto got = ::read(descriptor, into, size);
            if (got >= 0) return static_cast<std::size_t>(got);
            if (errno != EINTR) fail(std::strerror(errno));
        }
    }

    // Of the layer of that number.
    std::size_t read_layer(std::size_t number, char* into, std::size_t size) {
        auto& layer = layers[number];
        if (layer.at < layer.head.size()) {
            auto part = std::min(size, layer.head.size() - layer.at);
            std::memcpy(into, layer.head.data() + layer.at, part);
            layer.at += part;
            return part;
        }
        return layer.stream ? read_stream(number, into, size) : read_file(into, size);
    }

    std::size_t read_stream(std::size_t number, char* into, std::size_t size) {
        auto& layer = layers[number];
        auto& stream = *layer.stream;
        for (;;) {
            auto left = std::string_view(layer.packed).substr(layer.packed_at);
            const auto step = stream.step(left, into, size);
            layer.packed_at += step.taken;
            if (step.made > 0) return step.made;
            if (!stream.fault().empty())
                fail(fmt::format(
                    "the {} data {}: {}",
                    layer.coding,
                    stream.is_limit() ? "cannot be unpacked here" : "are damaged",
                    stream.fault()
                ));
            if (step.taken > 0) continue;
            layer.packed_at = layer.packed.size();
            layer.packed = next_of_layer(number - 1);
            layer.packed_at = 0;
            if (!layer.packed.empty()) continue;
            if (!stream.is_whole())
                fail(fmt::format("the {} data end too early: the file is cut off", layer.coding));
            return 0;
        }
    }

    // Nothing is left of what was read before, if that fails.
    std::string next_of_layer(std::size_t number) {
        std::string bytes(block.size(), '\0');
        bytes.resize(read_layer(number, bytes.data(), bytes.size()));
        return bytes;
    }

    std::size_t read_top(char* into, std::size_t size) {
        return read_layer(layers.size() - 1, into, size);
    }

    std::size_t read_member(char* into, std::size_t size) {
        if (plain) return read_top(into, size);
        auto n = archive_read_data(reader, into, size);
        damaged = n < 0;
        if (damaged) fail(reason_of(reader));
        return static_cast<std::size_t>(n);
    }

    static la_ssize_t read_callback(struct archive* handle, void* self, const void** data) {
        auto& impl = *static_cast<Impl*>(self);
        try {
            *data = impl.block.data();
            return static_cast<la_ssize_t>(impl.read_top(impl.block.data(), impl.block.size()));
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
        look();
        for (auto coding = stream_of(layers.back().head); !coding.empty();
             coding = stream_of(layers.back().head)) {
            if (layers.size() > most_layers) fail("packed more than eight times");
            auto& layer = layers.emplace_back();
            layer.coding = coding;
            layer.stream = open_file_stream(coding);
            if (!layer.stream)
                layer.stream = open_stream(coding, {.web = false, .zstd_window = 31});
            look();
        }
        const auto& head = layers.back().head;
        plain = !is_archive(head) || (!by_parts && is_workbook(head));
        if (!plain) open_archive();
    }

    // Reads the head of the last layer. Damage shows when it is read again.
    void look() {
        std::string head(head_size, '\0');
        std::size_t size = 0;
        try {
            while (size < head.size()) {
                auto got = read_top(head.data() + size, head.size() - size);
                if (got == 0) break;
                size += got;
            }
        } catch (const base::Error&) {
            if (layers.size() == 1) throw;
        }
        head.resize(size);
        layers.back().head = std::move(head);
    }

    // As zip wants it.
    bool seekable() const { return close_it && layers.size() == 1; }

    // Behind damage libarchive reads nothing more, but a zip knows where its members begin.
    bool reopen() {
        const bool zip = seekable() && layers.front().head.starts_with("PK");
        if (!zip) return false;
        archive_read_free(reader);
        reader = nullptr;
        damaged = false;
        open_archive();
        struct archive_entry* entry = nullptr;
        for (std::size_t i = 0; i < passed; ++i)
            if (archive_read_next_header(reader, &entry) < ARCHIVE_WARN) return false;
        return true;
    }

    void open_archive() {
        reader = archive_read_new();
        archive_read_support_format_zip(reader);
        archive_read_support_format_tar(reader);
        auto code = seekable() ? archive_read_open_filename(reader, path.c_str(), block.size())
                               : archive_read_open(reader, this, nullptr, read_callback, nullptr);
        if (code != ARCHIVE_OK) fail(reason_of(reader));
    }
};

Bytes::Bytes(const std::string& path) : impl_(std::make_unique<Impl>()) {
    impl_->path = impl_->shown = path;
    impl_->open();
}

std::unique_ptr<Bytes> Bytes::members_of(const std::string& path, const std::string& shown) {
    std::unique_ptr<Bytes> bytes(new Bytes);
    bytes->impl_->path = path;
    bytes->impl_->shown = shown;
    bytes->impl_->by_parts = true;
    bytes->impl_->open();
    return bytes;
}

Bytes::Bytes() : impl_(std::make_unique<Impl>()) {}
Bytes::~Bytes() = default;

std::unique_ptr<Bytes> Bytes::of(std::string text) {
    std::unique_ptr<Bytes> bytes(new Bytes);
    bytes->impl_->shown = "text";
    bytes->impl_->layers.front().head = std::move(text);
    return bytes;
}

bool Bytes::next_member() {
    auto& i = *impl_;
    i.offset = 0;
    i.ahead.clear();
    if (i.plain) return !std::exchange(i.started, true);
    if (i.damaged && !i.reopen()) return false;
    for (;;) {
        struct archive_entry* entry = nullptr;
        auto code = archive_read_next_header(i.reader, &entry);
        if (code == ARCHIVE_EOF) return false;
        if (code < ARCHIVE_WARN) i.fail(i.reason_of(i.reader));
        ++i.passed;
        i.started = true;
        i.members = true;
        if (archive_entry_filetype(entry) != AE_IFREG) continue;
        const char* name = archive_entry_pathname_utf8(entry);
        if (!name) name = archive_entry_pathname(entry);
        i.member = name ? name : "";
        return true;
    }
}

std::string_view Bytes::start() const {
    return impl_->layers.back().head;
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
    auto& file = i.layers.front();
    const bool here = i.plain && i.layers.size() == 1 && i.descriptor >= 0;
    if (here && offset >= static_cast<std::int64_t>(file.head.size())) {
        auto end = ::lseek(i.descriptor, 0, SEEK_END);
        if (end >= 0) {  // a pipe cannot seek: read on
            if (end < offset) return false;
            ::lseek(i.descriptor, offset, SEEK_SET);
            file.at = file.head.size();
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
