#pragma once

#include "service/context.hpp"
#include "service/gather/preview/preview.hpp"

namespace CLI {
class App;
}

namespace app {

// Prints the first records and rejects of a source as they would be stored, and stores nothing.
void preview(service::Context& context, const service::PreviewSource& request);

// kinds, preview.
void add_source_preview(CLI::App& source, service::Context& context);

}  // namespace app
