// Bytes by their hash, small ones in the table and large ones in a store.
//
// Up to 64 KiB PostgreSQL holds them well and a page needs one read; above, they would swell the
// table, its backups and the cache, so that they lie in a store beside it, whole and for good
// before the row that names them is committed. Only what shrinks by an eighth is kept compressed:
// pictures and archives never do, and unpacking them would be for nothing.
#include "schema/blobs/blobs.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>

#include <zstd.h>
#include <boost/describe/class.hpp>

#include "base/bytes/hash.hpp"
#include "base/bytes/hex.hpp"
#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "schema/blobs/blobs_away.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"
#include "schema/sql.hpp"

namespace schema {

namespace {

constexpr std::size_t inline_limit = 64 * 1024;
constexpr std::size_t worth_compressing = 256;
constexpr int zstd_level = 1;

// The context is kept: making one costs as much as compressing a small page.
std::string compress(std::string_view data) {
    struct Free {
        void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
    };
    thread_local std::unique_ptr<ZSTD_CCtx, Free> context(ZSTD_createCCtx());
    thread_local std::string space;
    if (!context) return {};
    if (auto bound = ZSTD_compressBound(data.size()); space.size() < bound) space.resize(bound);
    auto size = ZSTD_compressCCtx(
        context.get(), space.data(), space.size(), data.data(), data.size(), zstd_level
    );
    std::string out;
    if (!ZSTD_isError(size)) out.assign(space.data(), size);
    if (space.size() > (4U << 20U)) {
        space.clear();
        space.shrink_to_fit();
    }
    return out;
}

std::optional<std::string> decompress(std::string_view data, std::size_t size) {
    std::string out(size, '\0');
    auto got = ZSTD_decompress(out.data(), out.size(), data.data(), data.size());
    if (ZSTD_isError(got) || got != size) return std::nullopt;
    return out;
}

// What lies under a name, as data of that size. A file that was damaged and put again may hold it
// compressed where its row says that it is not, or the other way round: it is taken for the data
// if it has the hash that the name tells.
std::string data_of(
    std::string bytes,
    const std::string& encoding,
    const std::string& location,
    std::size_t size
) {
    const auto as_it_is = [&]() -> std::optional<std::string> {
        if (bytes.size() != size) return std::nullopt;
        return std::move(bytes);
    };
    const bool packed = encoding == "zstd";
    if (auto data = packed ? decompress(bytes, size) : as_it_is()) return std::move(*data);
    if (auto data = packed ? as_it_is() : decompress(bytes, size))
        if (location.ends_with("/" + base::hex(base::sha256(*data)))) return std::move(*data);
    throw base::Error(
        location.empty() ? "blob" : "blob " + location,
        "what is stored of it is damaged",
        "restore it from a backup"
    );
}

// How what lies there holds the data, if it does: whether it is compressed.
std::optional<bool> kept_as(BlobStore& store, const std::string& location, std::string_view data) {
    try {
        const auto bytes = store.get(location);
        if (bytes == data) return false;
        if (decompress(bytes, data.size()) == data) return true;
    } catch (const BlobsAway&) {
        throw;
    } catch (const base::Error&) {
        // damaged
    }
    return std::nullopt;
}

// A row of the table, by its names.
struct StoredBlob {
    std::string encoding, location;
    base::Binary bytes;
    std::uint64_t size = 0;
};
BOOST_DESCRIBE_STRUCT(StoredBlob, (), (encoding, location, bytes, size))

std::optional<StoredBlob> find_stored(base::Tx& tx, const std::string& sha256_bytes) {
    return base::first_as<StoredBlob>(
        tx.exec(sql::file["load_blob"], leading_bytes(sha256_bytes), base::bytes_of(sha256_bytes))
    );
}

}  // namespace

Blobs::Row Blobs::seal(std::string_view data) const {
    Row row;
    row.sha256 = base::sha256(data);
    row.size = static_cast<std::int64_t>(data.size());
    if (data.size() >= worth_compressing) {
        row.bytes = compress(data);
        row.compressed = !row.bytes.empty() && row.bytes.size() <= data.size() - data.size() / 8;
    }
    if (!row.compressed) row.bytes = data;
    if (row.bytes.size() <= inline_limit || !store_) return row;

    auto name = base::hex(row.sha256);
    row.location = name.substr(0, 2) + "/" + name.substr(2, 2) + "/" + name;
    const auto lies = store_->look(row.location, row.bytes);
    // Another version of zstd packs the same data otherwise, and rows say how it lies there.
    const auto kept =
        lies == BlobStore::Lies::other ? kept_as(*store_, row.location, data) : std::nullopt;
    if (kept)
        row.compressed = *kept;
    else if (lies != BlobStore::Lies::same)
        store_->replace(row.location, row.bytes);
    row.bytes.clear();
    return row;
}

std::optional<std::string> Blobs::load(base::Tx& tx, const std::string& sha256_bytes) const {
    auto found = find_stored(tx, sha256_bytes);
    if (!found) return std::nullopt;
    return unpack(found->encoding, std::move(found->bytes.bytes), found->location, found->size);
}

std::optional<std::uint64_t> Blobs::size(base::Tx& tx, const std::string& sha256_bytes) const {
    return tx.value<std::uint64_t>(
        sql::file["blob_size"], leading_bytes(sha256_bytes), base::bytes_of(sha256_bytes)
    );
}

std::string Blobs::load_part(
    base::Tx& tx,
    const std::string& sha256_bytes,
    std::uint64_t from,
    std::uint64_t size
) const {
    auto found = find_stored(tx, sha256_bytes);
    if (!found) throw base::Error("blob", "it is missing", "restore it from a backup");
    if (found->encoding == "identity" && !found->location.empty())
        if (auto part = place_of(found->location).get_part(found->location, from, size);
            part.size() == std::min<std::uint64_t>(size, found->size - std::min(from, found->size)))
            return part;  // else it is damaged, or held otherwise than its row says
    const auto whole =
        unpack(found->encoding, std::move(found->bytes.bytes), found->location, found->size);
    return from < whole.size() ? whole.substr(from, size) : std::string();
}

std::string Blobs::unpack(
    const std::string& encoding,
    std::string bytes,
    const std::string& location,
    std::size_t size
) const {
    if (!location.empty() && bytes.empty()) bytes = stored(location);
    return data_of(std::move(bytes), encoding, location, size);
}

BlobStore& Blobs::place_of(const std::string& location) const {
    if (!store_) throw BlobsAway("blob " + location, "there is no place of blobs here", "name one");
    return *store_;
}

std::string Blobs::stored(const std::string& location) const {
    return place_of(location).get(location);
}

bool Blobs::remove(const std::string& location) const {
    return store_ && store_->remove(location);
}

}  // namespace schema
