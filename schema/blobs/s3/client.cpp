// Requests to a server that speaks S3, over libcurl, which signs them.
//
// What libcurl 7.88 signs is the path and the query as they stand in the address, so that both are
// written here as the signature wants them: escaped once, the query sorted, each of its names with
// a '='. It takes the hash of what is sent from our x-amz-content-sha256, and signs all headers of
// ours; one that is only there to be left out ("Expect:") would be signed and not sent, so there is
// none. A large upload therefore waits for the server's 100, which spares sending what it refuses.
#include "schema/blobs/s3/client.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>

#include <curl/curl.h>
#include <fmt/format.h>

#include "base/bytes/hash.hpp"
#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "base/text/ascii.hpp"
#include "schema/blobs/blobs_away.hpp"
#include "schema/blobs/s3/answer.hpp"

namespace schema::s3 {

namespace {

constexpr long connect_seconds = 10, stalled_seconds = 30;

struct CurlLibrary {
    CurlLibrary() { curl_global_init(CURL_GLOBAL_DEFAULT); }
};

struct Upload {
    std::string_view bytes;
    std::size_t at = 0;
};

std::size_t send_bytes(char* to, std::size_t size, std::size_t count, void* from) {
    auto& upload = *static_cast<Upload*>(from);
    auto part = upload.bytes.substr(upload.at, size * count);
    std::memcpy(to, part.data(), part.size());
    upload.at += part.size();
    return part.size();
}

int seek_bytes(void* from, curl_off_t offset, int origin) {
    if (origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
    static_cast<Upload*>(from)->at = static_cast<std::size_t>(offset);
    return CURL_SEEKFUNC_OK;
}

std::size_t take_bytes(char* bytes, std::size_t size, std::size_t count, void* to) {
    static_cast<Answer*>(to)->body.append(bytes, size * count);
    return size * count;
}

std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* to) {
    std::string_view line(bytes, size * count);
    auto& answer = *static_cast<Answer*>(to);
    if (line.starts_with("HTTP/")) answer.headers.clear();  // of a 100 that came before
    auto colon = line.find(':');
    if (colon != line.npos)
        answer.headers[base::to_lower(line.substr(0, colon))] =
            std::string(base::trim(line.substr(colon + 1)));
    return size * count;
}

// What another try may end otherwise with.
bool may_pass(const Answer& answer) {
    switch (answer.status) {
        case 200: {
            auto code = read_problem(answer.body).code;
            return code == "InternalError" || code == "SlowDown" || code == "ServiceUnavailable" ||
                   code == "RequestTimeout";
        }
        case 0:
        case 408:
        case 429:
        case 500:
        case 502:
        case 503:
        case 504:
            return true;
        case 400: {
            auto code = read_problem(answer.body).code;
            return code == "RequestTimeout" || code == "BadDigest" || code == "IncompleteBody" ||
                   code == "XAmzContentSHA256Mismatch";
        }
        default:
            return false;
    }
}

std::string server_of(const BucketOptions& options) {
    return options.endpoint.empty() ? fmt::format("https://s3.{}.amazonaws.com", options.region)
                                    : options.endpoint;
}

std::string origin_of(const BucketOptions& options) {
    auto server = server_of(options);
    if (options.path_style) return server + "/" + options.place.bucket;
    return server.insert(server.find("://") + 3, options.place.bucket + ".");
}

}  // namespace

std::string Answer::header(const std::string& name) const {
    auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
}

// One of curl's handles, with nothing of the request before, given back at the end. A connection
// stays with its handle.
class Client::Handle {
public:
    explicit Handle(Client& client) : client_(client) {
        {
            std::lock_guard lock(client_.mutex_);
            if (!client_.spare_.empty()) {
                curl_ = client_.spare_.back();
                client_.spare_.pop_back();
            }
        }
        if (!curl_) curl_ = curl_easy_init();
        if (!curl_) throw std::bad_alloc();
        curl_easy_reset(curl_);
    }
    ~Handle() {
        curl_slist_free_all(headers_);
        std::lock_guard lock(client_.mutex_);
        client_.spare_.push_back(curl_);
    }
    Handle(const Handle&) = delete;

    template <typename T>
    void set(CURLoption option, T value) {
        curl_easy_setopt(curl_, option, value);
    }
    void add_header(const std::string& line) {
        headers_ = curl_slist_append(headers_, line.c_str());
        set(CURLOPT_HTTPHEADER, headers_);
    }
    CURL* get() const { return curl_; }

private:
    Client& client_;
    CURL* curl_ = nullptr;
    curl_slist* headers_ = nullptr;
};

Client::Client(BucketOptions options) : options_(std::move(options)), origin_(origin_of(options_)) {
    static CurlLibrary library;
}

Client::~Client() {
    for (auto* handle : spare_) curl_easy_cleanup(handle);
}

std::string Client::url_of(const Request& request) const {
    auto url = origin_ + "/" + request.key;
    return request.query.empty() ? url : url + "?" + request.query;
}

Answer Client::send_once(const Request& request) {
    Handle handle(*this);
    Answer answer;
    Upload upload{request.body};
    char why[CURL_ERROR_SIZE] = "";
    auto url = url_of(request);
    auto scheme = fmt::format("aws:amz:{}:s3", options_.region);
    handle.set(CURLOPT_URL, url.c_str());
    handle.set(CURLOPT_PROTOCOLS_STR, "http,https");
    handle.set(CURLOPT_AWS_SIGV4, scheme.c_str());
    handle.set(CURLOPT_USERNAME, options_.access_key_id.c_str());
    handle.set(CURLOPT_PASSWORD, options_.secret_access_key.c_str());
    handle.set(CURLOPT_ERRORBUFFER, why);
    handle.set(CURLOPT_NOSIGNAL, 1L);
    handle.set(CURLOPT_CONNECTTIMEOUT, connect_seconds);
    handle.set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    handle.set(CURLOPT_LOW_SPEED_TIME, stalled_seconds);
    handle.set(CURLOPT_WRITEFUNCTION, &take_bytes);
    handle.set(CURLOPT_WRITEDATA, &answer);
    handle.set(CURLOPT_HEADERFUNCTION, &take_header);
    handle.set(CURLOPT_HEADERDATA, &answer);
    handle.add_header("x-amz-content-sha256: " + base::sha256_hex(request.body));
    if (!options_.session_token.empty())
        handle.add_header("x-amz-security-token: " + options_.session_token);
    for (const auto& header : request.headers) handle.add_header(header);
    switch (request.method) {
        case Method::get:
            break;
        case Method::head:
            handle.set(CURLOPT_NOBODY, 1L);
            break;
        case Method::put:
            handle.set(CURLOPT_UPLOAD, 1L);
            handle.set(CURLOPT_READFUNCTION, &send_bytes);
            handle.set(CURLOPT_READDATA, &upload);
            handle.set(CURLOPT_SEEKFUNCTION, &seek_bytes);
            handle.set(CURLOPT_SEEKDATA, &upload);
            handle.set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
            break;
        case Method::post:
            handle.add_header("Content-Type: application/xml");
            handle.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
            handle.set(CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data());
            break;
        case Method::remove:
            handle.set(CURLOPT_CUSTOMREQUEST, "DELETE");
            break;
    }
    auto code = curl_easy_perform(handle.get());
    if (code == CURLE_OK) {
        curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &answer.status);
        return answer;
    }
    answer.failure = *why ? why : curl_easy_strerror(code);
    answer.body.clear();
    return answer;
}

Answer Client::send(const Request& request) {
    base::Random random(
        static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count())
    );
    auto pause = options_.first_pause;
    for (int tried = 1;; ++tried) {
        auto answer = send_once(request);
        // The body of an object is its own: only what is posted is answered in a 200 that may fail.
        const bool looked_at = answer.status != 200 || request.method == Method::post;
        if (tried >= options_.tries || !looked_at || !may_pass(answer)) return answer;
        // Of many who were told to slow down not all come back at once.
        std::this_thread::sleep_for(
            std::chrono::duration<double, std::milli>(pause) * (0.5 + random.uniform())
        );
        pause *= 2;
    }
}

void Client::fail(const std::string& what, const Answer& answer) const {
    auto thing = fmt::format("{} at {}", what, server_of(options_));
    if (answer.status == 0)
        throw BlobsAway(
            thing,
            "cannot be reached: " + answer.failure,
            "check 'blobs.endpoint' and the network, then try again"
        );
    auto problem = read_problem(answer.body);
    auto away = [&](const std::string& reason, const std::string& mend) {
        throw BlobsAway(thing, reason, mend);
    };
    const auto& bucket = options_.place.bucket;
    if (problem.code == "NoSuchBucket")
        away("there is no bucket '" + bucket + "'", "make it, or correct 'blobs.url'");
    if (problem.code == "InvalidAccessKeyId")
        away("the access key is not known there", "correct 'blobs.access_key_id'");
    if (problem.code == "SignatureDoesNotMatch")
        away("the signature does not fit the access key", "correct 'blobs.secret_access_key'");
    if (problem.code == "RequestTimeTooSkewed")
        away(
            fmt::format("this machine's clock is wrong: there it is {}", answer.header("date")),
            "set the clock, and keep it by NTP"
        );
    if (problem.code == "ExpiredToken" || problem.code == "InvalidToken")
        away("the session's token is no longer taken", "renew 'blobs.session_token'");
    auto region = problem.region.empty() ? answer.header("x-amz-bucket-region") : problem.region;
    if (!region.empty() && region != options_.region)
        away(
            fmt::format("bucket '{}' is of region {}", bucket, region),
            fmt::format("set 'blobs.region' to \"{}\"", region)
        );
    if (answer.status == 403)
        away(
            "the access key may not do that",
            "allow it s3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload and "
            "s3:ListBucket there"
        );
    if (answer.status == 404) away("is missing", "restore it from a backup");
    auto words = problem.code.empty() ? std::string()
                                      : fmt::format(" {}: {}", problem.code, problem.message);
    away(
        fmt::format("the server answers {}{}", answer.status, words),
        may_pass(answer) ? "try again when it is well" : "look at the server's log"
    );
    throw std::logic_error("unreachable");
}

}  // namespace schema::s3
