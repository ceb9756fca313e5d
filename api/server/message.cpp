#include "api/server/message.hpp"

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

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (lower(a[i]) != lower(b[i])) return false;
    return true;
}

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
        auto key = percent_decoded(pair.substr(0, equals), true);
        if (!key || *key != name) continue;
        auto text = equals == pair.npos ? std::string_view{} : pair.substr(equals + 1);
        auto value = percent_decoded(text, true);
        if (!value)
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
        if (same_name(header.first, name)) return true;
    return false;
}

Response json(const boost::json::value& value, int status) {
    Response response;
    response.status = status;
    response.body = boost::json::serialize(value);
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

Response problem(const Problem& what, std::string_view request_id) {
    boost::json::object body;
    body["type"] = "about:blank";
    body["title"] = what.title;
    body["status"] = what.status;
    body["detail"] = what.detail;
    if (!request_id.empty()) body["instance"] = "urn:tilth:request:" + std::string(request_id);
    for (const auto& member : what.more) body[member.key()] = member.value();
    auto response = json(body, what.status);
    response.media_type = "application/problem+json";
    response.headers = what.headers;
    return response;
}

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            if (i + 2 >= text.size()) return std::nullopt;
            int high = hex_digit(text[i + 1]);
            int low = hex_digit(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            c = static_cast<char>(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        if (c == '\0') return std::nullopt;
        out += c;
    }
    return out;
}

}  // namespace api
