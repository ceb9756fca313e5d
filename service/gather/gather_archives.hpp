#pragma once

#include "service/gather/gather.hpp"

namespace app {

// Whether a source of files holds WARC or ARC archives: by its format, or by the names and
// beginnings of its inputs.
bool holds_archives(const schema::Source& source);

// Makes the pages in a source's archives into records, as a crawl of them would have.
GatherResult gather_archives(
    Context& context,
    const schema::Source& source,
    std::stop_token stop,
    const GatherEvents& events
);

}  // namespace app
