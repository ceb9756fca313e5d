#pragma once

#include "service/context.hpp"
#include "service/gather/gather.hpp"

namespace app {

// How a source is run.
struct RunOptions {
    bool share = false;        // join a crawl of it that is under way
    bool keeps_other = false;  // its own settings are others than these
};

// A run with a bar and the summary, as the commands show it. A source that is being crawled is
// refused with base::Error, unless it is shared. One that is parked is queued for the workers.
service::GatherResult gather_and_tell(
    service::Context& context,
    const schema::Source& source,
    const RunOptions& options = {}
);

// Settings that were given with the command.
struct GivenSettings {
    std::string source;
    std::string spec;
    bool save = false;  // as the source's own
    bool share = false;
};
// The same by given settings, of a source that is made if there is none. One that its first run
// left empty goes again.
void gather_given(
    service::Context& context,
    const service::SourceKind& kind,
    const GivenSettings& given
);

}  // namespace app
