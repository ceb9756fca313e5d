#pragma once

#include <string>

// Pages of docs/reference that are made from declarations.
namespace service {

// Every setting that people can write, as Markdown: docs/reference/settings.md.
std::string settings_reference();

// How addresses stand in the frontier, and why they are not fetched or kept:
// docs/reference/skip-reasons.md.
std::string skip_reasons_reference();

}  // namespace service
