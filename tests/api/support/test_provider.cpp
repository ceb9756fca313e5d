#include "tests/api/support/test_provider.hpp"

#include <chrono>
#include <stdexcept>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <boost/json.hpp>

#include "base/bytes/base64.hpp"
#include "base/bytes/hash.hpp"
#include "base/bytes/percent.hpp"

namespace test {

namespace json = boost::json;

namespace {

using Form = std::map<std::string, std::string>;

Form form_of(std::string_view text) {
    Form form;
    while (!text.empty()) {
        auto part = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), part.size() + 1));
        auto equals = std::min(part.find('='), part.size());
        form[base::form_decoded(part.substr(0, equals)).value()] =
            base::form_decoded(part.substr(std::min(part.size(), equals + 1))).value();
    }
    return form;
}

std::string number_of(EVP_PKEY* key, const char* name, int size) {
    BIGNUM* number = nullptr;
    EVP_PKEY_get_bn_param(key, name, &number);
    std::string bytes(static_cast<std::size_t>(size ? size : BN_num_bytes(number)), '\0');
    BN_bn2binpad(
        number, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())
    );
    BN_free(number);
    return base::base64_url(bytes);
}

SiteReply answer(const json::value& value, int status = 200) {
    SiteReply reply;
    reply.status = status;
    reply.headers = {"Content-Type: application/json"};
    reply.body = json::serialize(value);
    return reply;
}

}  // namespace

struct TestProvider::Keys {
    EVP_PKEY* rsa = EVP_RSA_gen(2048);
    EVP_PKEY* curve = EVP_EC_gen("P-256");
    EVP_PKEY* foreign = EVP_RSA_gen(2048);  // published nowhere
    int generation = 1;

    ~Keys() {
        EVP_PKEY_free(rsa);
        EVP_PKEY_free(curve);
        EVP_PKEY_free(foreign);
    }
    std::string name(const char* kind) const { return kind + std::to_string(generation); }
    json::array published() const {
        return {
            {{"kty", "RSA"},
             {"use", "sig"},
             {"alg", "RS256"},
             {"kid", name("rsa-")},
             {"n", number_of(rsa, OSSL_PKEY_PARAM_RSA_N, 0)},
             {"e", number_of(rsa, OSSL_PKEY_PARAM_RSA_E, 0)}},
            {{"kty", "EC"},
             {"crv", "P-256"},
             {"kid", name("ec-")},
             {"x", number_of(curve, OSSL_PKEY_PARAM_EC_PUB_X, 32)},
             {"y", number_of(curve, OSSL_PKEY_PARAM_EC_PUB_Y, 32)}}};
    }
    static std::string sign(EVP_PKEY* key, const std::string& text) {
        auto* context = EVP_MD_CTX_new();
        std::size_t size = 0;
        auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
        EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key);
        EVP_DigestSign(context, nullptr, &size, bytes, text.size());
        std::string out(size, '\0');
        EVP_DigestSign(
            context, reinterpret_cast<unsigned char*>(out.data()), &size, bytes, text.size()
        );
        EVP_MD_CTX_free(context);
        out.resize(size);
        return out;
    }
    // As a JSON Web Signature has it: two numbers of 32 bytes.
    static std::string raw_of(const std::string& der) {
        const auto* at = reinterpret_cast<const unsigned char*>(der.data());
        auto* signature = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
        std::string out(64, '\0');
        auto* to = reinterpret_cast<unsigned char*>(out.data());
        BN_bn2binpad(ECDSA_SIG_get0_r(signature), to, 32);
        BN_bn2binpad(ECDSA_SIG_get0_s(signature), to + 32, 32);
        ECDSA_SIG_free(signature);
        return out;
    }
};

TestProvider::TestProvider() : keys_(std::make_unique<Keys>()) {
    site.on("/.well-known/openid-configuration", [this](const SiteRequest&) {
        json::array methods{takes_post ? "client_secret_post" : "client_secret_basic"};
        return answer(json::object{
            {"issuer", issuer()},
            {"authorization_endpoint", site.url("/authorize")},
            {"token_endpoint", site.url("/token")},
            {"jwks_uri", site.url("/keys")},
            {"end_session_endpoint", site.url("/bye")},
            {"token_endpoint_auth_methods_supported", methods}});
    });
    site.on("/keys", [this](const SiteRequest&) {
        return answer(json::object{{"keys", keys_->published()}});
    });
    site.on("/token", [this](const SiteRequest& request) { return token(request); });
}

TestProvider::~TestProvider() = default;

std::string TestProvider::issuer() const {
    auto url = site.url("/");
    return url.substr(0, url.size() - 1);
}

std::string TestProvider::consent(const std::string& address) {
    auto asked = form_of(address.substr(address.find('?') + 1));
    if (!address.starts_with(site.url("/authorize?")) || asked.at("response_type") != "code" ||
        asked.at("code_challenge_method") != "S256" || asked.at("client_id") != "tilth" ||
        asked.at("scope").find("openid") == std::string::npos)
        throw std::runtime_error("the provider refuses: " + address);
    auto code = "code " + std::to_string(codes_.size());
    auto back = asked.at("redirect_uri");
    auto path = back.substr(back.find('/', back.find("//") + 2));
    auto state = asked.at("state");
    codes_[code] = std::move(asked);
    return path + "?code=" + base::percent_encoded(code) + "&state=" + base::percent_encoded(state);
}

void TestProvider::rotate(bool other_names) {
    auto generation = keys_->generation;
    keys_ = std::make_unique<Keys>();
    keys_->generation = generation + (other_names ? 1 : 0);
}

SiteReply TestProvider::token(const SiteRequest& request) {
    auto form = form_of(request.body);
    auto found = codes_.find(form["code"]);
    auto proof = request.headers.find("authorization");
    auto basic = "Basic " + base::base64("tilth:a%20secret%3A");
    bool known = takes_post ? form["client_id"] == "tilth" && form["client_secret"] == "a secret:"
                            : proof != request.headers.end() && proof->second == basic;
    if (!known) return answer(json::object{{"error", "invalid_client"}}, 401);
    if (request.method != "POST" || form["grant_type"] != "authorization_code" ||
        found == codes_.end() || form["redirect_uri"] != found->second.at("redirect_uri") ||
        base::base64_url(base::sha256(form["code_verifier"])) != found->second.at("code_challenge"))
        return answer(json::object{{"error", "invalid_grant"}}, 400);
    auto nonce = found->second.at("nonce");
    codes_.erase(found);
    ++tokens;
    return answer(json::object{
        {"access_token", "x"},
        {"token_type", "Bearer"},
        {"id_token", signed_token(nonce_instead.empty() ? nonce : nonce_instead)}});
}

std::string TestProvider::signed_token(const std::string& nonce) {
    auto now = std::chrono::duration_cast<std::chrono::seconds>(
                   std::chrono::system_clock::now().time_since_epoch()
    )
                   .count();
    json::object head{
        {"alg", elliptic ? "ES256" : "RS256"},
        {"typ", "JWT"},
        {"kid", keys_->name(elliptic ? "ec-" : "rsa-")}};
    json::object body{
        {"iss", issuer()},
        {"aud", "tilth"},
        {"sub", "sub-1"},
        {"preferred_username", "lena"},
        {"iat", now},
        {"exp", now + 300},
        {"nonce", nonce}};
    for (const auto& member : header) head[member.key()] = member.value();
    for (const auto& member : claims) {
        body[member.key()] = member.value();
        if (member.value().is_null()) body.erase(member.key());
    }
    auto text =
        base::base64_url(json::serialize(head)) + "." + base::base64_url(json::serialize(body));
    std::string signature;
    if (head.at("alg") == "none") {
    } else if (head.at("alg") == "HS256") {
        signature = base::hmac(base::Digest::sha256, number_of(keys_->rsa, "n", 0), text);
    } else if (elliptic) {
        signature = Keys::raw_of(Keys::sign(keys_->curve, text));
    } else {
        signature = Keys::sign(forges ? keys_->foreign : keys_->rsa, text);
    }
    if (spoils) signature[signature.size() / 2] ^= 1;
    return text + "." + base::base64_url(signature);
}

}  // namespace test
