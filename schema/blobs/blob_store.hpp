#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace schema {

// Where large bytes lie by name: in a folder, or in a bucket that speaks S3. Names are parts of
// letters, digits, '.', '_' and '-' with '/' between them, and one name always has the same bytes.
// Throws BlobsAway where the place cannot be reached, read or written, and base::Error for bytes
// that are not those that were put. Thread-safe.
class BlobStore {
public:
    virtual ~BlobStore() = default;

    // All of the bytes lie there, for good, when this returns; nothing is written where they lie
    // already.
    void put(const std::string& name, std::string_view bytes) {
        if (look(name, bytes) != Lies::same) replace(name, bytes);
    }
    // Writes them, whatever lies there. A crash leaves under the name what was there, or all.
    virtual void replace(const std::string& name, std::string_view bytes) = 0;
    enum class Lies { nothing, other, same };
    // What lies there in comparison; nothing, too, where that cannot be said.
    virtual Lies look(const std::string& name, std::string_view bytes) = 0;
    virtual std::string get(const std::string& name) = 0;
    // `size` of the bytes from `from` on, fewer at their end; whether they are those that were put
    // is not looked at.
    virtual std::string
    get_part(const std::string& name, std::uint64_t from, std::uint64_t size) = 0;
    virtual bool has(const std::string& name) = 0;
    // False if it may still be there; true if there was none.
    virtual bool remove(const std::string& name) = 0;
    // Each name that is there and begins so with its size, in no order, until `visit` returns
    // false.
    using Visit = std::function<bool(const std::string& name, std::uint64_t size)>;
    void each(const Visit& visit) { each("", visit); }
    virtual void each(const std::string& start, const Visit& visit) = 0;
    // Where that is, for people.
    virtual std::string place() const = 0;
    // The folder of this machine that it is; nothing for what all machines reach alike.
    virtual std::optional<std::filesystem::path> folder() const { return std::nullopt; }
};

// Files below `directory`, which is made when the first is put; each is synced under another name
// before it gets its own.
std::shared_ptr<BlobStore> open_folder(std::filesystem::path directory);

}  // namespace schema
