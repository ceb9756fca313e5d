// Bytes by their hash, small ones in the table and large ones in files.
//
// Up to 64 KiB PostgreSQL holds them well and a page needs one read; above, they would swell the
// table, its backups and the cache, so that they lie in files of their own, written under another
// name, synced and renamed before the row that names them. Only what shrinks by an eighth is kept
// compressed: pictures and archives never do, and unpacking them would be for nothing.
#include "schema/blobs/blobs.hpp"

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zstd.h>

#include "base/bytes/hash.hpp"
#include "base/bytes/hex.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "schema/blobs/blobs_away.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"
#include "schema/sql.hpp"

namespace schema {

namespace {

constexpr auto mend_directory = "free disk space or mend the folder's permissions";
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

std::string decompress(std::string_view data, std::size_t size) {
    std::string out(size, '\0');
    auto got = ZSTD_decompress(out.data(), out.size(), data.data(), data.size());
    if (ZSTD_isError(got) || got != size)
        throw base::Error("blob", "its compressed bytes are damaged", "restore it from a backup");
    return out;
}

// A name that nobody else writes under: several threads may have the same bytes at once.
std::filesystem::path part_of(const std::filesystem::path& path) {
    static std::atomic<std::uint64_t> count{0};
    auto part = path;
    part += fmt::format(".{}.{}.part", getpid(), ++count);
    return part;
}

void write_synced(const std::filesystem::path& path, std::string_view data) {
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

std::ifstream opened(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in)
        throw BlobsAway(
            path.string(),
            "the file of a stored blob is missing",
            "restore the blob directory from a backup"
        );
    return in;
}

[[noreturn]] void unreadable(const std::filesystem::path& path) {
    throw BlobsAway(path.string(), "cannot be read", "look at the disk that it is on");
}

std::string read_part(const std::filesystem::path& path, std::uint64_t from, std::uint64_t size) {
    auto in = opened(path);
    std::string bytes(size, '\0');
    in.seekg(static_cast<std::streamoff>(from));
    in.read(bytes.data(), static_cast<std::streamsize>(size));
    if (in.bad()) unreadable(path);
    bytes.resize(static_cast<std::size_t>(in.gcount()));
    return bytes;
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
    if (row.bytes.size() <= inline_limit || directory_.empty()) return row;

    auto name = base::hex(row.sha256);
    row.location = name.substr(0, 2) + "/" + name.substr(2, 2) + "/" + name;
    auto path = directory_ / row.location;
    try {
        if (!std::filesystem::exists(path)) {
            std::filesystem::create_directories(path.parent_path());
            auto part = part_of(path);
            write_synced(part, row.bytes);
            std::filesystem::rename(part, path);
        }
    } catch (const std::filesystem::filesystem_error& error) {
        throw BlobsAway(path.string(), error.code().message(), mend_directory);
    }
    row.bytes.clear();
    return row;
}

std::optional<std::string> Blobs::load(base::Tx& tx, const std::string& sha256_bytes) const {
    auto rows =
        tx.exec(sql::file["load_blob"], leading_bytes(sha256_bytes), base::bytes_of(sha256_bytes));
    if (rows.empty()) return std::nullopt;
    const auto& row = rows[0];
    return unpack(
        row["encoding"].as<std::string>(),
        row["bytes"].is_null() ? std::string() : base::bytes(row["bytes"]),
        row["location"].is_null() ? std::string() : row["location"].as<std::string>(),
        row["size"].as<std::size_t>()
    );
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
    auto rows =
        tx.exec(sql::file["load_blob"], leading_bytes(sha256_bytes), base::bytes_of(sha256_bytes));
    if (rows.empty()) throw base::Error("blob", "it is missing", "restore it from a backup");
    const auto& row = rows[0];
    const auto encoding = row["encoding"].as<std::string>();
    if (encoding == "identity" && !row["location"].is_null())
        return read_part(directory_ / row["location"].as<std::string>(), from, size);
    auto whole = unpack(
        encoding,
        row["bytes"].is_null() ? std::string() : base::bytes(row["bytes"]),
        row["location"].is_null() ? std::string() : row["location"].as<std::string>(),
        row["size"].as<std::size_t>()
    );
    return from < whole.size() ? whole.substr(from, size) : std::string();
}

std::string Blobs::unpack(
    const std::string& encoding,
    std::string bytes,
    const std::string& location,
    std::size_t size
) const {
    if (!location.empty()) {
        auto path = directory_ / location;
        auto in = opened(path);
        std::ostringstream text;
        text << in.rdbuf();
        if (in.bad()) unreadable(path);
        bytes = text.str();
    }
    return encoding == "zstd" ? decompress(bytes, size) : bytes;
}

bool Blobs::remove(const std::string& location) const {
    std::error_code error;
    std::filesystem::remove(directory_ / location, error);
    return !error;
}

}  // namespace schema
