#include "service/gather/secret.hpp"

#include <cstdlib>
#include <fstream>

#include "base/error.hpp"
#include "base/settings/read.hpp"

namespace service {

std::string secret_of(const std::string& reference) {
    std::string secret;
    if (!base::is_secret_reference(reference))
        throw base::UsageError(
            "a secret", "is written out instead of referred to", "write env:NAME or file:PATH"
        );
    if (reference.starts_with("env:")) {
        const char* value = std::getenv(reference.c_str() + 4);
        if (value) secret = value;
    } else {
        std::ifstream in(reference.substr(5));
        std::getline(in, secret);
        if (secret.ends_with('\r')) secret.pop_back();
    }
    if (secret.empty())
        throw base::Error(
            "secret '" + reference + "'",
            "is empty or not there",
            reference.starts_with("env:") ? "set the environment variable"
                                          : "write it into the file"
        );
    return secret;
}

void tell_secret(std::vector<std::string>& lines, const std::string& reference) {
    if (!base::is_secret_reference(reference)) return;
    try {
        secret_of(reference);
        lines.push_back("secret " + reference + ": there");
    } catch (const base::Error& error) {
        lines.push_back(error.what());
    }
}

}  // namespace service
