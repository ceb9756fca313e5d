#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What servers that speak S3 say in XML.
namespace schema::s3 {

struct Problem {
    std::string code, message;  // "NoSuchBucket"; empty if it says none
    std::string region;         // that the bucket is in, if it says so
};
Problem read_problem(std::string_view xml);

// Whether a 200 holds an <Error>: the answer to CompleteMultipartUpload begins before its end is
// known.
bool holds_problem(std::string_view xml);

// The id of a multipart upload; empty if there is none.
std::string read_upload_id(std::string_view xml);

struct Listing {
    std::vector<std::pair<std::string, std::uint64_t>> objects;  // key, size
    std::string next;  // continuation token; empty: that was all
};
std::optional<Listing> read_listing(std::string_view xml);

}  // namespace schema::s3
