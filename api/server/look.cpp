#include "api/server/look.hpp"

#include <algorithm>

#include "base/database/database.hpp"
#include "base/run/log.hpp"
#include "schema/people/access_store.hpp"
#include "schema/people/audit_store.hpp"
#include "schema/people/kept_answer_store.hpp"
#include "schema/people/sign_in_store.hpp"
#include "service/models/watch.hpp"

namespace api {

Seen look(base::Tx& tx, const Service& service, const Round& round) {
    auto now = std::chrono::system_clock::now();
    Seen seen;
    bool of_all = std::any_of(round.watchers.begin(), round.watchers.end(), [](const auto& one) {
        return !one.project;
    });
    if (of_all) seen.progress = service::progress_of(tx, now);
    seen.watchers = service.still(tx, round.watchers, now);
    if (!round.projects.empty()) seen.news = service::news_of(tx, round.projects, now);
    if (round.number % 15 == 0) seen.figures = service::figures_of(tx, service.here().config);
    if (round.number % 600 == 0) {
        schema::sweep_sessions(tx, now);
        schema::sweep_openid(tx, now);
        service::forget_old_events(tx, now);
        schema::sweep_answers(tx, now);
        schema::sweep_audit(tx, now - std::chrono::hours(24) * round.audit_days);
    }
    return seen;
}

namespace {

void tell_not_stored(const std::exception& error) {
    base::log::warning("api: what models were asked cannot be stored: {}", error.what());
}

auto storing(const Service& service, bool all) {
    return [&service, all](base::Tx& tx) {
        service::store_watched(tx, service.here(), std::chrono::system_clock::now(), all);
        return true;
    };
}

}  // namespace

boost::asio::awaitable<void> store_asked(base::Database& database, const Service& service) {
    try {
        if (service::watched_waits(service.here())) co_await database.run(storing(service, false));
    } catch (const std::exception& error) {
        tell_not_stored(error);
    }
}

void store_all_asked(base::Database& database, const Service& service) noexcept {
    try {
        if (service::watched_waits(service.here())) database.call(storing(service, true));
    } catch (const std::exception& error) {
        tell_not_stored(error);
    }
}

}  // namespace api
