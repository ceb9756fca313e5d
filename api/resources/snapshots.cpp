#include <limits>

#include "api/resources/resources.hpp"
#include "api/store.hpp"

namespace api {

Response list_snapshots(Call& call) {
    auto limit = call.limit();
    auto before = call.after_number(std::numeric_limits<std::int64_t>::max());
    return page(store::snapshots(call.tx, before, limit), limit, "id");
}

Response show_snapshot(Call& call) {
    auto snapshot = store::snapshot(call.tx, call.segment("snapshot"));
    if (!snapshot) not_found("snapshot", call.segment("snapshot"));
    return json(*snapshot);
}

}  // namespace api
