#include <boost/json.hpp>

#include "base/error.hpp"
#include "service/people/openid.hpp"
#include "tests/fuzz/input.hpp"

// The keys of a provider, then what somebody hands in as a token.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    auto line = input.line();
    boost::json::error_code error;
    auto keys = boost::json::parse({line.data(), line.size()}, error);
    if (error || !keys.is_array()) return 0;
    try {
        service::TokenRules rules{
            .issuer = "https://id.example", .client_id = "tilth", .nonce = "n", .now = {}};
        auto claims = service::checked_claims(input.rest(), keys.as_array(), rules);
        must(service::is_signed_by(input.rest(), keys.as_array()));
        must(claims.at("iss") == "https://id.example" && claims.at("nonce") == "n");
    } catch (const base::Error&) {
    }
    return 0;
}
