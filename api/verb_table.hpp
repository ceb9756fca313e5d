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
// Whether it ends when nobody waits for it any more: what takes long, or may, and what only reads.
// What is quick is worth more done than stopped.
bool ends_when_left(const Route& route);
// Of these: whether it commits parts of its work by itself, so that what is done of it stays done
// when nobody waits for the rest. All others are done as a whole or not at all.
bool goes_by_steps(std::string_view verb);

}  // namespace api
