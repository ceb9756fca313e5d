#include "api/resources/resources.hpp"
#include "base/error.hpp"

namespace api {

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
