#pragma once

#include "service/gather/gather.hpp"

namespace app {

// Of a gather with a bar and the summary, as the commands show it. A source that is being crawled
// is refused with base::Error, unless `share`: then this process joins that run. One that is parked
// is queued for the workers.
service::GatherResult
gather_and_tell(service::Context& context, const schema::Source& source, bool share = false);

}  // namespace app
