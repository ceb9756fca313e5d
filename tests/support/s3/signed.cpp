#include "tests/support/s3/signed.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <sstream>
#include <vector>

#include "base/bytes/hash.hpp"
#include "base/bytes/hex.hpp"
#include "base/bytes/percent.hpp"

namespace test {

namespace {

std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, at);) parts.push_back(part);
    return parts;
}

std::string canonical_path(const std::string& path) {
    std::string out;
    for (char c : base::percent_decode(path))
        out += c == '/' ? "/" : base::percent_encoded({&c, 1});
    return out;
}

std::string canonical_query(const std::string& query) {
    std::vector<std::pair<std::string, std::string>> all;
    for (const auto& part : split(query, '&')) {
        auto at = part.find('=');
        all.emplace_back(
            base::percent_encoded(base::percent_decode(part.substr(0, at))),
            at == part.npos ? "" : base::percent_encoded(base::percent_decode(part.substr(at + 1)))
        );
    }
    std::sort(all.begin(), all.end());
    std::string out;
    for (const auto& [name, value] : all) out += (out.empty() ? "" : "&") + name + "=" + value;
    return out;
}

std::string header(const SignedRequest& request, const std::string& name) {
    auto found = request.headers.find(name);
    return found == request.headers.end() ? std::string() : found->second;
}

// The seconds that "20130524T000000Z" says; 0 if it is no time.
long long seconds_of(const std::string& date) {
    std::tm parts{};
    auto number = [&](std::size_t at, std::size_t count) {
        return std::atoi(date.substr(at, count).c_str());
    };
    if (date.size() != 16) return 0;
    parts.tm_year = number(0, 4) - 1900;
    parts.tm_mon = number(4, 2) - 1;
    parts.tm_mday = number(6, 2);
    parts.tm_hour = number(9, 2);
    parts.tm_min = number(11, 2);
    parts.tm_sec = number(13, 2);
    return timegm(&parts);
}

std::string field(const std::string& text, const std::string& name) {
    auto at = text.find(name + "=");
    if (at == text.npos) return {};
    at += name.size() + 1;
    return text.substr(at, text.find_first_of(", ", at) - at);
}

}  // namespace

std::string signature_of(
    const SignedRequest& request,
    const std::string& scope,
    const std::string& signed_headers,
    const std::string& secret
) {
    std::string headers;
    for (const auto& name : split(signed_headers, ';'))
        headers += name + ":" + header(request, name) + "\n";
    auto canonical = request.method + "\n" + canonical_path(request.path) + "\n" +
                     canonical_query(request.query) + "\n" + headers + "\n" + signed_headers +
                     "\n" + header(request, "x-amz-content-sha256");
    auto text = "AWS4-HMAC-SHA256\n" + header(request, "x-amz-date") + "\n" + scope + "\n" +
                base::sha256_hex(canonical);
    auto key = "AWS4" + secret;
    for (const auto& part : split(scope, '/')) key = base::hmac(base::Digest::sha256, key, part);
    return base::hex(base::hmac(base::Digest::sha256, key, text));
}

Verdict check_signed(
    const SignedRequest& request,
    const std::string& key,
    const std::string& secret,
    const std::string& region,
    long long now
) {
    auto said = header(request, "authorization");
    if (!said.starts_with("AWS4-HMAC-SHA256 ")) return {"AccessDenied", "it is not signed"};
    auto credential = field(said, "Credential"), names = field(said, "SignedHeaders");
    auto slash = credential.find('/');
    auto scope = slash == credential.npos ? "" : credential.substr(slash + 1);
    if (credential.substr(0, slash) != key) return {"InvalidAccessKeyId", "no such key"};
    auto date = header(request, "x-amz-date");
    if (std::llabs(seconds_of(date) - now) > 900)
        return {"RequestTimeTooSkewed", "the difference of the clocks is too large"};
    if (scope != date.substr(0, 8) + "/" + region + "/s3/aws4_request")
        return {"AuthorizationHeaderMalformed", "the region is wrong; expecting '" + region + "'"};
    for (const auto& [name, value] : request.headers)
        if ((name == "host" || name.starts_with("x-amz-")) &&
            (";" + names + ";").find(";" + name + ";") == std::string::npos)
            return {"AccessDenied", "header " + name + " is not signed"};
    if (signature_of(request, scope, names, secret) != field(said, "Signature"))
        return {"SignatureDoesNotMatch", "the signature is another"};
    if (base::sha256_hex(request.body) != header(request, "x-amz-content-sha256"))
        return {"XAmzContentSHA256Mismatch", "what came is not what was signed"};
    return {};
}

}  // namespace test
