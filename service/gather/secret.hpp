#pragma once

#include <string>

namespace service {

// The secret that a reference stands for: "env:NAME" is an environment variable, "file:PATH" the
// first line of a file. Settings hold references alone, so that no secret is stored or shown.
// Throws base::Error that names the reference if there is nothing behind it, base::UsageError if it
// is none.
std::string secret_of(const std::string& reference);

}  // namespace service
