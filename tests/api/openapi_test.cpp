#include "api/openapi.hpp"

#include <cstdlib>
#include <fstream>
#include <set>

#include <boost/json/parse.hpp>
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

// One line per member, so that a change is seen in a diff.
std::string pretty(const value& at, const std::string& indent = "") {
    auto inner = indent + "  ";
    std::string out;
    if (at.is_object() && !at.as_object().empty()) {
        for (const auto& member : at.as_object())
            out += (out.empty() ? "{\n" : ",\n") + inner + boost::json::serialize(member.key()) +
                   ": " + pretty(member.value(), inner);
        return out + "\n" + indent + "}";
    }
    return boost::json::serialize(at);
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

TEST_CASE("the description in the tree is the one that is served", "[api][openapi]") {
    const std::string path = TILTH_API_DIR "/openapi.json";
    auto made = pretty(description()) + "\n";
    if (std::getenv("TILTH_UPDATE")) std::ofstream(path) << made;
    std::ifstream in(path);
    std::string kept{std::istreambuf_iterator<char>(in), {}};
    INFO("run this test with TILTH_UPDATE=1, then 'npm run types' in web/");
    CHECK((kept == made));
}
