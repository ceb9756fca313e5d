#include <limits>

#include "api/ids.hpp"
#include "api/resources/resources.hpp"
#include "api/store.hpp"

namespace api {

namespace {

constexpr auto newest = std::numeric_limits<std::int64_t>::max();

boost::json::object source_of(Call& call) {
    auto source = store::source(call.tx, call.segment("source"));
    if (!source) not_found("source", call.segment("source"));
    return *source;
}

}  // namespace

Response list_sources(Call& call) {
    auto limit = call.limit();
    return page(store::sources(call.tx, call.after(), limit), limit, "name");
}

Response show_source(Call& call) {
    return json(source_of(call));
}

Response list_source_runs(Call& call) {
    auto id = source_of(call).at("id").as_int64();
    auto limit = call.limit();
    return page(store::source_runs(call.tx, id, call.after_number(newest), limit), limit, "id");
}

Response list_rejects(Call& call) {
    auto id = source_of(call).at("id").as_int64();
    auto limit = call.limit();
    auto after = std::numeric_limits<std::int64_t>::min();
    if (auto text = call.after(); !text.empty()) after = rk_of(text);
    return page(store::rejects(call.tx, id, after, limit), limit, "id");
}

Response push(Call& call) {
    if (!call.setting.hooks.push)
        throw Problem(501, "Not served", "this service takes no webhooks");
    return call.setting.hooks.push(call.tx, call.segment("source"), call.request);
}

}  // namespace api
