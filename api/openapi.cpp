// The description is made from the route table and the verbs' described types, never written by
// hand: what a client generates from it cannot differ from what the service takes. Routes that are
// no verbs yet name a schema of schemas.json instead.
//
// A verb's request covers the whole of it; members that stand in the path are taken out of the
// body's schema, and for GET all others become query parameters.
#include "api/openapi.hpp"

#include <algorithm>

#include <boost/json/parse.hpp>

#include "api/schemas.hpp"
#include "service/verb.hpp"

namespace api {

namespace {

using boost::json::array;
using boost::json::object;

object reference(std::string_view schema) {
    return {{"$ref", "#/components/schemas/" + std::string(schema)}};
}

object page_of(std::string_view schema) {
    return {
        {"type", "object"},
        {"required", array{"items", "next"}},
        {"properties",
         {{"items", {{"type", "array"}, {"items", reference(schema)}}},
          {"next",
           {{"type", array{"string", "null"}},
            {"description", "Pass it as 'after' for the next page"}}}}}};
}

object content(std::string_view media_type, object schema) {
    object type;
    type["schema"] = std::move(schema);
    object out;
    out[media_type] = std::move(type);
    return out;
}

object success_of(const Route& route) {
    object out{{"description", route.summary}};
    if (route.verb && route.verb->answers() && route.answer.empty())
        out["content"] = content("application/json", base::schema(route.verb->answer()));
    auto answer = route.answer;
    if (answer == "*/*")
        out["content"] = content(answer, {});
    else if (!answer.empty() && answer.front() == '[')
        out["content"] = content("application/json", page_of(answer.substr(1, answer.size() - 2)));
    else if (!answer.empty())
        out["content"] = content("application/json", reference(answer));
    return out;
}

object parameter(std::string_view name, std::string_view in, bool required, object schema) {
    return {{"name", name}, {"in", in}, {"required", required}, {"schema", std::move(schema)}};
}

void each_query_member(const Route& route, const std::function<void(const base::Member&)>& visit) {
    const auto& record = *route.verb->request().record();
    base::each_member(record, record.defaults, [&](const base::Member& member, const void*) {
        if (route.pattern.find("{" + member.name + "}") == std::string_view::npos) visit(member);
    });
}

array parameters_of(const Route& route) {
    array out;
    for (auto rest = route.pattern; rest.find('{') != rest.npos;) {
        rest.remove_prefix(rest.find('{') + 1);
        out.push_back(parameter(rest.substr(0, rest.find('}')), "path", true, {{"type", "string"}})
        );
    }
    for (auto rest = route.parameters; !rest.empty();) {
        auto name = rest.substr(0, rest.find(' '));
        rest.remove_prefix(std::min(rest.size(), name.size() + 1));
        object schema{{"type", "string"}};
        if (name == "limit") schema = {{"type", "integer"}, {"minimum", 1}, {"maximum", 200}};
        out.push_back(parameter(name, "query", false, std::move(schema)));
    }
    if (route.verb && route.method == Method::get)
        each_query_member(route, [&](const base::Member& member) {
            out.push_back(
                parameter(member.name, "query", member.options.required, base::schema(member))
            );
        });
    if (route.versioned && route.method != Method::get)
        out.push_back(parameter("If-Match", "header", true, {{"type", "string"}}));
    if (route.method != Method::get && route.roles != anyone && !route.secret)
        out.push_back(
            parameter("Idempotency-Key", "header", false, {{"type", "string"}, {"maxLength", 200}})
        );
    return out;
}

std::string roles_text(Roles roles) {
    std::string out;
    for (auto role : {Role::admin, Role::operate, Role::label, Role::analyse}) {
        if (!may(role, roles)) continue;
        if (!out.empty()) out += ", ";
        out += name_of(role);
    }
    if ((roles & service::project_reviewers) == service::project_reviewers)
        out += "; reviewers and owners of the project";
    else if ((roles & service::project_owners) != 0)
        out += "; owners of the project";
    return out;
}

// The request's members that do not stand in the path.
object body_of(const Route& route) {
    auto schema = base::schema(route.verb->request());
    auto& members = schema["properties"].as_object();
    for (auto rest = route.pattern; rest.find('{') != rest.npos;) {
        rest.remove_prefix(rest.find('{') + 1);
        auto name = rest.substr(0, rest.find('}'));
        members.erase(name);
        if (auto* required = schema.if_contains("required")) {
            auto& names = required->as_array();
            names.erase(
                std::remove(names.begin(), names.end(), boost::json::value(name)), names.end()
            );
        }
    }
    if (route.versioned) members.erase("version");
    return schema;
}

object operation_of(const Route& route) {
    object responses;
    responses[std::to_string(route.status)] = success_of(route);
    responses["default"] = object{
        {"description", "A problem"},
        {"content", content("application/problem+json", reference("Problem"))}};
    object out{
        {"operationId", route.operation},
        {"summary", route.summary},
        {"parameters", parameters_of(route)},
        {"responses", std::move(responses)}};
    if (route.verb && route.method != Method::get &&
        !body_of(route).at("properties").as_object().empty())
        out["requestBody"] =
            object{{"required", true}, {"content", content("application/json", body_of(route))}};
    if (!route.body.empty())
        out["requestBody"] = object{
            {"required", true}, {"content", content("application/json", reference(route.body))}};
    if (route.roles == anyone)
        out["security"] = array{};
    else
        out["description"] = "For: " + roles_text(route.roles);
    return out;
}

std::string lower_name(Method method) {
    std::string out(name_of(method));
    for (char& c : out) c = static_cast<char>(c | 0x20);
    return out;
}

}  // namespace

object openapi_of(std::span<const Route> table) {
    object paths;
    for (const auto& route : table) {
        auto& path = paths[route.pattern];
        if (!path.is_object()) path.emplace_object();
        path.as_object()[lower_name(route.method)] = operation_of(route);
    }
    object schemes{
        {"token", {{"type", "http"}, {"scheme", "bearer"}}},
        {"session", {{"type", "apiKey"}, {"in", "cookie"}, {"name", session_cookie}}}};
    return {
        {"openapi", "3.1.0"},
        {"info",
         {{"title", "tilth"},
          {"version", "1"},
          {"description",
           "Records, labels, snapshots and models. Writes by session cookie need the X-CSRF-Token "
           "header."}}},
        {"servers", array{object{{"url", "/"}}}},
        {"security", array{object{{"token", array{}}}, object{{"session", array{}}}}},
        {"paths", std::move(paths)},
        {"components",
         {{"securitySchemes", std::move(schemes)},
          {"schemas", boost::json::parse(schemas::files[0].text)}}}};
}

}  // namespace api
