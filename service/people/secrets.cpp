#include "service/people/secrets.hpp"

#include "base/bytes/base64.hpp"
#include "base/bytes/hash.hpp"

namespace service {

std::string new_secret() {
    return "tilth_" + base::base64_url(base::random_bytes(32));
}

std::string hash_of(std::string_view secret) {
    return base::sha256(secret);
}

}  // namespace service
