#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Looking into JSON without building a tree: values are views of the text, spelled as received.
namespace ingest::api {

// The value at a JSON pointer (RFC 6901); nothing if it is absent. The empty pointer is the whole.
std::optional<std::string_view> value_at(std::string_view json, std::string_view pointer);

// The value as text: a string without its quotes and escapes, a number or boolean as spelled;
// nothing for null, absent, arrays and objects.
std::optional<std::string> text_at(std::string_view json, std::string_view pointer);

// The members of an object: names without escapes, values as spelled. Empty for what is none.
std::vector<std::pair<std::string, std::string_view>> members_of(std::string_view object);

// The elements of an array.
std::vector<std::string_view> elements_of(std::string_view array);

}  // namespace ingest::api
