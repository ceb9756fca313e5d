#include "base/bytes/password.hpp"

#include <stdexcept>

#include <sodium.h>

namespace base {

namespace {

void start_sodium() {
    static const bool ready = sodium_init() >= 0;
    if (!ready) throw std::runtime_error("libsodium can not be started");
}

}  // namespace

std::string password_hash(std::string_view password) {
    start_sodium();
    std::string line(crypto_pwhash_STRBYTES, '\0');
    if (crypto_pwhash_str_alg(
            line.data(),
            password.data(),
            password.size(),
            crypto_pwhash_OPSLIMIT_INTERACTIVE,
            crypto_pwhash_MEMLIMIT_INTERACTIVE,
            crypto_pwhash_ALG_ARGON2ID13
        ) != 0)
        throw std::runtime_error("there is no memory to hash a password");
    line.resize(line.find('\0'));
    return line;
}

bool is_password_of(const std::string& hash, std::string_view password) {
    start_sodium();
    if (hash.size() >= crypto_pwhash_STRBYTES) return false;
    std::string line = hash;
    line.resize(crypto_pwhash_STRBYTES, '\0');
    return crypto_pwhash_str_verify(line.c_str(), password.data(), password.size()) == 0;
}

}  // namespace base
