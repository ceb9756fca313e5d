#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

// Between document.cpp and toml.cpp.
namespace base {

// TOML as JSON, with the line of each value by its path.
struct PlacedJson {
    boost::json::value root;
    std::map<std::string, std::uint32_t, std::less<>> lines;
};

// Throws base::UsageError with the line for what is no TOML.
PlacedJson read_toml(std::string_view text, const std::string& file);

}  // namespace base
