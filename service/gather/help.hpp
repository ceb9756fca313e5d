#pragma once

#include <optional>
#include <stop_token>

#include "schema/sources/source_store.hpp"

namespace service {

struct Environment;

// The source of a crawl under way that is a worker's job and has more hosts than those at it have
// room for, by the settings of its run; nothing if there is none.
std::optional<schema::Source> crawl_to_help(const Environment& here);
// Joins it until it ends or a stop is requested. False if it has ended already. Throws as gather()
// does.
bool help_crawl(const Environment& here, const schema::Source& source, std::stop_token stop);

}  // namespace service
