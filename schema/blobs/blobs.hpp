#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "schema/blobs/blob_store.hpp"

namespace base {
class Tx;
}

namespace schema {

// Bodies and images by their SHA-256. Small ones lie in the database, others in a store, as
// aa/bb/<hex>. What lies there is complete before the row that names it is committed; a crash
// leaves at most a file without a row. Thread-safe.
class Blobs {
public:
    // Without a store none is written: what it seals is only to be looked at.
    explicit Blobs(std::shared_ptr<BlobStore> store = nullptr) : store_(std::move(store)) {}
    // In a folder, of which nothing is made until a large blob is stored.
    explicit Blobs(std::filesystem::path directory) : store_(open_folder(std::move(directory))) {}

    // A blob made ready to be stored as a row.
    struct Row {
        std::string sha256;
        std::int64_t size = 0;  // before compression
        bool compressed = false;
        std::string bytes;     // inline, or empty and
        std::string location;  // its name in the store
    };

    // Compresses (zstd, where it saves an eighth) and, if it is large even then, stores it;
    // throws BlobsAway where that fails.
    Row seal(std::string_view data) const;

    // The bytes of a blob, or nothing if there is none of that hash. Throws BlobsAway if what is
    // stored of it is missing or can not be read, base::Error if it is damaged.
    std::optional<std::string> load(base::Tx& tx, const std::string& sha256) const;

    // How many bytes a blob has; nothing if there is none of that hash.
    std::optional<std::uint64_t> size(base::Tx& tx, const std::string& sha256) const;
    // `size` of its bytes from `from` on, fewer at its end. Reads no more of what is stored than
    // that. Throws as load() does, and base::Error if there is none of that hash.
    std::string load_part(
        base::Tx& tx,
        const std::string& sha256,
        std::uint64_t from,
        std::uint64_t size
    ) const;

    // The bytes of a blob from the columns of its row; with a location and no bytes they are read
    // there. What lies there compressed otherwise than the row says is unpacked all the same if it
    // has the hash that it is named by; base::Error that names it for what is damaged.
    std::string unpack(
        const std::string& encoding,
        std::string bytes,
        const std::string& location,
        std::size_t size
    ) const;

    // What lies in the store at a location, as it lies there.
    std::string stored(const std::string& location) const;

    // Removes what is stored of a blob whose row is gone. False if it is still there.
    bool remove(const std::string& location) const;

    // Null if there is none.
    BlobStore* store() const { return store_.get(); }

private:
    BlobStore& place_of(const std::string& location) const;

    std::shared_ptr<BlobStore> store_;
};

}  // namespace schema
