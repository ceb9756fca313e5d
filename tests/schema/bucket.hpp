#pragma once

#include <chrono>
#include <string>

#include "base/numbers/random.hpp"
#include "schema/blobs/s3/s3.hpp"
#include "tests/support/s3/s3_server.hpp"

namespace test {

// How to reach the server's bucket, without patience.
inline schema::s3::BucketOptions bucket_of(const S3Server& server) {
    return {
        .place = {S3Server::bucket, "set/"},
        .endpoint = server.url(),
        .region = S3Server::region,
        .access_key_id = S3Server::key,
        .secret_access_key = S3Server::secret,
        .session_token = {},
        .part = 1 << 20,
        .tries = 4,
        .first_pause = std::chrono::milliseconds(1)};
}

// Bytes that no compression makes smaller.
inline std::string noise(std::uint64_t seed, std::size_t size) {
    base::Random random(seed);
    std::string bytes(size, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random.next());
    return bytes;
}

}  // namespace test
