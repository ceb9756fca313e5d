#pragma once

#include <string>

#include <boost/json/fwd.hpp>

namespace base {

// TOML that Document::toml() reads as this object; what is null is left out.
std::string toml_text(const boost::json::object& root);

}  // namespace base
