#include "api/resources/resources.hpp"

namespace api {

Response push(Call& call) {
    if (!call.setting.hooks.push)
        throw Problem(501, "Not served", "this service takes no webhooks");
    return call.setting.hooks.push(call.tx, call.segment("source"), call.request);
}

}  // namespace api
