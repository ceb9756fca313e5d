// All files are read, hashed and compressed once at the start: then no request touches the disk,
// and no path can leave the folder, because a path is only a key of a map. Files under /assets/
// carry a hash in their name and may be kept for ever; index.html must be asked for each time, or a
// browser would go on with the files of an old version.
//
// The Content-Security-Policy allows nothing inline and no other origin; answers of the API are
// data, so they may not run at all.
#include "api/server/assets.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>

#include <zlib.h>

#include "base/bytes/hash.hpp"
#include "base/error.hpp"
#include "schema/records/record.hpp"

namespace api {

namespace {

constexpr std::pair<std::string_view, std::string_view> media_types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
};

constexpr std::string_view not_built =
    "<!doctype html><html lang=en><meta charset=utf-8><title>tilth</title>"
    "<h1>tilth</h1><p>The service runs. Its web page was not built: "
    "install npm, then run <code>cmake --build BUILD --target web</code>.</p></html>";

std::string media_type_of(std::string_view path) {
    for (auto [ending, type] : media_types)
        if (path.ends_with(ending)) return std::string(type);
    return "application/octet-stream";
}

std::string gzipped(const std::string& data) {
    z_stream stream{};
    constexpr int with_gzip_header = 15 + 16;
    if (deflateInit2(&stream, 9, Z_DEFLATED, with_gzip_header, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        throw base::Error("gzip", "out of memory");
    std::string out(deflateBound(&stream, static_cast<uLong>(data.size())), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream.avail_in = static_cast<uInt>(data.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

// Whether the path is an address of the page, and no file that is missing. Names of records,
// sources and models may have dots; the areas of the page that they stand in have none.
bool is_page_address(std::string_view path) {
    path.remove_prefix(std::min<std::size_t>(path.size(), 1));
    auto area = path.substr(0, path.find('/'));
    if (area == "assets") return false;
    bool is_area = area.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == area.npos;
    return is_area && (area.size() < path.size() || path.find('.') == path.npos);
}

}  // namespace

Assets::Assets(const std::string& directory) {
    namespace fs = std::filesystem;
    constexpr std::uintmax_t largest = 16U << 20;
    std::error_code error;
    for (fs::recursive_directory_iterator at(directory, error), end; !error && at != end;
         at.increment(error)) {
        if (!at->is_regular_file() || at->file_size() > largest) continue;
        std::ifstream in(at->path(), std::ios::binary);
        std::string bytes{std::istreambuf_iterator<char>(in), {}};
        add("/" + at->path().lexically_relative(directory).generic_string(), std::move(bytes));
    }
    if (!files_.contains("/index.html")) add("/index.html", std::string(not_built));
}

void Assets::add(const std::string& path, std::string bytes) {
    File file;
    file.media_type = media_type_of(path);
    file.etag = "\"" + base::sha256_hex(bytes).substr(0, 20) + "\"";
    if (auto packed = gzipped(bytes); packed.size() < bytes.size())
        file.gzip = std::make_shared<const std::string>(std::move(packed));
    file.bytes = std::make_shared<const std::string>(std::move(bytes));
    files_[path] = std::move(file);
}

Response Assets::get(const Request& request) const {
    auto found = files_.find(request.path);
    bool is_page = found == files_.end() && is_page_address(request.path);
    if (is_page) found = files_.find("/index.html");
    if (found == files_.end())
        return problem({404, "Not found", "there is no file of this name"}, "");

    const auto& file = found->second;
    Response response;
    response.media_type = file.media_type;
    bool hashed = request.path.starts_with("/assets/");
    response.set("Cache-Control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
    response.set("ETag", file.etag);
    response.set("Vary", "Accept-Encoding");
    if (request.header("if-none-match") == file.etag) {
        response.status = 304;
        return response;
    }
    response.shared = file.bytes;
    if (file.gzip && request.header("accept-encoding").find("gzip") != std::string_view::npos) {
        response.shared = file.gzip;
        response.set("Content-Encoding", "gzip");
    }
    return response;
}

void secure(Response& response, bool is_api) {
    const std::pair<std::string_view, std::string_view> wanted[] = {
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Permissions-Policy", "camera=(), microphone=(), geolocation=()"},
        {"Cache-Control", "no-store"},
        {"Content-Security-Policy",
         is_api
             ? "default-src 'none'; sandbox; frame-ancestors 'none'"
             : "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: "
               "blob:; "
               "media-src 'self'; frame-src 'self'; connect-src 'self'; font-src 'self'; "
               "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    };
    for (auto [name, value] : wanted)
        if (!response.has(name)) response.set(std::string(name), std::string(value));
}

}  // namespace api
