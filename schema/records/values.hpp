#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schema/records/record.hpp"

// Values in the text forms that PostgreSQL's parameters take.
namespace schema {

// "{1,2,3}"
std::string array_of(const std::vector<std::int64_t>& values);
std::string array_of(const std::vector<std::int32_t>& values);
// {"a","b \"c\""}; throws base::Error on a NUL.
std::string array_of(const std::vector<std::string>& values);
// {NULL,"a"}: an empty string becomes NULL.
std::string array_of_optional(const std::vector<std::string>& values);
// bytea[] from raw bytes.
std::string array_of_bytes(const std::vector<std::string>& values);

// The numbers of a float8[] as PostgreSQL prints it: "{1,NaN,2.5}".
std::vector<double> doubles_of(std::string_view array);

// Bytes from PostgreSQL's hexadecimal form, with or without "\x"; empty for another text.
std::string bytes_of_hex(std::string_view hex);

// An empty string is no value.
std::optional<std::string> filled(const std::string& text);

}  // namespace schema
