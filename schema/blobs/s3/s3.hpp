#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "schema/blobs/blob_store.hpp"

// Blobs in a bucket of Amazon S3 or of a server that speaks its protocol (MinIO, Ceph, Garage, R2).
namespace schema::s3 {

// "s3://bucket/prefix".
struct Place {
    std::string bucket;
    std::string prefix;  // empty, or with '/' at its end
};
// Nothing for what names no bucket, or holds what a name of a blob may not.
std::optional<Place> parse_place(std::string_view url);
// "https://s3.example.org:9000", without path, query or login.
bool is_endpoint(std::string_view url);

struct BucketOptions {
    Place place;
    std::string endpoint;  // empty: Amazon's of the region
    std::string region = "us-east-1";
    bool path_style = true;  // the bucket stands in the path, not in the server's name
    // The secrets themselves.
    std::string access_key_id, secret_access_key;
    std::string session_token;  // empty: none

    // Larger objects are put in parts of this size.
    std::size_t part = std::size_t{16} << 20;
    int tries = 6;
    std::chrono::milliseconds first_pause{100};  // doubled with each try
};

// Each request is signed (AWS Signature Version 4) with the SHA-256 of what it sends, so that the
// server refuses what arrives changed; the SHA-256 of the whole object lies beside it and what is
// got is held against it. What may pass (no connection, 429, 5xx, an answer cut short) is tried
// again. Throws BlobsAway when it does not, and for what the operator has to mend: a key that is
// not known, a bucket that is not there, a clock that is wrong. Nothing is asked of the server yet.
std::shared_ptr<BlobStore> open_bucket(BucketOptions options);

}  // namespace schema::s3
