#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "schema/blobs/s3/s3.hpp"

namespace schema::s3 {

enum class Method { get, head, put, post, remove };

struct Request {
    Method method = Method::get;
    std::string key = {};    // of an object, with the prefix; empty: the bucket
    std::string query = {};  // sorted by name, each NAME=VALUE, escaped
    std::string_view body = {};
    std::vector<std::string> headers = {};  // "x-amz-..: value"
};

struct Answer {
    long status = 0;                             // 0: there is none
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;
    std::string failure;  // for people, without a status

    bool good() const { return status >= 200 && status < 300; }
    std::string header(const std::string& name) const;
};

// Sends signed requests over kept connections. Thread-safe.
class Client {
public:
    explicit Client(BucketOptions options);
    ~Client();
    Client(const Client&) = delete;

    // Tries again what may pass, and returns the last answer. A 404 is an answer.
    Answer send(const Request& request);

    // What an answer that is none of those wanted means to people; names what it was about.
    [[noreturn]] void fail(const std::string& what, const Answer& answer) const;

    const BucketOptions& options() const { return options_; }

private:
    class Handle;
    Answer send_once(const Request& request);
    std::string url_of(const Request& request) const;

    const BucketOptions options_;
    std::string origin_;  // scheme and server, with the bucket in one of both places
    std::mutex mutex_;
    std::vector<void*> spare_;  // handles of curl that nobody uses
};

}  // namespace schema::s3
