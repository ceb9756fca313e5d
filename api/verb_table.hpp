#pragma once

#include <span>
#include <string_view>

#include "api/route.hpp"

// Which verb is reached by which method and path.
namespace api {

struct VerbRow {
    Method method;
    std::string_view pattern;  // its segments are members of the request
    std::string_view verb;
    std::string_view operation;  // operationId
    int status = 200;
    bool secret = false;
    bool versioned = false;  // its ETag is the version in the answer; writes need If-Match
};

std::span<const VerbRow> verb_table();
// Whether a verb reads and computes for seconds over a source, a project or a run.
bool takes_long(std::string_view verb);

}  // namespace api
