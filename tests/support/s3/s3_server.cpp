#include "tests/support/s3/s3_server.hpp"

#include <algorithm>
#include <ctime>
#include <mutex>
#include <optional>
#include <thread>

#include <fmt/format.h>
#include <boost/asio.hpp>

#include "base/bytes/hash.hpp"
#include "base/bytes/percent.hpp"
#include "base/text/ascii.hpp"
#include "base/time/time.hpp"
#include "tests/support/s3/signed.hpp"

namespace test {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

struct Reply {
    int status = 200;
    std::string body;
    std::vector<std::string> headers;
    std::size_t length = 0;  // of a HEAD's object
};

struct Object {
    std::string bytes, sum;
};

struct Pending {
    std::string key, sum;
    std::map<int, std::string> parts;
};

Reply problem(int status, const std::string& code, const std::string& message) {
    auto more = code == "AuthorizationHeaderMalformed"
                    ? fmt::format("<Region>{}</Region>", S3Server::region)
                    : std::string();
    return {
        status,
        fmt::format(
            "<?xml version=\"1.0\"?><Error><Code>{}</Code><Message>{}</Message>{}</Error>",
            code,
            message,
            more
        ),
        {}};
}

std::string etag(const std::string& bytes) {
    return "\"" + base::sha256_hex(bytes).substr(0, 32) + "\"";
}

std::map<std::string, std::string> arguments(const std::string& query) {
    std::map<std::string, std::string> all;
    for (std::size_t at = 0; at < query.size();) {
        auto end = std::min(query.find('&', at), query.size());
        auto part = query.substr(at, end - at);
        auto sign = std::min(part.find('='), part.size());
        all[part.substr(0, sign)] =
            sign < part.size() ? base::percent_decode(part.substr(sign + 1)) : "";
        at = end + 1;
    }
    return all;
}

SignedRequest parse(const std::string& head) {
    SignedRequest request;
    auto start = head.find(' ') + 1;
    request.method = head.substr(0, start - 1);
    auto target = head.substr(start, head.find(' ', start) - start);
    auto mark = std::min(target.find('?'), target.size());
    request.path = target.substr(0, mark);
    if (mark < target.size()) request.query = target.substr(mark + 1);
    for (auto line = head.find("\r\n"); line != std::string::npos;) {
        auto end = head.find("\r\n", line + 2);
        auto text = head.substr(line + 2, end - line - 2);
        if (auto colon = text.find(':'); colon != std::string::npos)
            request.headers[base::to_lower(text.substr(0, colon))] =
                std::string(base::trim(text.substr(colon + 1)));
        line = end;
    }
    return request;
}

}  // namespace

struct S3Server::Impl {
    struct Hurt {
        S3Fault fault;
        std::string method, query;
    };

    asio::io_context io{1};
    tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
    mutable std::mutex mutex;
    std::map<std::string, Object> objects;
    std::map<std::string, Pending> uploads;
    std::vector<Hurt> hurts;
    std::vector<std::string> log;
    long long ahead = 0;
    int made = 0;
    std::thread thread;

    asio::awaitable<void> listen() {
        for (;;) {
            auto socket = co_await acceptor.async_accept(asio::use_awaitable);
            asio::co_spawn(io, serve(std::move(socket)), asio::detached);
        }
    }

    std::optional<S3Fault> hurt_of(const SignedRequest& request) {
        auto found = std::find_if(hurts.begin(), hurts.end(), [&](const Hurt& each) {
            return (each.method.empty() || each.method == request.method) &&
                   request.query.find(each.query) != std::string::npos;
        });
        if (found == hurts.end()) return std::nullopt;
        auto fault = found->fault;
        hurts.erase(found);
        return fault;
    }

    Reply answer(const SignedRequest& request) {
        auto verdict = check_signed(request, key, secret, region, std::time(nullptr) + ahead);
        if (!verdict.code.empty()) {
            bool bad =
                verdict.code.starts_with("XAmz") || verdict.code.starts_with("Authorization");
            return problem(bad ? 400 : 403, verdict.code, verdict.message);
        }
        auto in_bucket = std::string("/") + bucket + "/";
        if (!request.path.starts_with(in_bucket))
            return problem(404, "NoSuchBucket", "The specified bucket does not exist");
        auto name = base::percent_decode(request.path.substr(in_bucket.size()));
        auto asked = arguments(request.query);
        if (name.empty()) return list(asked);
        if (asked.contains("uploads") || asked.contains("uploadId"))
            return multipart(request, name, asked);
        return object(request, name);
    }

    Reply object(const SignedRequest& request, const std::string& name) {
        if (request.method == "PUT") {
            auto sum = request.headers.find("x-amz-meta-sha256");
            objects[name] = {request.body, sum == request.headers.end() ? "" : sum->second};
            return {200, "", {"ETag: " + etag(request.body)}};
        }
        auto found = objects.find(name);
        if (request.method == "DELETE") {
            objects.erase(name);
            return {204, "", {}};
        }
        if (found == objects.end()) return problem(404, "NoSuchKey", "no such key");
        const auto& there = found->second;
        std::vector<std::string> headers{"ETag: " + etag(there.bytes)};
        if (!there.sum.empty()) headers.push_back("x-amz-meta-sha256: " + there.sum);
        if (request.method == "HEAD") return {200, "", headers, there.bytes.size()};
        auto range = request.headers.find("range");
        if (range == request.headers.end()) return {200, there.bytes, headers};
        unsigned long long from = 0, to = 0;
        if (std::sscanf(range->second.c_str(), "bytes=%llu-%llu", &from, &to) != 2)
            return problem(400, "InvalidArgument", "no such range");
        if (from >= there.bytes.size()) return problem(416, "InvalidRange", "nothing is there");
        return {206, there.bytes.substr(from, to - from + 1), headers};
    }

    Reply multipart(
        const SignedRequest& request,
        const std::string& name,
        std::map<std::string, std::string>& asked
    ) {
        if (request.method == "POST" && asked.contains("uploads")) {
            auto id = fmt::format("up+load/{}=", ++made);  // as must be escaped
            auto sum = request.headers.find("x-amz-meta-sha256");
            uploads[id] = {name, sum == request.headers.end() ? "" : sum->second, {}};
            return {
                200,
                fmt::format(
                    "<InitiateMultipartUploadResult "
                    "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><UploadId>{}</UploadId>"
                    "</InitiateMultipartUploadResult>",
                    id
                ),
                {}};
        }
        auto found = uploads.find(asked["uploadId"]);
        if (found == uploads.end()) return problem(404, "NoSuchUpload", "no such upload");
        if (request.method == "PUT") {
            found->second.parts[std::stoi(asked["partNumber"])] = request.body;
            return {200, "", {"ETag: " + etag(request.body)}};
        }
        if (request.method == "POST") {
            std::string whole;
            for (const auto& [number, part] : found->second.parts) {
                if (request.body.find(fmt::format("<PartNumber>{}</PartNumber>", number)) ==
                        std::string::npos ||
                    request.body.find(etag(part).substr(1, 32)) == std::string::npos)
                    return problem(400, "InvalidPart", "a part is not named");
                whole += part;
            }
            objects[found->second.key] = {whole, found->second.sum};
        }
        uploads.erase(found);
        return {request.method == "POST" ? 200 : 204, "<CompleteMultipartUploadResult/>", {}};
    }

    Reply list(const std::map<std::string, std::string>& asked) {
        auto after = asked.contains("continuation-token") ? asked.at("continuation-token") : "";
        std::string body, last;
        int count = 0;
        bool more = false;
        auto most = std::min(3, std::stoi(asked.at("max-keys")));
        for (const auto& [name, there] : objects) {
            if (!name.starts_with(asked.at("prefix")) || name <= after) continue;
            if ((more = count == most)) break;
            body += fmt::format(
                "<Contents><Key>{}</Key><Size>{}</Size></Contents>", name, there.bytes.size()
            );
            last = name;
            ++count;
        }
        return {
            200,
            fmt::format(
                "<ListBucketResult><IsTruncated>{}</IsTruncated>{}{}</ListBucketResult>",
                more,
                body,
                more ? "<NextContinuationToken>" + last + "</NextContinuationToken>" : ""
            ),
            {}};
    }

    // Nothing for what gets no answer at all.
    std::optional<Reply> reply_to(SignedRequest& request, std::optional<S3Fault> fault) {
        auto line = request.method + " " + request.path +
                    (request.query.empty() ? "" : "?" + request.query);
        Reply reply;
        if (fault == S3Fault::drop) {
            log.push_back(line + " dropped");
            return std::nullopt;
        }
        if (fault == S3Fault::late) {
            log.push_back(line + " 200 late");
            return problem(200, "InternalError", "We encountered an internal error");
        }
        if (fault == S3Fault::flip_taken && !request.body.empty())
            request.body[request.body.size() / 2] ^= 1;
        reply = fault == S3Fault::slow_down ? problem(503, "SlowDown", "Reduce your request rate")
                                            : answer(request);
        log.push_back(fmt::format("{} {}", line, reply.status));
        if (fault == S3Fault::lost) return std::nullopt;
        if (fault == S3Fault::flip_given && !reply.body.empty())
            reply.body[reply.body.size() / 2] ^= 1;
        return reply;
    }

    asio::awaitable<void> take_body(tcp::socket& socket, std::string& buffer, SignedRequest& into) {
        auto length = into.headers.find("content-length");
        if (length == into.headers.end()) co_return;
        auto wanted = std::stoul(length->second);
        if (into.headers.contains("expect")) {
            std::string go = "HTTP/1.1 100 Continue\r\n\r\n";
            co_await asio::async_write(socket, asio::buffer(go), asio::use_awaitable);
        }
        if (buffer.size() < wanted)
            co_await asio::async_read(
                socket,
                asio::dynamic_buffer(buffer),
                asio::transfer_exactly(wanted - buffer.size()),
                asio::use_awaitable
            );
        into.body = buffer.substr(0, wanted);
        buffer.erase(0, wanted);
    }

    asio::awaitable<void> serve(tcp::socket socket) {
        try {
            std::string buffer;
            for (;;) {
                auto size = co_await asio::async_read_until(
                    socket, asio::dynamic_buffer(buffer), "\r\n\r\n", asio::use_awaitable
                );
                auto request = parse(buffer.substr(0, size));
                buffer.erase(0, size);
                co_await take_body(socket, buffer, request);
                std::optional<Reply> reply;
                std::optional<S3Fault> fault;
                {
                    std::lock_guard lock(mutex);
                    fault = hurt_of(request);
                    reply = reply_to(request, fault);
                }
                if (!reply) co_return;
                auto length = request.method == "HEAD" ? reply->length : reply->body.size();
                auto text = fmt::format(
                    "HTTP/1.1 {} X\r\nDate: {}\r\nContent-Length: {}\r\n",
                    reply->status,
                    base::http_date(std::chrono::system_clock::now() + std::chrono::seconds(ahead)),
                    length
                );
                for (const auto& each : reply->headers) text += each + "\r\n";
                text += "\r\n";
                bool cut = fault == S3Fault::cut;
                if (request.method != "HEAD")
                    text += cut ? reply->body.substr(0, reply->body.size() / 2) : reply->body;
                co_await asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
                if (cut) co_return;
            }
        } catch (const boost::system::system_error&) {
            // the client went away
        }
    }
};

S3Server::S3Server() : impl_(std::make_unique<Impl>()) {
    asio::co_spawn(impl_->io, impl_->listen(), asio::detached);
    impl_->thread = std::thread([this] { impl_->io.run(); });
}

S3Server::~S3Server() {
    impl_->io.stop();
    impl_->thread.join();
}

std::string S3Server::url() const {
    return fmt::format("http://127.0.0.1:{}", impl_->acceptor.local_endpoint().port());
}

void S3Server::hurt(S3Fault fault, int count, const std::string& method, const std::string& query) {
    std::lock_guard lock(impl_->mutex);
    for (int i = 0; i < count; ++i) impl_->hurts.push_back({fault, method, query});
}

void S3Server::set_clock(long long seconds) {
    std::lock_guard lock(impl_->mutex);
    impl_->ahead = seconds;
}

std::map<std::string, std::string> S3Server::objects() const {
    std::lock_guard lock(impl_->mutex);
    std::map<std::string, std::string> all;
    for (const auto& [name, object] : impl_->objects) all[name] = object.bytes;
    return all;
}

void S3Server::damage(const std::string& name) {
    std::lock_guard lock(impl_->mutex);
    auto& bytes = impl_->objects.at(name).bytes;
    bytes[bytes.size() / 3] ^= 1;
}

void S3Server::cut(const std::string& name) {
    std::lock_guard lock(impl_->mutex);
    auto& bytes = impl_->objects.at(name).bytes;
    bytes.resize(bytes.size() / 2);
}

void S3Server::forget(const std::string& name) {
    std::lock_guard lock(impl_->mutex);
    impl_->objects.erase(name);
}

std::size_t S3Server::open_uploads() const {
    std::lock_guard lock(impl_->mutex);
    return impl_->uploads.size();
}

std::vector<std::string> S3Server::log() const {
    std::lock_guard lock(impl_->mutex);
    return impl_->log;
}

std::size_t S3Server::count(const std::string& start) const {
    std::lock_guard lock(impl_->mutex);
    return static_cast<std::size_t>(std::count_if(
        impl_->log.begin(),
        impl_->log.end(),
        [&](const auto& line) { return line.starts_with(start); }
    ));
}

}  // namespace test
