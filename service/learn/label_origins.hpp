#pragma once

#include <span>
#include <string>

#include "training/labels/label_fields.hpp"

namespace service {

// What columns and fields of a source's records are made of, by all the rules (in JSON, or TOML
// within a JSON text) that it ever had: its columns are of the fields that a mapping names, and
// fields that scraping rules take from the same place of a page are one, whatever each version of
// the rules calls it.
training::ColumnFields origins_of(std::span<const std::string> rules);

}  // namespace service
