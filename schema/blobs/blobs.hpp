#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace base {
class Tx;
}

namespace schema {

// Bodies and images by their SHA-256. Small ones lie in the database, others in a directory, as
// aa/bb/<hex> below it. A file is complete and synced before the row that names it is committed; a
// crash leaves at most a file without a row. Thread-safe.
class Blobs {
public:
    // Nothing is made until a large blob is stored.
    // Without a directory none is: what it seals is only to be looked at.
    explicit Blobs(std::filesystem::path directory = {}) : directory_(std::move(directory)) {}

    // A blob made ready to be stored as a row.
    struct Row {
        std::string sha256;
        std::int64_t size = 0;  // before compression
        bool compressed = false;
        std::string bytes;     // inline, or empty and
        std::string location;  // where the file is, relative to the directory
    };

    // Compresses (zstd, where it saves an eighth) and, if it is large even then, writes the file;
    // throws BlobsAway where that fails.
    Row seal(std::string_view data) const;

    // The bytes of a blob, or nothing if there is none of that hash. Throws BlobsAway if its
    // file is missing or can not be read, base::Error if it is damaged.
    std::optional<std::string> load(base::Tx& tx, const std::string& sha256) const;

    // How many bytes a blob has; nothing if there is none of that hash.
    std::optional<std::uint64_t> size(base::Tx& tx, const std::string& sha256) const;
    // `size` of its bytes from `from` on, fewer at its end. Reads no more of a file than that.
    // Throws as load() does, and base::Error if there is none of that hash.
    std::string load_part(
        base::Tx& tx,
        const std::string& sha256,
        std::uint64_t from,
        std::uint64_t size
    ) const;

    // The bytes of a blob from the columns of its row (bytes is empty where there is a location).
    std::string unpack(
        const std::string& encoding,
        std::string bytes,
        const std::string& location,
        std::size_t size
    ) const;

    // Removes the file of a blob whose row is gone. False if it is still there.
    bool remove(const std::string& location) const;

private:
    std::filesystem::path directory_;
};

}  // namespace schema
