#pragma once

#include <string>

#include "service/quality/findings.hpp"

namespace service {
class Context;
}

namespace app {

// Runs the checks of a file on a source and keeps what they say.
service::Page<service::CheckItem>
checked(service::Context& context, service::CheckRecords request, const std::string& file);
void show_checks(const service::Page<service::CheckItem>& results);
// Throws base::Error if one that blocks failed.
void refuse_blocked(const std::string& source, const service::Page<service::CheckItem>& results);

}  // namespace app
