#include "service/gather/help.hpp"

#include <chrono>

#include "base/database/database.hpp"
#include "base/run/log.hpp"
#include "crawler/frontier/worker_store.hpp"
#include "schema/sources/source_store.hpp"
#include "service/gather/gather.hpp"
#include "service/verb.hpp"

namespace service {

namespace {

constexpr auto heard_within = std::chrono::seconds(15);  // three beats of a crawl

}  // namespace

std::optional<schema::Source> crawl_to_help(const Environment& here) {
    return here.database.call([&](base::Tx& tx) -> std::optional<schema::Source> {
        auto now = std::chrono::system_clock::now();
        auto crawl = crawler::crawl_to_help(tx, now - heard_within);
        if (!crawl) return std::nullopt;
        return schema::source_of_run(tx, crawl->run);
    });
}

bool help_crawl(const Environment& here, const schema::Source& source, std::stop_token stop) {
    base::log::info("helps to crawl source '{}'", source.name);
    auto result = gather(here, source, stop, {}, Company::help);
    base::log::info("helped to crawl source '{}': {} pages read", source.name, result.counts.read);
    return result.run_id != 0;
}

}  // namespace service
