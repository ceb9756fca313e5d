#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Texts with {names} in them: paths, query values, headers and bodies of requests.
namespace ingest::api {

using Values = std::map<std::string, std::string, std::less<>>;

// The names in braces, in order. A brace that opens no name ("{", "{ x }") is text.
std::vector<std::string_view> names_in(std::string_view text);

// The text with its names replaced; nothing if a name has no value or an empty one.
std::optional<std::string> fill(std::string_view text, const Values& values);

// A JSON text with the names in its strings replaced. A string that is nothing but {page},
// {offset} or {limit} becomes a number; a member whose value cannot be filled is left out.
std::string fill_json(std::string_view json, const Values& values);

}  // namespace ingest::api
