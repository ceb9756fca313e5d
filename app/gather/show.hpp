#pragma once

#include "service/context.hpp"
#include "service/gather/gather.hpp"

namespace app {

// The source of that name, made with this spec or given it.
schema::Source ensure(
    service::Context& context,
    const std::string& name,
    const service::SourceKind& kind,
    const std::string& spec
);

// Of a gather with a bar and the summary, as the commands show it. A source that is being crawled
// is refused with base::Error, unless `share`: then this process joins that run. One that is parked
// is queued for the workers.
service::GatherResult
gather_and_tell(service::Context& context, const schema::Source& source, bool share = false);

}  // namespace app
