#pragma once

#include <filesystem>
#include <string>

#include "schema/sources/source_store.hpp"
#include "service/verb.hpp"

// Files that were given to a source over HTTP, until a worker reads them: below `uploads` of the
// service's home, and where blobs are in a bucket, there too, so that a worker of another home
// finds them.
namespace service {

// Where an upload to a source lies.
std::filesystem::path
upload_path(const Config& config, const std::string& source, const std::string& name);

// Whether an input of a source is an upload to it, made by whatever home.
bool is_upload(const std::string& input, const std::string& source);

// Keeps an upload. Throws base::Error or schema::BlobsAway where that fails.
void keep_upload(
    const Environment& here,
    const std::string& source,
    const std::string& name,
    const std::string& bytes
);

// The source with its uploads as files of this home, which are brought here if they are not.
schema::Source with_uploads_here(const Environment& here, schema::Source source);

}  // namespace service
