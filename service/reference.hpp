#pragma once

#include <string>

// Pages of docs/reference that are made from declarations.
namespace service {

// Every setting that people can write, as Markdown: docs/reference/settings.md.
std::string settings_reference();

}  // namespace service
