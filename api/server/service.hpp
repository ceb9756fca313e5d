#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/route.hpp"
#include "api/time.hpp"

namespace api {

// Answers the requests of /api/v1, each in one database transaction: who is calling, whether he
// may, whether this write was done before, and the handler. What a handler refuses leaves nothing
// behind.
class Service {
public:
    // `here` must outlive it. Throws base::Error if a secret that it names is not there.
    Service(Setting setting, const service::Environment& here);

    // What needs no database: an unknown path or method. Nothing if answer() must be asked.
    static std::optional<Response> refused(const Match& match, const Request& request);

    // Whether the caller may use the route at all; else the Problem is thrown. For requests whose
    // body is not read yet.
    void admit(base::Tx& tx, const Match& match, const Request& request, Time now) const;
    // Those of them that may still watch.
    std::vector<Watcher> still(base::Tx& tx, const std::vector<Watcher>& watchers, Time now) const;

    // Runs within `tx`, possibly more than once for one request. Problems of the caller are thrown
    // as Problem.
    Response answer(base::Tx& tx, const Match& match, const Request& request, Time now) const;

    const service::Environment& here() const { return here_; }

private:
    Setting setting_;
    const service::Environment& here_;
};

}  // namespace api
