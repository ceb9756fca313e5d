#pragma once

#include <string>

#include "service/context.hpp"
#include "quality/profile/profile.hpp"
#include "schema/sources/source_store.hpp"

namespace CLI {
class App;
}

// Of the `tilth quality` commands, what more than one of them needs.
namespace app {

// Of the present records; kept with the source's last run.
ingest::quality::Profile fresh_profile(Context& context, const schema::Source& source);

// "NAME": what the source is like now; "NAME@RUN": the profile kept after that run; "NAME#RUN":
// what that run brought; "snapshot:NAME" and "snapshot:NAME:test": a snapshot or a side of it.
// Throws base::Error when there is none.
ingest::quality::Profile profile_named(Context& context, const std::string& name);

}  // namespace app
