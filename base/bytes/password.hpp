#pragma once

#include <string>
#include <string_view>

// Passwords as they are kept: by argon2id, which takes 64 MiB and a tenth of a second each time, so
// that who reads the database can not try many.
namespace base {

// Parameters, salt and hash as one line of text. Throws std::runtime_error without the memory.
std::string password_hash(std::string_view password);
// Whether this is the password of the line; false for a line that is none.
bool is_password_of(const std::string& hash, std::string_view password);

}  // namespace base
