#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "api/server/service.hpp"
#include "service/figures.hpp"

namespace api {

// A round of the server's regular look at the database.
struct Round {
    unsigned number = 0;
    int audit_days = 400;
    std::vector<Watcher> watchers;
    std::vector<service::EventWatch> projects{};  // whose news can be sent at once
};
struct Seen {
    std::string progress;                     // if anybody watches
    std::optional<service::Figures> figures;  // not each time
    std::vector<Watcher> watchers;            // that still may
    std::vector<service::WatchNews> news;     // of projects, for those who watch one
};
// Once in a while what is over is swept: sessions, kept answers, old audit entries.
Seen look(base::Tx& tx, const Service& service, const Round& round);
// Stores what models were asked as far as it is due. In a transaction of its own, and nothing is
// thrown: what cannot be stored is told of, is kept, and does not stop the looks.
boost::asio::awaitable<void> store_asked(base::Database& database, const Service& service);
// The same of all of it, before the service ends.
void store_all_asked(base::Database& database, const Service& service) noexcept;

}  // namespace api
