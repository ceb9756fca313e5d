#include "api/server/ranges.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/bytes/hash.hpp"
#include "base/bytes/hex.hpp"
#include "base/numbers/parse.hpp"
#include "base/run/spool.hpp"

namespace api {

namespace {

constexpr std::size_t hashed_at_once = 1 << 20;

// Of all its bytes, a piece at a time.
std::string etag_of(const base::Spool& file) {
    std::vector<char> piece(hashed_at_once);
    std::string digest;
    std::uint64_t at = 0;
    while (at < file.size()) {
        std::size_t filled = 0;
        while (filled < piece.size()) {
            auto got = file.read(at + filled, std::span(piece).subspan(filled));
            if (got == 0) break;
            filled += got;
        }
        if (filled == 0) break;
        digest = base::sha256_of({digest, {piece.data(), filled}});
        at += filled;
    }
    return "\"" + base::hex(digest).substr(0, 32) + "\"";
}

}  // namespace

std::optional<FilePart> part_of(std::string_view range, std::uint64_t size) {
    constexpr std::string_view unit = "bytes=";
    if (!range.starts_with(unit)) return std::nullopt;
    range.remove_prefix(unit.size());
    auto dash = range.find('-');
    if (dash == range.npos) return std::nullopt;
    auto number = [](std::string_view text) { return base::whole_number<std::uint64_t>(text, 10); };
    auto first = number(range.substr(0, dash)), last = number(range.substr(dash + 1));
    bool open = dash + 1 == range.size();
    if (dash == 0) {
        if (!last) return std::nullopt;
        auto tail = std::min(*last, size);
        return FilePart{.from = size - tail, .size = tail};
    }
    if (!first || (!last && !open) || (last && *last < *first)) return std::nullopt;
    if (*first >= size) return FilePart{};
    auto end = open ? size : std::min(*last, size - 1) + 1;
    return FilePart{.from = *first, .size = end - *first};
}

void set_part(Response& response, const FilePart& part, std::uint64_t size) {
    if (part.size == 0) {
        Problem none(416, "No such part", fmt::format("the file has {} bytes", size));
        none.headers.emplace_back("Content-Range", fmt::format("bytes */{}", size));
        throw none;
    }
    response.status = 206;
    response.set(
        "Content-Range", fmt::format("bytes {}-{}/{}", part.from, part.from + part.size - 1, size)
    );
}

void answer_range(const Request& request, Response& response) {
    if (!response.file || response.status != 200) return;
    auto etag = etag_of(*response.file);
    response.set("ETag", etag);
    response.set("Accept-Ranges", "bytes");
    if (request.method != Method::get || request.header("if-range") != etag) return;
    auto size = response.file->size();
    auto part = part_of(request.header("range"), size);
    if (!part) return;
    set_part(response, *part, size);
    response.part = part;
}

}  // namespace api
