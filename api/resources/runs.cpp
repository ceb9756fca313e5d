#include <limits>

#include "api/resources/resources.hpp"
#include "api/store.hpp"

namespace api {

Response list_runs(Call& call) {
    auto limit = call.limit();
    auto before = call.after_number(std::numeric_limits<std::int64_t>::max());
    return page(store::runs(call.tx, before, limit), limit, "id");
}

Response show_run(Call& call) {
    auto run = store::run(call.tx, call.number("run"));
    if (!run) not_found("run", call.segment("run"));
    return json(*run);
}

Response show_confusion(Call& call) {
    auto id = call.number("run");
    if (!store::run(call.tx, id)) not_found("run", call.segment("run"));
    return json({{"cells", store::confusion(call.tx, id)}});
}

// The report is a page of our own making, with its styles and plots inside; it runs no script.
Response show_report(Call& call) {
    auto id = call.number("run");
    if (!store::run(call.tx, id)) not_found("run", call.segment("run"));
    if (!call.setting.hooks.report)
        throw Problem(501, "Not served", "this service writes no reports; use 'tilth report'");
    Response response;
    response.media_type = "text/html; charset=utf-8";
    response.body = call.setting.hooks.report(call.tx, id);
    response.set(
        "Content-Security-Policy",
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    );
    return response;
}

}  // namespace api
