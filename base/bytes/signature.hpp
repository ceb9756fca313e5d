#pragma once

#include <string_view>

// Signatures of JSON Web Tokens (RFC 7518) by public keys as a JWKS has them: big-endian numbers,
// as raw bytes. False for a signature that does not fit and for a key that is none.
namespace base {

// RSASSA-PKCS1-v1_5 with SHA-256, section 3.3. Keys of less than 2048 bits fit nothing.
bool fits_rs256(
    std::string_view modulus,
    std::string_view exponent,
    std::string_view text,
    std::string_view signature
);
// ECDSA with P-256 and SHA-256, section 3.4.
bool fits_es256(
    std::string_view x,
    std::string_view y,
    std::string_view text,
    std::string_view signature
);

}  // namespace base
