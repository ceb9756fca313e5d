// Requests and answers as plain values, so that handlers and their tests need no socket and no
// Beast. Headers are lower-cased when they come in (RFC 9110 section 5.1: names have no case), and
// a query parameter that is no percent-encoded UTF-8 is refused here, once for all handlers.
//
// A Problem carries its answer (RFC 9457). It is an exception because it must end the transaction
// as well.
#include "api/server/message.hpp"
#include "base/bytes/percent.hpp"
#include "base/json/plain.hpp"
#include "base/text/ascii.hpp"
#include "base/text/utf8.hpp"
#include "service/refusal.hpp"

#include <boost/json/serialize.hpp>

namespace api {

namespace {

constexpr std::pair<Method, std::string_view> method_names[] = {
    {Method::get, "GET"},
    {Method::head, "HEAD"},
    {Method::post, "POST"},
    {Method::put, "PUT"},
    {Method::patch, "PATCH"},
    {Method::del, "DELETE"},
};

}  // namespace

Method method_of(std::string_view name) {
    for (auto [method, text] : method_names)
        if (text == name) return method;
    return Method::other;
}

std::string_view name_of(Method method) {
    for (auto [known, text] : method_names)
        if (known == method) return text;
    return "OTHER";
}

std::string_view Request::header(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (key == name) return value;
    return {};
}

std::optional<std::string> Request::parameter(std::string_view name) const {
    std::string_view rest = query;
    while (!rest.empty()) {
        auto pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
        auto equals = pair.find('=');
        auto key = base::form_decoded(pair.substr(0, equals));
        if (!key || *key != name) continue;
        auto text = equals == pair.npos ? std::string_view{} : pair.substr(equals + 1);
        auto value = base::form_decoded(text);
        if (!value || value->find('\0') != value->npos || !base::is_utf8(*value))
            throw Problem(
                400, "Bad query", "the parameter '" + *key + "' is not percent-encoded UTF-8"
            );
        return value;
    }
    return std::nullopt;
}

std::string_view Request::cookie(std::string_view name) const {
    for (const auto& [key, line] : headers) {
        if (key != "cookie") continue;
        std::string_view rest = line;
        while (!rest.empty()) {
            auto pair = rest.substr(0, rest.find(';'));
            rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
            while (!pair.empty() && pair.front() == ' ') pair.remove_prefix(1);
            auto equals = pair.find('=');
            if (equals != pair.npos && pair.substr(0, equals) == name)
                return pair.substr(equals + 1);
        }
    }
    return {};
}

void Response::set(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
}

bool Response::has(std::string_view name) const {
    for (const auto& header : headers)
        if (base::equal_ignoring_case(header.first, name)) return true;
    return false;
}

Response json(const boost::json::value& value, int status) {
    Response response;
    response.status = status;
    response.body = base::plain_json(value);
    return response;
}

Response plain(int status, std::string text) {
    Response response;
    response.status = status;
    response.media_type = "text/plain; charset=utf-8";
    response.body = std::move(text);
    return response;
}

Response no_content() {
    Response response;
    response.status = 204;
    response.media_type.clear();
    return response;
}

Problem::Problem(int status_, std::string title_, std::string detail_)
    : std::runtime_error(title_ + ": " + detail_),
      status(status_),
      title(std::move(title_)),
      detail(std::move(detail_)) {}

Problem busy(int status, std::string title, std::string detail, long seconds) {
    Problem refused(status, std::move(title), std::move(detail));
    refused.headers.emplace_back("Retry-After", std::to_string(seconds));
    return refused;
}

Problem problem_of(const service::Refusal& refusal) {
    using enum service::Refusal::Kind;
    switch (refusal.kind) {
        case not_found:
            return Problem(404, "Not found", refusal.what());
        case conflict:
            return Problem(409, "Conflict", refusal.what());
        case denied:
            return Problem(401, "Refused", refusal.what());
        case forbidden:
            return Problem(403, "Not allowed", refusal.what());
        case outdated:
            return Problem(412, "Changed meanwhile", refusal.what());
        case unsupported:
            return Problem(415, "Unsupported media type", refusal.what());
        case not_ready:
            break;
    }
    return Problem(503, "Not ready", refusal.what());
}

Response problem(const Problem& what, std::string_view request_id) {
    boost::json::object body;
    body["type"] = "about:blank";
    body["title"] = what.title;
    body["status"] = what.status;
    body["detail"] = base::mend_utf8(what.detail);
    if (!request_id.empty()) body["instance"] = "urn:tilth:request:" + std::string(request_id);
    for (const auto& member : what.more) body[member.key()] = member.value();
    auto response = json(body, what.status);
    response.media_type = "application/problem+json";
    response.headers = what.headers;
    return response;
}

}  // namespace api
