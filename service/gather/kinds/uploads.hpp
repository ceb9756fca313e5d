#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "schema/sources/source_store.hpp"
#include "service/verb.hpp"

// Files that were given to a source over HTTP: below `uploads` of the service's home, and where
// blobs are in a bucket, there too, so that a worker of another home finds them. They stay when
// they were read, until the source is deleted: a run may read them again, and rejects name them.
namespace service {

// Where an upload to a source lies.
std::filesystem::path
upload_path(const Config& config, const std::string& source, const std::string& name);

// What an upload is kept as: a mark of its bytes before the name that it was given.
std::string upload_name(const std::string& given, std::string_view bytes);

// Whether an input of a source is an upload to it, made by whatever home. A file of somebody's own
// in such a folder has no such mark.
bool is_upload(const std::string& input, const std::string& source);

// Whether a source reads one as it is set.
bool reads_upload(const schema::Source& source);

// Keeps an upload. Throws base::Error or schema::BlobsAway where that fails.
void keep_upload(
    const Environment& here,
    const std::string& source,
    const std::string& name,
    const std::string& bytes
);

struct Uploads {
    std::vector<std::filesystem::path> files;  // of this home
    std::vector<std::string> stored;           // names in the bucket
};
// All uploads to a source. While the source is locked they are its own: once it is gone, another
// of that name may have some.
Uploads uploads_of(const Environment& here, const std::string& source);
// What cannot be removed stays, and is told in the log.
void drop_uploads(const Environment& here, const Uploads& uploads);

// The source with its uploads as files of this home, which are brought here if they are not.
schema::Source with_uploads_here(const Environment& here, schema::Source source);

}  // namespace service
