#include <charconv>

#include "api/resources/resources.hpp"
#include "api/store.hpp"
#include "base/error.hpp"

namespace api {

// The cursor is the version, a colon and the name.
Response list_models(Call& call) {
    auto limit = call.limit();
    std::string name;
    std::int64_t version = 0;
    if (auto after = call.after(); !after.empty()) {
        auto colon = after.find(':');
        auto [end, error] = std::from_chars(after.data(), after.data() + after.size(), version);
        if (error != std::errc{} || colon == after.npos || end != after.data() + colon)
            throw Problem(400, "Bad query", "'after' must be the 'next' of an earlier answer");
        name = after.substr(colon + 1);
    }
    auto items = store::models(call.tx, name, version, limit);
    for (auto& item : items) {
        auto& model = item.as_object();
        std::string cursor = std::to_string(model.at("version").as_int64()) + ":";
        cursor += model.at("name").as_string();
        model["cursor"] = cursor;
    }
    return page(std::move(items), limit, "cursor", true);
}

Response predict(Call& call) {
    constexpr std::size_t most = 1000;
    if (!call.setting.hooks.predict)
        throw Problem(
            501, "Not served", "this service makes no predictions; use 'tilth model predict'"
        );
    auto body = call.body();
    const auto* inputs = body.if_contains("inputs");
    if (!inputs || !inputs->is_array() || inputs->as_array().empty() ||
        inputs->as_array().size() > most)
        throw Problem(422, "Bad member", "'inputs' must be an array of 1 to 1000 objects");
    auto version = optional_number(body, "version").value_or(0);
    try {
        auto predictions = call.setting.hooks.predict(
            call.tx, call.segment("model"), static_cast<int>(version), inputs->as_array()
        );
        return json({{"predictions", std::move(predictions)}});
    } catch (const base::Error& error) {
        throw Problem(
            422, "No prediction", error.what()
        );  // no such model, or inputs it cannot take
    }
}

}  // namespace api
