#pragma once

#include <map>
#include <string>

// AWS Signature Version 4 for S3 as a server checks it, from Amazon's description ("Authenticating
// Requests: Using the Authorization Header"), and not from what the client does.
namespace test {

struct SignedRequest {
    std::string method, path, query;             // as received
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;
};

// The signature that a request should have; `scope` is "20130524/us-east-1/s3/aws4_request",
// `signed_headers` "host;x-amz-date".
std::string signature_of(
    const SignedRequest& request,
    const std::string& scope,
    const std::string& signed_headers,
    const std::string& secret
);

struct Verdict {
    std::string code;  // of S3's errors; empty: it is good
    std::string message;
};
// Whether a request is signed by that key, now (seconds since 1970), and is what was signed.
Verdict check_signed(
    const SignedRequest& request,
    const std::string& key,
    const std::string& secret,
    const std::string& region,
    long long now
);

}  // namespace test
