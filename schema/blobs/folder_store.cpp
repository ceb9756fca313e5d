// Blobs as files of a folder.
//
// A file gets its name when all of it is on the disk: it is written under another, synced, renamed.
// Several machines may write the same at once, over NFS too: whichever is last, the file is whole.
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "schema/blobs/blob_store.hpp"
#include "schema/blobs/blobs_away.hpp"

namespace schema {

namespace fs = std::filesystem;

namespace {

constexpr auto mend_directory = "free disk space or mend the folder's permissions";

// A name that nobody else writes under: several threads may have the same bytes at once.
fs::path part_of(const fs::path& path) {
    static std::atomic<std::uint64_t> count{0};
    auto part = path;
    part += fmt::format(".{}.{}.part", getpid(), ++count);
    return part;
}

void write_synced(const fs::path& path, std::string_view data) {
    auto fail = [&] { throw BlobsAway(path.string(), std::strerror(errno), mend_directory); };
    int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) fail();
    while (!data.empty()) {
        auto written = write(file, data.data(), data.size());
        if (written < 0) {
            if (errno == EINTR) continue;
            close(file);
            fail();
        }
        data.remove_prefix(static_cast<std::size_t>(written));
    }
    if (fsync(file) != 0) {
        close(file);
        fail();
    }
    close(file);
}

// Whether the file has these bytes.
bool holds(const fs::path& path, std::string_view bytes) {
    std::error_code error;
    if (fs::file_size(path, error) != bytes.size() || error) return false;
    std::ifstream in(path, std::ios::binary);
    std::string part(1 << 16, '\0');
    while (!bytes.empty()) {
        const auto wanted = bytes.substr(0, part.size());
        bytes.remove_prefix(wanted.size());
        if (!in.read(part.data(), static_cast<std::streamsize>(wanted.size())) ||
            std::string_view(part).substr(0, wanted.size()) != wanted)
            return false;
    }
    return true;
}

std::ifstream opened(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in)
        throw BlobsAway(
            path.string(),
            "the file of a stored blob is missing",
            "restore the blob directory from a backup"
        );
    return in;
}

[[noreturn]] void unreadable(const fs::path& path) {
    throw BlobsAway(path.string(), "cannot be read", "look at the disk that it is on");
}

class FolderStore : public BlobStore {
public:
    explicit FolderStore(fs::path directory) : directory_(std::move(directory)) {}

    Lies look(const std::string& name, std::string_view bytes) override {
        std::error_code error;
        const auto path = directory_ / name;
        if (!fs::is_regular_file(path, error)) return Lies::nothing;
        return holds(path, bytes) ? Lies::same : Lies::other;
    }

    void replace(const std::string& name, std::string_view bytes) override {
        auto path = directory_ / name;
        try {
            fs::create_directories(path.parent_path());
            auto part = part_of(path);
            write_synced(part, bytes);
            fs::rename(part, path);
        } catch (const fs::filesystem_error& error) {
            throw BlobsAway(path.string(), error.code().message(), mend_directory);
        }
    }

    std::string get(const std::string& name) override {
        auto path = directory_ / name;
        auto in = opened(path);
        std::ostringstream text;
        text << in.rdbuf();
        if (in.bad()) unreadable(path);
        return std::move(text).str();
    }

    std::string get_part(const std::string& name, std::uint64_t from, std::uint64_t size) override {
        auto path = directory_ / name;
        auto in = opened(path);
        in.seekg(0, std::ios::end);
        const auto there = static_cast<std::uint64_t>(std::max<std::streamoff>(0, in.tellg()));
        if (from >= there) return {};
        std::string bytes(std::min(size, there - from), '\0');
        in.seekg(static_cast<std::streamoff>(from));
        if (!in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) unreadable(path);
        return bytes;
    }

    bool has(const std::string& name) override {
        std::error_code error;
        auto there = fs::exists(directory_ / name, error);
        if (error) throw BlobsAway((directory_ / name).string(), error.message(), mend_directory);
        return there;
    }

    bool remove(const std::string& name) override {
        std::error_code error;
        fs::remove(directory_ / name, error);
        return !error;
    }

    using BlobStore::each;
    void each(const std::string& start, const Visit& visit) override {
        std::error_code error;
        auto options = fs::directory_options::skip_permission_denied;
        for (fs::recursive_directory_iterator at(directory_, options, error), end;
             !error && at != end;
             at.increment(error)) {
            if (at->path().extension() == ".part" || !at->is_regular_file(error) || error) continue;
            auto size = at->file_size(error);
            if (error) continue;
            const auto name = at->path().lexically_relative(directory_).string();
            if (name.starts_with(start) && !visit(name, size)) return;
        }
    }

    std::string place() const override { return directory_.string(); }
    std::optional<fs::path> folder() const override { return directory_; }

private:
    fs::path directory_;
};

}  // namespace

std::shared_ptr<BlobStore> open_folder(fs::path directory) {
    return std::make_shared<FolderStore>(std::move(directory));
}

}  // namespace schema
