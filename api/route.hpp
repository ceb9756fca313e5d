#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

#include "api/server/auth.hpp"
#include "api/server/message.hpp"

namespace base {
class Tx;
}

namespace schema {
class BlobStore;
}

namespace service {
struct Environment;
class OpenIdProvider;
struct Verb;
}  // namespace service

namespace api {

// What the service is given by the program around it. An empty function answers 501.
struct Hooks {
    // Takes a webhook; what it returns is durable when the transaction commits.
    std::function<Response(base::Tx&, const std::string& source, const Request&)> push;
};

// What handlers may ask of the place they run in.
struct Setting {
    Hooks hooks;
    std::shared_ptr<schema::BlobStore> blobs = nullptr;  // none: no large one is kept or found
    bool secure_cookies = false;
    long session_seconds = 14L * 24 * 3600;
    std::shared_ptr<service::OpenIdProvider> openid = nullptr;  // none: no such sign-in
};

struct Route;

// One request on its way through a handler, within one database transaction.
struct Call {
    base::Tx& tx;
    const Request& request;
    const Setting& setting;
    const service::Environment& here;
    const Route& route;
    Credentials credentials;
    Account account;                                                 // id 0 on a route for anyone
    std::vector<std::pair<std::string_view, std::string>> segments;  // of the path, by name
    std::string now;                                                 // RFC 3339
    std::chrono::system_clock::time_point at;                        // the same

    const std::string& segment(std::string_view name) const;
    std::int64_t number(std::string_view segment_name) const;  // Problem 404 if it is not one

    // The JSON object of the body. Problem 400 if it is none, 415 if the media type is not JSON.
    boost::json::object body() const;
    // ?limit=, 1 to 200. Problem 400 otherwise.
    int limit(int otherwise = 50) const;
    std::string after() const;  // ?after=, or an empty string
    std::int64_t after_number(std::int64_t otherwise) const;
};

using Handler = Response (*)(Call&);

struct Route {
    Method method;
    std::string_view pattern;  // "/api/v1/tasks/{id}"
    Roles roles;
    Handler handler;
    std::string_view operation;  // operationId
    std::string_view summary;
    std::string_view parameters = {};  // query parameters, separated by blanks
    std::string_view body = {};        // schema of the request, empty: none
    // Schema of the answer; "[X]" is a page of X; "*/*" are bytes; empty: no content.
    std::string_view answer = {};
    int status = 200;
    bool secret = false;      // the answer holds a secret: it is never kept for an idempotency key
    bool versioned = false;   // its answer carries an ETag, and a write needs it in If-Match
    bool takes_long = false;  // seconds: it has connections of its own
    bool kept = false;        // its answer is good for some minutes
    const service::Verb* verb = nullptr;  // what is asked for; its request and answer describe it
};

std::span<const Route> routes();

struct Match {
    const Route* route = nullptr;  // none: no such path, or not by this method
    std::vector<std::pair<std::string_view, std::string>> segments;
    std::string allowed;  // methods of the path, for 405; empty: no such path
};

// HEAD is answered by the route for GET.
Match match(std::span<const Route> table, Method method, std::string_view path);

// {"items": [...], "next": ...}: `next` is the `cursor` member of the last item (taken out of
// each), or null if the list has fewer than `limit` items.
Response
page(boost::json::array items, int limit, std::string_view cursor_member, bool drop = false);

// Members of a request's body. Problem 422 names the member when it is missing or of the wrong
// type.
std::string required_text(const boost::json::object& body, std::string_view name);
std::optional<std::string> optional_text(const boost::json::object& body, std::string_view name);
std::optional<std::int64_t> optional_number(const boost::json::object& body, std::string_view name);
std::optional<bool> optional_flag(const boost::json::object& body, std::string_view name);

[[noreturn]] void not_found(std::string_view thing, const std::string& name);

}  // namespace api
