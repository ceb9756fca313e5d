// What the blocks of WARC records hold: digests and HTTP messages.
#include <algorithm>
#include <charconv>

#include "base/bytes/base64.hpp"
#include "base/bytes/hash.hpp"
#include "base/bytes/hex.hpp"
#include "base/text/ascii.hpp"
#include "base/text/utf8.hpp"
#include "formats/archive/coding.hpp"
#include "formats/warc/warc.hpp"

namespace formats {

namespace {

std::optional<base::Digest> digest_named(std::string_view name) {
    if (name == "sha1") return base::Digest::sha1;
    if (name == "sha256") return base::Digest::sha256;
    if (name == "sha512") return base::Digest::sha512;
    if (name == "md5") return base::Digest::md5;
    return std::nullopt;
}

// RFC 9112, 7.1; nothing if it is broken. A missing last chunk is forgiven.
std::optional<std::string> without_chunks(std::string_view body, std::size_t limit) {
    std::string out;
    for (;;) {
        auto end = body.find("\r\n");
        if (end == body.npos)
            return body.empty() && !out.empty() ? std::optional(out) : std::nullopt;
        std::size_t size = 0;
        auto [stop, code] = std::from_chars(body.data(), body.data() + end, size, 16);
        if (code != std::errc() || stop == body.data() ||
            (stop != body.data() + end && *stop != ';' && *stop != ' '))
            return std::nullopt;
        body.remove_prefix(end + 2);
        if (size == 0) return out;
        if (size > body.size() || out.size() + size > limit) return std::nullopt;
        out.append(body.substr(0, size));
        body.remove_prefix(size);
        if (!body.starts_with("\r\n")) return std::nullopt;
        body.remove_prefix(2);
    }
}

}  // namespace

std::string_view name_of(DigestCheck check) {
    switch (check) {
        case DigestCheck::none:
            return "none";
        case DigestCheck::ok:
            return "ok";
        case DigestCheck::bad:
            return "bad";
        case DigestCheck::unknown:
            return "unknown";
    }
    return "none";
}

std::string sha1_label(std::string_view bytes) {
    return "sha1:" + base::base32(base::digest(base::Digest::sha1, bytes));
}

DigestCheck check_digest(std::string_view label, std::string_view bytes) {
    if (label.empty()) return DigestCheck::none;
    auto colon = label.find(':');
    if (colon == label.npos) return DigestCheck::unknown;
    auto name = base::to_lower(label.substr(0, colon));
    std::erase(name, '-');
    auto algorithm = digest_named(name);
    if (!algorithm) return DigestCheck::unknown;
    auto given = label.substr(colon + 1);
    while (given.ends_with('=')) given.remove_suffix(1);
    auto found = base::digest(*algorithm, bytes);
    std::string url_safe(given);
    std::replace(url_safe.begin(), url_safe.end(), '+', '-');
    std::replace(url_safe.begin(), url_safe.end(), '/', '_');
    bool same = base::equal_ignoring_case(given, base::base32(found)) ||
                base::equal_ignoring_case(given, base::hex(found)) ||
                url_safe == base::base64_url(found);
    return same ? DigestCheck::ok : DigestCheck::bad;
}

DigestCheck check_block(const WarcRecord& record) {
    return check_digest(record.header("warc-block-digest"), record.block);
}

DigestCheck check_payload(const WarcRecord& record) {
    auto label = record.header("warc-payload-digest");
    if (label.empty() || record.type == "revisit") return DigestCheck::none;
    if (!record.header("content-type").starts_with("application/http"))
        return check_digest(label, record.block);
    std::string_view block = record.block;
    auto end = block.find("\r\n\r\n");
    if (end == block.npos) return DigestCheck::bad;
    auto found = check_digest(label, block.substr(end + 4));
    if (found != DigestCheck::bad) return found;
    auto message = parse_http_response(block);
    if (!message) return found;
    auto body = without_chunks(message->body, 1U << 30U);
    return body ? check_digest(label, *body) : found;
}

std::string_view HttpMessage::header(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (key == name) return value;
    return {};
}

std::optional<HttpMessage> parse_http_response(std::string_view message) {
    if (!message.starts_with("HTTP/")) return std::nullopt;
    auto end = message.find("\r\n\r\n");
    std::size_t gap = 4;
    if (auto bare = message.find("\n\n"); bare < end) {
        end = bare;
        gap = 2;
    }
    if (end == message.npos) return std::nullopt;
    HttpMessage found;
    found.body = message.substr(end + gap);
    auto head = message.substr(0, end);
    auto space = head.find(' ');
    if (space == head.npos || space + 4 > head.size()) return std::nullopt;
    std::from_chars(head.data() + space + 1, head.data() + space + 4, found.status);
    if (found.status < 100) return std::nullopt;
    for (auto at = head.find('\n'); at != head.npos;) {
        auto next = head.find('\n', at + 1);
        auto line = base::trim(head.substr(at + 1, next == head.npos ? head.npos : next - at - 1));
        if (auto colon = line.find(':'); colon != line.npos)
            found.headers.emplace_back(
                base::to_lower(base::trim(line.substr(0, colon))),
                base::mend_utf8(base::trim(line.substr(colon + 1)))
            );
        at = next;
    }
    return found;
}

std::optional<std::string>
decoded_body(const HttpMessage& message, std::size_t limit, std::string* cut) {
    std::string plain;
    auto body = message.body;
    if (base::to_lower(message.header("transfer-encoding")).find("chunked") != std::string::npos) {
        // Some writers store the body without the chunks that its header still names.
        if (auto found = without_chunks(body, limit)) {
            plain = std::move(*found);
            body = plain;
        }
    }
    auto found = unpack(body, message.header("content-encoding"), limit);
    if (cut) *cut = found.fault;
    const bool some = cut && !found.bytes.empty();
    if (!found.fault.empty() && !some) return std::nullopt;
    return std::move(found.bytes);
}

}  // namespace formats
