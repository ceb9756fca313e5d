// What waits in the frontier, read for those who choose what comes first. A preference may be newer
// than the addresses, so their places are reckoned again from what is stored of each.
#include "crawler/frontier/preference_store.hpp"

#include <optional>

#include <boost/describe/class.hpp>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "crawler/frontier/discover.hpp"
#include "crawler/policy/scope.hpp"
#include "crawler/sql.hpp"
#include "formats/url/url.hpp"
#include "schema/records/values.hpp"

namespace crawler {

namespace {

constexpr std::size_t step_of_waiting = 5'000;

// Priorities of links and entries lie well below this, those of preferred ones above.
constexpr int least_preferred = priority::preferred / 2;

struct WaitingUrl {
    std::int64_t id = 0;
    std::string url;
    int depth = 0, priority = 0;
    bool listed = false;
};
BOOST_DESCRIBE_STRUCT(WaitingUrl, (), (id, url, depth, priority, listed))

int priority_without_preference(const WaitingUrl& row) {
    if (row.listed)
        return row.priority >= least_preferred ? row.priority - priority::preferred : row.priority;
    const auto url = formats::parse_url(row.url);
    return priority::of_link(row.depth, url && is_next({}, *url));
}

}  // namespace

std::vector<std::uint64_t>
count_waiting(base::Tx& tx, std::int64_t source, const std::vector<std::string>& prefixes) {
    std::vector<std::uint64_t> counts;
    auto rows = tx.exec(sql::file["count_waiting"], source, schema::array_of(prefixes));
    for (const auto& row : rows) counts.push_back(row["urls"].as<std::uint64_t>());
    return counts;
}

std::vector<DirectoryCount> count_by_directory(base::Tx& tx, std::int64_t source) {
    return base::rows_as<DirectoryCount>(tx.exec(sql::file["count_by_directory"], source));
}

std::uint64_t prefer_again(base::Tx& tx, std::int64_t source, const Scope& scope, bool prefers) {
    std::uint64_t changed = 0;
    for (std::int64_t after = 0;;) {
        auto rows = tx.exec(
            sql::file["waiting_urls"],
            source,
            after,
            prefers ? std::optional<int>() : least_preferred,
            priority::seed,
            step_of_waiting
        );
        std::vector<std::int64_t> ids, priorities;
        for (const auto& row : base::rows_as<WaitingUrl>(rows)) {
            after = row.id;
            const int wanted = priority_without_preference(row) +
                               (scope.prefers(row.url) ? priority::preferred : 0);
            if (wanted == row.priority) continue;
            ids.push_back(row.id);
            priorities.push_back(wanted);
        }
        if (!ids.empty())
            tx.exec(
                sql::file["set_priorities"],
                source,
                schema::array_of(ids),
                schema::array_of(priorities)
            );
        changed += ids.size();
        if (static_cast<std::size_t>(rows.size()) < step_of_waiting) return changed;
    }
}

void each_page_address(
    base::Tx& tx,
    std::int64_t source,
    const std::function<void(const std::string& key, const std::string& url)>& visit
) {
    std::int64_t rk = INT64_MIN;
    std::string key;
    for (;;) {
        auto rows = tx.exec(sql::file["stored_pages"], source, rk, key, step_of_waiting);
        for (const auto& row : rows) {
            rk = row["rk"].as<std::int64_t>();
            key = row["key"].as<std::string>();
            visit(key, row["url"].as<std::string>());
        }
        if (static_cast<std::size_t>(rows.size()) < step_of_waiting) return;
    }
}

}  // namespace crawler
