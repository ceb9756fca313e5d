#include "api/openapi.hpp"

#include <set>

#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

using boost::json::object;
using boost::json::value;

namespace {

const object& description() {
    static const object made = api::openapi_of(api::routes());
    return made;
}

template <typename Visit>
void each_object(const value& at, Visit visit) {
    if (at.is_object()) {
        visit(at.as_object());
        for (const auto& member : at.as_object()) each_object(member.value(), visit);
    } else if (at.is_array()) {
        for (const auto& item : at.as_array()) each_object(item, visit);
    }
}

std::set<std::string> placeholders(std::string_view path) {
    std::set<std::string> out;
    while (path.find('{') != path.npos) {
        path.remove_prefix(path.find('{') + 1);
        out.emplace(path.substr(0, path.find('}')));
    }
    return out;
}

}  // namespace

TEST_CASE(
    "each reference of the description leads to a schema, and no schema is left over",
    "[api][openapi]"
) {
    const auto& schemas = description().at("components").at("schemas").as_object();
    std::set<std::string> used;
    each_object(description(), [&](const object& at) {
        const auto* reference = at.if_contains("$ref");
        if (!reference) return;
        std::string text(reference->as_string());
        REQUIRE(text.starts_with("#/components/schemas/"));
        auto name = text.substr(text.rfind('/') + 1);
        INFO(name);
        CHECK(schemas.contains(name));
        used.insert(name);
    });
    for (const auto& schema : schemas) {
        INFO(schema.key());
        CHECK(used.contains(std::string(schema.key())));
    }
}

TEST_CASE("each operation is whole", "[api][openapi]") {
    CHECK(description().at("openapi") == "3.1.0");
    std::set<std::string> ids;
    std::size_t operations = 0;
    for (const auto& path : description().at("paths").as_object()) {
        for (const auto& entry : path.value().as_object()) {
            const auto& operation = entry.value().as_object();
            std::string id(operation.at("operationId").as_string());
            INFO(id);
            ++operations;
            CHECK(ids.insert(id).second);
            CHECK_FALSE(operation.at("summary").as_string().empty());

            std::set<std::string> declared;
            for (const auto& parameter : operation.at("parameters").as_array())
                if (parameter.at("in") == "path") {
                    CHECK(parameter.at("required").as_bool());
                    declared.emplace(parameter.at("name").as_string());
                }
            CHECK(declared == placeholders(path.key()));

            const auto& responses = operation.at("responses").as_object();
            REQUIRE(responses.contains("default"));
            CHECK(responses.at("default").at("content").as_object().contains(
                "application/problem+json"
            ));
            for (const auto& response : responses) {
                CHECK(response.value().as_object().contains("description"));
                CHECK(
                    response.value().as_object().contains("content") == (response.key() != "204")
                );
            }
            if (entry.key() == "get") CHECK_FALSE(operation.contains("requestBody"));
        }
    }
    CHECK(operations == api::routes().size());
}

TEST_CASE("each schema requires only members that it describes", "[api][openapi]") {
    each_object(description().at("components").at("schemas"), [](const object& at) {
        const auto* required = at.if_contains("required");
        if (!required || !required->is_array()) return;
        for (const auto& name : required->as_array()) {
            INFO(boost::json::serialize(name));
            CHECK(at.at("properties").as_object().contains(name.as_string()));
        }
    });
}
