#pragma once

#include "labeling/projects/project.hpp"
#include "labeling/queue/people_store.hpp"
#include "service/labels/tasks.hpp"

namespace service {

// Whether a project shows this part of records; pages of the web as they are only if it says so.
bool shows(const labeling::Project& project, labeling::Project::Show what);
bool shows(const labeling::Project& project, formats::MediaKind kind);

// What a project shows of a record. It is cut down here and not in the page, since whoever labels
// may read the answers of HTTP as well.
Item shown(const labeling::Project& project, const labeling::SeenRecord& record);

}  // namespace service
