#pragma once

#include <string>
#include <vector>

namespace service {

// The secret that a reference stands for: "env:NAME" is an environment variable, "file:PATH" the
// first line of a file. Settings hold references alone, so that no secret is stored or shown.
// Throws base::Error that names the reference if there is nothing behind it, base::UsageError if it
// is none.
std::string secret_of(const std::string& reference);

// Adds a line for people: whether the secret that is referred to is there. Nothing for a text that
// is no reference.
void tell_secret(std::vector<std::string>& lines, const std::string& reference);

}  // namespace service
