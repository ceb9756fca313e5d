#pragma once

#include <string>
#include <string_view>

namespace service {

// 256 random bits as text: "tilth_" and 43 characters of base64url.
std::string new_secret();
// What the database keeps of a secret: 32 bytes.
std::string hash_of(std::string_view secret);

}  // namespace service
