#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "api/server/message.hpp"

namespace api {

// The browser application's files, read into memory once: what is not in the folder then cannot be
// asked for.
class Assets {
public:
    Assets() = default;
    // Files under `directory`, none over 16 MB. Without an index.html a page says how to build one.
    explicit Assets(const std::string& directory);

    // A path without a file's extension is a page of the application and gets index.html. Files
    // under /assets/ carry their hash in their name and may be kept for a year; others are asked
    // for anew with their ETag. Compressed for those who accept gzip. Status 404 for a file that is
    // not there.
    Response get(const Request& request) const;

    std::size_t size() const { return files_.size(); }

private:
    struct File {
        std::string media_type;
        std::string etag;
        std::shared_ptr<const std::string> bytes;
        std::shared_ptr<const std::string> gzip;  // none if it is not smaller
    };
    void add(const std::string& path, std::string bytes);

    std::map<std::string, File, std::less<>> files_;
};

// What every answer carries: no sniffing, no framing, no referrer, and a policy that lets the
// application load from its own origin only. Headers that are set stay.
void secure(Response& response, bool is_api);

}  // namespace api
