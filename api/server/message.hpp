#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "service/access.hpp"
#include "service/labels/events.hpp"

namespace base {
class Spool;
}

namespace service {
class Refusal;
}

namespace api {

enum class Method { get, head, post, put, patch, del, other };

Method method_of(std::string_view name);
std::string_view name_of(Method method);

// One HTTP request as the handlers see it: read whole, of bounded size.
struct Request {
    Method method = Method::get;
    std::string path;   // percent-encoded, as sent, without the query
    std::string query;  // without the '?'
    std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
    std::string body;
    std::string address = {};   // of the client
    std::stop_token left = {};  // asked to stop once nobody waits for the answer

    // The first header of that lower-case name, or an empty string.
    std::string_view header(std::string_view name) const;
    // The first value of a query parameter, percent-decoded, '+' as a space.
    std::optional<std::string> parameter(std::string_view name) const;
    // The value of a cookie, or an empty string.
    std::string_view cookie(std::string_view name) const;
};

// Who sees a stream of events, and what proves it.
struct Watcher {
    std::int64_t user = 0;
    service::Role role = service::Role::label;
    bool by_session = false;
    std::string hash;                                 // of the secret
    std::string tab = {};                             // of a browser, as it names itself
    std::optional<service::EventWatch> project = {};  // none: the progress of the service
};

struct FilePart {
    std::uint64_t from = 0, size = 0;
};

struct Response {
    int status = 200;
    std::string media_type = "application/json";
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;
    std::shared_ptr<const std::string> shared;          // sent instead of `body` when set
    std::shared_ptr<const base::Spool> file = nullptr;  // sent instead of both, a part at a time
    std::optional<FilePart> part = {};                  // of the file: all that is sent of it
    std::optional<Watcher> stream;  // the answer is the stream of progress events, for that one

    std::string_view bytes() const { return shared ? std::string_view(*shared) : body; }
    void set(std::string name, std::string value);
    bool has(std::string_view name) const;  // without regard to case
};

Response json(const boost::json::value& value, int status = 200);
Response plain(int status, std::string text);
Response no_content();

// What ends a handler early: an answer by RFC 9457. Nothing that the handler wrote is kept.
class Problem : public std::runtime_error {
public:
    // `title` is the same for all problems of one kind; `detail` tells of this one and how to mend
    // it.
    Problem(int status, std::string title, std::string detail);

    int status;
    std::string title;
    std::string detail;
    boost::json::object more;  // further members of the problem
    std::vector<std::pair<std::string, std::string>> headers;
};

// 429 or 503, to be asked again after so many seconds.
Problem busy(int status, std::string title, std::string detail, long seconds);

// What a refused verb of the service is to a client.
Problem problem_of(const service::Refusal& refusal);

Response problem(const Problem& what, std::string_view request_id);

}  // namespace api
