// Each record is a gzip member of its own, as ISO 28500:2017 recommends, so a reader can begin at
// any record and a process that is killed spoils at most the last one. Digests and compression are
// made outside of the lock; only the write is within it.
//
// Bodies are stored as the client decoded them, so that digests tell equal contents under different
// codings. A payload that was written before becomes a revisit that refers to it.
#include "crawler/archive/warc_writer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <unordered_map>

#include <fmt/format.h>
#include <zlib.h>

#include "base/bytes/hash.hpp"
#include "base/bytes/hex.hpp"
#include "base/error.hpp"
#include "base/time/time.hpp"
#include "formats/url/url.hpp"
#include "formats/warc/warc.hpp"

namespace crawler {

namespace {

constexpr std::size_t payloads_remembered = 200'000;

// A random UUID (RFC 9562, version 4).
std::string record_id() {
    auto bytes = base::random_bytes(16);
    bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
    bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
    auto digits = base::hex(bytes);
    for (std::size_t at : {8, 13, 18, 23}) digits.insert(at, "-");
    return "<urn:uuid:" + digits + ">";
}

std::string gzipped(std::string_view bytes) {
    z_stream stream{};
    if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc();
    std::string out(deflateBound(&stream, bytes.size()) + 32, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

struct Draft {
    std::string type, target, date, content_type, extra, block;
};

std::string record_of(const Draft& draft, const std::string& id) {
    auto head = fmt::format(
        "WARC/1.1\r\nWARC-Type: {}\r\nWARC-Record-ID: {}\r\nWARC-Date: {}\r\n",
        draft.type,
        id,
        draft.date
    );
    if (!draft.target.empty()) head += "WARC-Target-URI: " + draft.target + "\r\n";
    head += draft.extra;
    head += fmt::format(
        "WARC-Block-Digest: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n",
        formats::sha1_label(draft.block),
        draft.content_type,
        draft.block.size()
    );
    return gzipped(head + draft.block + "\r\n\r\n");
}

bool about_coding(std::string_view name) {
    return name == "content-encoding" || name == "transfer-encoding" || name == "content-length";
}

std::string request_block(const Request& request, const std::string& user_agent) {
    auto url = formats::parse_url(request.url);
    auto text = fmt::format(
        "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {}\r\nAccept-Encoding: gzip, deflate, br, "
        "zstd\r\n",
        url ? url->target() : "/",
        url ? url->host_and_port() : "",
        user_agent
    );
    if (!request.etag.empty()) text += "If-None-Match: " + request.etag + "\r\n";
    if (!request.last_modified.empty())
        text += "If-Modified-Since: " + request.last_modified + "\r\n";
    return text + "\r\n";
}

std::string response_head(const Response& response) {
    auto text = fmt::format("HTTP/1.1 {} \r\n", response.status);
    for (const auto& [name, value] : response.headers)
        text +=
            fmt::format("{}{}: {}\r\n", about_coding(name) ? "x-archive-orig-" : "", name, value);
    return text + fmt::format("content-length: {}\r\n\r\n", response.body.size());
}

}  // namespace

struct WarcWriter::Impl {
    std::string folder, prefix, user_agent;
    std::uint64_t rotate_at;
    std::mutex mutex;
    int file = -1;
    std::string path;
    std::uint64_t size = 0;
    int number = 0;
    struct First {
        std::string id, target, date;
    };
    std::unordered_map<std::string, First> payloads;  // by digest

    void open() {
        auto now = std::chrono::system_clock::now();
        auto stamp = base::formatted(now, "%Y%m%d%H%M%S");
        for (;;) {
            path = fmt::format(
                "{}/{}-{}-{}-{:05}.warc.gz", folder, prefix, stamp, ::getpid(), ++number
            );
            file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
            if (file >= 0) break;
            if (errno != EEXIST)
                throw base::Error(
                    "file '" + path + "'",
                    std::strerror(errno),
                    "give a folder that can be written to"
                );
        }
        size = 0;
        auto name = std::filesystem::path(path).filename().string();
        put(record_of(
            {"warcinfo",
             "",
             base::rfc3339(now),
             "application/warc-fields",
             "WARC-Filename: " + name + "\r\n",
             "software: tilth\r\nformat: WARC File Format 1.1\r\nhttp-header-user-agent: " +
                 user_agent + "\r\n"},
            record_id()
        ));
    }

    void put(const std::string& bytes) {
        for (std::size_t at = 0; at < bytes.size();) {
            auto n = ::write(file, bytes.data() + at, bytes.size() - at);
            if (n < 0 && errno == EINTR) continue;
            if (n < 0)
                throw base::Error(
                    "file '" + path + "'", std::strerror(errno), "make room on the disk"
                );
            at += static_cast<std::size_t>(n);
        }
        size += bytes.size();
    }

    void close() {
        if (file < 0) return;
        ::fsync(file);
        ::close(file);
        file = -1;
    }
};

WarcWriter::WarcWriter(
    std::string folder,
    std::string prefix,
    std::string user_agent,
    std::uint64_t rotate_at
)
    : impl_(new Impl{
          std::move(folder),
          std::move(prefix),
          std::move(user_agent),
          rotate_at,
          {},
          -1,
          {},
          0,
          0,
          {}}) {
    std::error_code failed;
    std::filesystem::create_directories(impl_->folder, failed);
    if (failed)
        throw base::Error(
            "folder '" + impl_->folder + "'", failed.message(), "give another one with --warc"
        );
}

WarcWriter::~WarcWriter() {
    impl_->close();
}

std::string WarcWriter::path() const {
    std::lock_guard lock(impl_->mutex);
    return impl_->path;
}

void WarcWriter::write(const Request& request, const Response& response, schema::Time at) {
    if (response.status == 0) return;
    auto& i = *impl_;
    auto date = base::rfc3339(at);
    auto payload = formats::sha1_label(response.body);
    auto id = record_id();
    auto extra =
        response.address.empty() ? std::string() : "WARC-IP-Address: " + response.address + "\r\n";
    extra += "WARC-Payload-Digest: " + payload + "\r\n";
    Draft draft{
        "response",
        request.url,
        date,
        "application/http; msgtype=response",
        extra,
        response_head(response)};
    if (response.status == 304) {
        draft.type = "revisit";
        draft.extra +=
            "WARC-Profile: http://netpreserve.org/warc/1.1/revisit/server-not-modified\r\n";
    } else {
        std::lock_guard lock(i.mutex);
        auto known = i.payloads.find(payload);
        if (known != i.payloads.end() && !response.body.empty()) {
            draft.type = "revisit";
            draft.extra += fmt::format(
                "WARC-Profile: http://netpreserve.org/warc/1.1/revisit/identical-payload-digest\r\n"
                "WARC-Refers-To: {}\r\nWARC-Refers-To-Target-URI: {}\r\nWARC-Refers-To-Date: "
                "{}\r\n",
                known->second.id,
                known->second.target,
                known->second.date
            );
        } else if (i.payloads.size() < payloads_remembered) {
            i.payloads.emplace(payload, Impl::First{id, request.url, date});
        }
    }
    if (draft.type == "response") draft.block += response.body;
    auto bytes = record_of(draft, id);  // compressed outside of the lock
    bytes += record_of(
        {"request",
         request.url,
         date,
         "application/http; msgtype=request",
         "WARC-Concurrent-To: " + id + "\r\n",
         request_block(request, i.user_agent)},
        record_id()
    );
    std::lock_guard lock(i.mutex);
    if (i.file < 0 || i.size >= i.rotate_at) {
        i.close();
        i.open();
    }
    i.put(bytes);
}

}  // namespace crawler
