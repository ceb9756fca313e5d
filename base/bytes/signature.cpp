// A key is made anew from its numbers for each signature, by OpenSSL: sign-ins are rare, and a key
// that is kept would have to be let go when its provider changes it. An ECDSA signature of a token
// is two numbers one behind the other; OpenSSL wants them in DER.
#include "base/bytes/signature.hpp"

#include <memory>
#include <string>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

namespace base {

namespace {

template <auto free>
struct Frees {
    template <typename T>
    void operator()(T* it) const {
        free(it);
    }
};
using BigNumber = std::unique_ptr<BIGNUM, Frees<BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Frees<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Frees<OSSL_PARAM_free>>;
using Key = std::unique_ptr<EVP_PKEY, Frees<EVP_PKEY_free>>;

const unsigned char* octets(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

BigNumber big_number(std::string_view bytes) {
    return BigNumber(BN_bin2bn(octets(bytes), static_cast<int>(bytes.size()), nullptr));
}

Key key_of(const char* type, const Builder& builder) {
    Params params(OSSL_PARAM_BLD_to_param(builder.get()));
    std::unique_ptr<EVP_PKEY_CTX, Frees<EVP_PKEY_CTX_free>> context(
        EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)
    );
    EVP_PKEY* made = nullptr;
    if (!params || !context || EVP_PKEY_fromdata_init(context.get()) <= 0 ||
        EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, params.get()) <= 0)
        return nullptr;
    return Key(made);
}

bool fits_key(const Key& key, std::string_view text, std::string_view signature) {
    if (!key) return false;
    std::unique_ptr<EVP_MD_CTX, Frees<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
    return context &&
           EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
           EVP_DigestVerify(
               context.get(), octets(signature), signature.size(), octets(text), text.size()
           ) == 1;
}

// From the two numbers one behind the other to what OpenSSL takes.
std::string der_of(std::string_view signature) {
    std::unique_ptr<ECDSA_SIG, Frees<ECDSA_SIG_free>> made(ECDSA_SIG_new());
    auto half = signature.size() / 2;
    auto r = big_number(signature.substr(0, half)), s = big_number(signature.substr(half));
    if (!made || !r || !s || ECDSA_SIG_set0(made.get(), r.get(), s.get()) != 1) return {};
    r.release(), s.release();  // are `made`'s now
    unsigned char* bytes = nullptr;
    auto size = i2d_ECDSA_SIG(made.get(), &bytes);
    if (size <= 0) return {};
    std::string der(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return der;
}

}  // namespace

bool fits_rs256(
    std::string_view modulus,
    std::string_view exponent,
    std::string_view text,
    std::string_view signature
) {
    auto n = big_number(modulus), e = big_number(exponent);
    Builder builder(OSSL_PARAM_BLD_new());
    if (!n || !e || !builder || BN_num_bits(n.get()) < 2048 || BN_num_bits(n.get()) > 16'384 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
        return false;
    return fits_key(key_of("RSA", builder), text, signature);
}

bool fits_es256(
    std::string_view x,
    std::string_view y,
    std::string_view text,
    std::string_view signature
) {
    constexpr std::size_t coordinate = 32;
    if (x.size() != coordinate || y.size() != coordinate || signature.size() != 2 * coordinate)
        return false;
    auto point = "\x04" + std::string(x) + std::string(y);
    Builder builder(OSSL_PARAM_BLD_new());
    if (!builder ||
        OSSL_PARAM_BLD_push_utf8_string(
            builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0
        ) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(
            builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()
        ) != 1)
        return false;
    return fits_key(key_of("EC", builder), text, der_of(signature));
}

}  // namespace base
