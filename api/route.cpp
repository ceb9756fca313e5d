// Routes are a flat table that is searched in order: with some fifty patterns the search costs
// nothing beside the database, and every route can be seen in one place. Path segments are decoded
// after splitting, so that %2F stays within its segment.
//
// When a path fits but its method does not, the methods that would are gathered for Allow (405, RFC
// 9110 section 15.5.6).
#include "api/route.hpp"

#include <charconv>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/bytes/percent.hpp"
#include "base/text/ascii.hpp"
#include "base/text/utf8.hpp"

namespace api {

namespace {

std::optional<std::int64_t> parse_int(std::string_view text) {
    std::int64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string_view take_segment(std::string_view& path) {
    path.remove_prefix(1);
    auto segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    return segment;
}

bool fits(std::string_view pattern, std::string_view path, Match& match) {
    match.segments.clear();
    while (!pattern.empty() && !path.empty()) {
        auto wanted = take_segment(pattern);
        auto given = take_segment(path);
        if (!wanted.empty() && wanted.front() == '{') {
            auto decoded = base::percent_decode_strictly(given);
            if (!decoded || decoded->empty() || decoded->find('\0') != decoded->npos ||
                !base::is_utf8(*decoded))
                return false;
            match.segments.emplace_back(wanted.substr(1, wanted.size() - 2), std::move(*decoded));
        } else if (wanted != given) {
            return false;
        }
    }
    return pattern.empty() && path.empty();
}

[[noreturn]] void wrong_member(std::string_view name, std::string_view wanted) {
    throw Problem(422, "Bad member", "'" + std::string(name) + "' must be " + std::string(wanted));
}

}  // namespace

Match match(std::span<const Route> table, Method method, std::string_view path) {
    Match found;
    if (path.empty() || path.front() != '/') return found;
    auto wanted = method == Method::head ? Method::get : method;
    for (const auto& route : table) {
        if (!fits(route.pattern, path, found)) continue;
        if (route.method == wanted) {
            found.route = &route;
            return found;
        }
        if (!found.allowed.empty()) found.allowed += ", ";
        found.allowed += name_of(route.method);
        if (route.method == Method::get) found.allowed += ", HEAD";
    }
    found.segments.clear();
    return found;
}

const std::string& Call::segment(std::string_view name) const {
    for (const auto& [key, value] : segments)
        if (key == name) return value;
    throw std::logic_error("the route has no such segment");
}

std::int64_t Call::number(std::string_view segment_name) const {
    auto value = parse_int(segment(segment_name));
    if (!value) not_found(segment_name, segment(segment_name));
    return *value;
}

boost::json::object Call::body() const {
    auto type = request.header("content-type");
    if (!base::equal_ignoring_case(base::trim(type.substr(0, type.find(';'))), "application/json"))
        throw Problem(415, "Not JSON", "send the body with Content-Type: application/json");
    boost::system::error_code error;
    auto value = boost::json::parse(request.body, error);
    if (error) throw Problem(400, "Broken JSON", "the body is not JSON: " + error.message());
    if (!value.is_object()) throw Problem(400, "Not an object", "the body must be a JSON object");
    return std::move(value.as_object());
}

int Call::limit(int otherwise) const {
    auto text = request.parameter("limit");
    if (!text) return otherwise;
    auto value = parse_int(*text);
    if (!value || *value < 1 || *value > 200)
        throw Problem(400, "Bad query", "'limit' must be a number from 1 to 200");
    return static_cast<int>(*value);
}

std::string Call::after() const {
    return request.parameter("after").value_or("");
}

std::int64_t Call::after_number(std::int64_t otherwise) const {
    auto text = request.parameter("after");
    if (!text) return otherwise;
    auto value = parse_int(*text);
    if (!value) throw Problem(400, "Bad query", "'after' must be the 'next' of an earlier answer");
    return *value;
}

Response page(boost::json::array items, int limit, std::string_view cursor_member, bool drop) {
    boost::json::value next = nullptr;
    if (items.size() == static_cast<std::size_t>(limit)) {
        const auto& cursor = items.back().as_object().at(cursor_member);
        next = cursor.is_string() ? cursor : boost::json::value(boost::json::serialize(cursor));
    }
    if (drop)
        for (auto& item : items) item.as_object().erase(cursor_member);
    return json({{"items", std::move(items)}, {"next", std::move(next)}});
}

std::string required_text(const boost::json::object& body, std::string_view name) {
    auto value = optional_text(body, name);
    if (!value || value->empty()) wrong_member(name, "a filled string");
    return *value;
}

std::optional<std::string> optional_text(const boost::json::object& body, std::string_view name) {
    const auto* value = body.if_contains(name);
    if (!value || value->is_null()) return std::nullopt;
    if (!value->is_string()) wrong_member(name, "a string");
    std::string text(value->as_string());
    if (text.find('\0') != text.npos) wrong_member(name, "without a zero character");
    return text;
}

std::optional<std::int64_t>
optional_number(const boost::json::object& body, std::string_view name) {
    const auto* value = body.if_contains(name);
    if (!value || value->is_null()) return std::nullopt;
    if (!value->is_int64()) wrong_member(name, "a whole number");
    return value->as_int64();
}

std::optional<bool> optional_flag(const boost::json::object& body, std::string_view name) {
    const auto* value = body.if_contains(name);
    if (!value || value->is_null()) return std::nullopt;
    if (!value->is_bool()) wrong_member(name, "true or false");
    return value->as_bool();
}

void not_found(std::string_view thing, const std::string& name) {
    throw Problem(404, "Not found", "there is no " + std::string(thing) + " '" + name + "'");
}

}  // namespace api
